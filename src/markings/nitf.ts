import type { Effective } from "./effective.ts";
import { BOTTOM, dominates, effectiveOf, joinEffective } from "./effective.ts";
import { isCode, sortCodes } from "./country.ts";
import type { Aea, Level, Marking, SciControl } from "./marking.ts";
import { compareIdentifiers, MarkingError, sortedUnique } from "./marking.ts";
import type { NitfControl } from "./nitf-table.ts";
import { parseBanner, markingFromText } from "./parse.ts";
import { placeOf } from "./register-entry.ts";
import type { Register } from "./register.ts";
import { renderBanner } from "./render.ts";
import { rollUp } from "./rollup.ts";

/** A security group as it stands in a file (MIL-STD-2500C table A-1), each field without the spaces that end it. */
export interface NitfSecurity {
  /** CLAS */
  readonly classification: string;
  /** CLSY */
  readonly system: string;
  /** CODE */
  readonly codewords: string;
  /** CTLH */
  readonly handling: string;
  /** REL */
  readonly release: string;
  /** CLTX */
  readonly text: string;
  /** Whether any of the other fields says something: declassification, downgrade, authority, reason, control number. */
  readonly more: boolean;
}

/** Why a file's own marking is not taken at its word. Closed. */
export const NITF_FINDINGS = [
  "CLASSIFICATION_BLANK",
  "CLASSIFICATION_UNKNOWN",
  "SYSTEM_UNKNOWN",
  "CODEWORD_UNMAPPED",
  "HANDLING_UNMAPPED",
  "RELEASE_UNMAPPED",
  "TEXT_NOT_READ",
  "UNCLASSIFIED_WITH_CONTROLS",
  "NO_LEGAL_MARKING",
  "HEADER_BELOW_SEGMENT",
  "LABEL_NOT_READ",
  "ABOVE_DECLARED",
] as const;

/** A reason of the closed list. */
export type NitfFinding = (typeof NITF_FINDINGS)[number];

/** What a file says of its marking. What was not understood is among the findings, and what was is in `effective`. */
export interface NitfMarking {
  /** A legal marking to print. Decisions rest on `effective` alone. */
  readonly structure: Marking;
  readonly effective: Effective;
  readonly findings: readonly NitfFinding[];
}

/** What a whole file says of its marking. */
export interface NitfFileMarking extends NitfMarking {
  /** What was found in each of its groups by itself, in their order. */
  readonly byGroup: readonly (readonly NitfFinding[])[];
}

const NOTHING: Omit<Marking, "level"> = {
  kind: "US",
  owners: ["USA"],
  sci: [],
  sar: [],
  aea: {},
  natoControls: [],
  fgi: null,
  dissem: [],
  relTo: [],
  displayOnlyTo: [],
  nonIc: [],
};

/** A line that stands for what has no legal one: the level, and nobody else's. */
const levelLine = (level: Level): Marking => ({ ...NOTHING, level: level === "R" ? "C" : level, dissem: ["NF"] });

const wordsOf = (text: string): readonly string[] => text.split(" ").filter((word) => word !== "");

const sciOf = (tokens: readonly string[]): readonly SciControl[] => {
  const systems = new Map<string, Map<string, Set<string>>>();
  for (const token of tokens.toSorted(compareIdentifiers)) {
    const [system = "", id, sub] = token.split("-");
    const compartments = systems.get(system) ?? new Map<string, Set<string>>();
    systems.set(system, compartments);
    if (id === undefined) continue;
    const subs = compartments.get(id) ?? new Set<string>();
    compartments.set(id, subs);
    if (sub !== undefined) subs.add(sub);
  }
  return [...systems].map(([system, compartments]) => ({
    system,
    compartments: [...compartments].map(([id, subs]) => ({ id, subs: sortedUnique(subs, compareIdentifiers) })),
  }));
};

const aeaOf = (tokens: readonly string[]): Aea => {
  const nuclear = (name: "RD" | "FRD"): Aea =>
    tokens.some((token) => token === name || token.startsWith(`${name}-`))
      ? {
          [name]: {
            cnwdi: tokens.includes(`${name}-CNWDI`),
            sigma: sortedUnique(
              tokens
                .filter((token) => token.startsWith(`${name}-SG-`))
                .map((token) => Number(token.slice(`${name}-SG-`.length))),
              (a, b) => a - b,
            ),
          },
        }
      : {};
  const plain = (["TFNI", "DCNI", "UCNI"] as const).filter((token) => tokens.includes(token));
  return { ...nuclear("RD"), ...nuclear("FRD"), ...Object.fromEntries(plain.map((token) => [token, true])) };
};

/** The structure that a group's controls make, whether it is legal or not. */
const structureOf = (
  {
    level,
    owner,
    controls,
    relTo,
  }: { level: Level; owner: string; controls: readonly NitfControl[]; relTo: readonly string[] },
  register: Register,
): Marking => {
  const of = (name: NitfControl["attribute"]): readonly string[] =>
    controls.filter(({ attribute }) => attribute === name).map(({ token }) => token);
  const dissem = [...of("disseminationControls"), ...(relTo.length > 0 ? ["REL"] : [])];
  return {
    ...NOTHING,
    level,
    kind: owner === "USA" ? "US" : "NONUS",
    owners: [owner],
    sci: sciOf(of("SCIcontrols")),
    aea: aeaOf(of("atomicEnergyMarkings")),
    natoControls: sortedUnique(
      of("nonUSControls").map((token) => token.replace(/^NATO-/, "")),
      compareIdentifiers,
    ),
    dissem: sortedUnique(dissem, (a, b) => placeOf(a, register.dissemination) - placeOf(b, register.dissemination)),
    nonIc: sortedUnique(of("nonICmarkings"), (a, b) => placeOf(a, register.nonIc) - placeOf(b, register.nonIc)),
    relTo,
  };
};

/** The same marking as the register reads it; null where it is no legal one. */
const legal = (marking: Marking, register: Register): Marking | null => {
  try {
    const parsed = parseBanner(renderBanner(marking, register), register);
    return parsed.ok ? parsed.marking : null;
  } catch (error) {
    if (error instanceof MarkingError) return null;
    throw error;
  }
};

const releaseOf = (text: string, register: Register): { relTo: readonly string[]; understood: boolean } => {
  const codes = wordsOf(text).map(
    (word) => register.nitf.countries.get(word) ?? (isCode(word, register) ? word : null),
  );
  if (codes.some((code) => code === null)) return { relTo: [], understood: false };
  const foreign = sortCodes(codes.filter((code) => code !== null && code !== "USA") as readonly string[], register);
  return { relTo: foreign.length === 0 ? [] : ["USA", ...foreign], understood: true };
};

const controlsOf = (
  words: readonly string[],
  register: Register,
): { controls: readonly NitfControl[]; all: boolean } => {
  const found = words.map((word) => register.nitf.controls.get(word));
  const controls = found.filter((control) => control !== undefined);
  return { controls, all: controls.length === found.length };
};

/** One security group by the register's table. */
const readGroup = (group: NitfSecurity, register: Register): NitfMarking => {
  const { nitf } = register;
  const findings: NitfFinding[] = [];
  const level = nitf.classifications.get(group.classification);
  const owner = nitf.systems.get(group.system);
  const codewords = controlsOf(wordsOf(group.codewords), register);
  const handling = controlsOf(wordsOf(group.handling), register);
  const { relTo, understood } = releaseOf(group.release, register);
  if (level === undefined)
    findings.push(group.classification === "" ? "CLASSIFICATION_BLANK" : "CLASSIFICATION_UNKNOWN");
  if (owner === undefined && (group.system !== "" || level !== "U")) findings.push("SYSTEM_UNKNOWN");
  if (!codewords.all) findings.push("CODEWORD_UNMAPPED");
  if (!handling.all) findings.push("HANDLING_UNMAPPED");
  if (!understood) findings.push("RELEASE_UNMAPPED");
  const said = [group.codewords, group.handling, group.release, group.text].some((text) => text !== "") || group.more;
  if (level === "U" && said) findings.push("UNCLASSIFIED_WITH_CONTROLS");
  const controls = [...codewords.controls, ...handling.controls];
  const empty = level === undefined && owner === undefined && controls.length === 0 && group.release === "";
  const built = structureOf({ level: level ?? "U", owner: owner ?? "USA", controls, relTo }, register);
  const read = legal(built, register);
  if (read === null) findings.push("NO_LEGAL_MARKING");
  let structure = read ?? levelLine(built.level);
  let effective = empty ? BOTTOM : effectiveOf(read ?? built, register);
  if (group.text !== "") {
    // The group itself cannot carry a whole marking: where the text is one, it says more.
    const parsed = markingFromText(group.text, register);
    if (parsed.ok) {
      effective = joinEffective(effective, effectiveOf(parsed.marking, register));
      structure = rolledUp([structure, parsed.marking], effective, register);
    } else findings.push("TEXT_NOT_READ");
  }
  return { structure, effective, findings };
};

const rolledUp = (structures: readonly Marking[], effective: Effective, register: Register): Marking => {
  const [first, ...others] = [
    ...new Map(structures.map((structure) => [JSON.stringify(structure), structure])).values(),
  ];
  if (first !== undefined && others.length === 0) return first;
  try {
    return rollUp(structures, register);
  } catch (error) {
    if (error instanceof MarkingError) return levelLine(effective.level);
    throw error;
  }
};

/**
 * The marking that a NITF 2.1 or NSIF 1.0 file says it has: the join over the security groups of its header (the first) and of
 * every segment, by the register's table (standards D.5). Never unclassified by default: what is blank, not in the table, no
 * legal marking, or contradicts itself is a finding, and the file is not to be shown before somebody has looked at it. All of
 * it comes from an attacker. @param labelled whether the file holds a label that is not read here
 */
export const readNitfMarking = (
  groups: readonly NitfSecurity[],
  labelled: boolean,
  register: Register,
): NitfFileMarking => {
  const [header, ...segments] = groups.map((group) => readGroup(group, register));
  if (header === undefined) throw new MarkingError("E_EMPTY", "a file without a security group");
  const all = [header, ...segments];
  const effective = all.map((group) => group.effective).reduce(joinEffective);
  const below = segments.some((segment) => !dominates(header.effective, segment.effective));
  const findings = new Set([
    ...all.flatMap((group) => group.findings),
    ...(below ? (["HEADER_BELOW_SEGMENT"] as const) : []),
    ...(labelled ? (["LABEL_NOT_READ"] as const) : []),
  ]);
  return {
    structure: rolledUp(
      all.map((group) => group.structure),
      effective,
      register,
    ),
    effective,
    findings: NITF_FINDINGS.filter((finding) => findings.has(finding)),
    byGroup: all.map((group) => NITF_FINDINGS.filter((finding) => group.findings.includes(finding))),
  };
};
