/** The room's surface: grammar, register, lattice and roll-up of markings (standards A.1 to A.5 and B.1). */
export type {
  Aea,
  Compartment,
  Cui,
  Fgi,
  Form,
  Level,
  Marking,
  MarkingErrorCode,
  NuclearData,
  ParseResult,
  SarProgram,
  SciControl,
} from "./marking.ts";
export { LEVELS, MarkingError, rankOf } from "./marking.ts";
export type { Effective } from "./effective.ts";
export { BOTTOM, dominates, effectiveOf, joinEffective, meetEffective } from "./effective.ts";
export type { ListDemand, ListKind, ListToken } from "./lists.ts";
export {
  LIST_DEMAND_PATTERN,
  LIST_ID_PATTERN,
  LIST_KINDS,
  needsList,
  readListDemand,
  readListToken,
  underLists,
} from "./lists.ts";
export { markingFromText, parseBanner, parsePortion } from "./parse.ts";
export { renderBanner, renderPortion } from "./render.ts";
export { isCalendarDay } from "./calendar.ts";
export type { Contribution } from "./release.ts";
export type { RollUp, RollUpReason } from "./rollup.ts";
export { rollUp, rollUpDocument } from "./rollup.ts";
export type { StatedBanner } from "./compilation.ts";
export { judgeStatedBanner } from "./compilation.ts";
export type { DesignationIndicator, DistributionStatement } from "./cui-block.ts";
export { DISTRIBUTION_LETTERS, dodFormOf } from "./cui-block.ts";
export type { AuthorityBlock, AuthorityLines } from "./authority.ts";
export type { AuthoritySource } from "./authority-source.ts";
export { checkAuthority, linesOf, notApplicableTo, readAuthority } from "./authority.ts";
export { printAuthority } from "./authority-text.ts";
export { AuthorityError, printDeclassifyOn } from "./declassify.ts";
export type { DeclassifySource } from "./declassify-choice.ts";
export { chooseDeclassifyOn } from "./declassify-choice.ts";
export type { NitfFileMarking, NitfFinding, NitfSecurity } from "./nitf.ts";
export { NITF_FINDINGS, readNitfMarking } from "./nitf.ts";
export type { Register } from "./register.ts";
export { parseRegister, REGISTER_FILES } from "./register.ts";
export { RegisterError } from "./register-fields.ts";
