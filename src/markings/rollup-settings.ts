import { fieldsOf, RegisterError } from "./register-fields.ts";

/**
 * Where the public sources contradict one another (standards A.5 "Source conflicts"), the choices that a site's register
 * makes. The first value of each is the stricter one and the default of the register that is shipped.
 */
export const ROLL_UP_CHOICES = {
  /** R15: every portion RELIDO, some with REL TO beside it. */
  relidoBesideRelease: ["NOFORN", "RELIDO"],
  /** R16: RELIDO beside classified portions without any FD&R mark; RELIDO only for those dated 28 June 2010 or later. */
  relidoBesideUnmarked: ["NOFORN", "RELIDO"],
  /** R43: foreign RESTRICTED as the highest level of a US document: written CONFIDENTIAL, or no banner at all. */
  foreignRestricted: ["CONFIDENTIAL", "REFUSED"],
  /** R11: an unclassified portion with IC dissemination controls and no FD&R mark, beside portions that have one. */
  caveatedUnclassified: ["NOFORN", "RELIDO"],
  /** R36: UCNI that a classified banner drops: always NOFORN, or what the portion itself says of release. */
  ucniBesideRelease: ["NOFORN", "AS MARKED"],
} as const;

/** One source conflict. */
export type SourceConflict = keyof typeof ROLL_UP_CHOICES;

/** What the register chose in each conflict. */
export type RollUpSettings = { readonly [K in SourceConflict]: (typeof ROLL_UP_CHOICES)[K][number] };

/** The conflicts in the order of the table. */
export const SOURCE_CONFLICTS: readonly SourceConflict[] = [
  "relidoBesideRelease",
  "relidoBesideUnmarked",
  "foreignRestricted",
  "caveatedUnclassified",
  "ucniBesideRelease",
];

const choiceOf = <T extends string>(value: unknown, choices: readonly T[], where: string): T => {
  const chosen = choices.find((choice) => choice === value);
  if (chosen === undefined) throw new RegisterError(where, `must be one of ${choices.join(", ")}`);
  return chosen;
};

/** The choices of a register; each must be made, none is assumed. Throws RegisterError. */
export const rollUpSettingsOf = (value: unknown): RollUpSettings => {
  const fields = fieldsOf(value, "rollUp", SOURCE_CONFLICTS);
  const chosen = <K extends SourceConflict>(key: K) =>
    choiceOf<(typeof ROLL_UP_CHOICES)[K][number]>(fields[key], ROLL_UP_CHOICES[key], `rollUp.${key}`);
  return {
    relidoBesideRelease: chosen("relidoBesideRelease"),
    relidoBesideUnmarked: chosen("relidoBesideUnmarked"),
    foreignRestricted: chosen("foreignRestricted"),
    caveatedUnclassified: chosen("caveatedUnclassified"),
    ucniBesideRelease: chosen("ucniBesideRelease"),
  };
};

/** The same settings with the other value of one of them: what shows whether a conflict decided a banner. */
export const otherChoice = (settings: RollUpSettings, conflict: SourceConflict): RollUpSettings => {
  const other = ROLL_UP_CHOICES[conflict].find((choice) => choice !== settings[conflict]);
  return { ...settings, [conflict]: other };
};
