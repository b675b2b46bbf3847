import type { CitedMarking, CitedProfile } from "./cited.ts";
import { LEVELS, rank } from "./vocabulary.ts";
import type { Handling } from "./vocabulary.ts";

/** What a condition is asked about. */
export interface Reading {
  readonly profile: CitedProfile;
  readonly marking: CitedMarking;
  readonly handling: Handling;
}

/** One row of the table of standards B.1. All twelve must hold. */
export interface Condition {
  /** Its number there. */
  readonly row: number;
  /** Who may read, in words. */
  readonly sentence: string;
  readonly holds: (reading: Reading) => boolean;
}

/** The twelve conditions of mandatory access control (standards B.1), in the order of their table. */
export const CONDITIONS: readonly Condition[] = [
  {
    row: 1,
    sentence: "clearance and session are at or above the level",
    holds: ({ profile, marking }) =>
      reaches(profile.clearance, marking) && reaches(profile.environment.sessionLevel, marking),
  },
  {
    row: 2,
    sentence: "the reader is read into every SCI compartment and what it lies in",
    holds: ({ profile, marking }) => marking.sci.every((token) => readInto(profile, token)),
  },
  {
    row: 3,
    sentence: "the reader is read into every special access program and what it lies in",
    holds: ({ profile, marking }) => marking.sar.every((program) => readInto(profile, `SAR-${program}`)),
  },
  {
    row: 4,
    sentence: "atomic energy information needs Q, and CNWDI and SIGMA their read-in too",
    holds: ({ profile, marking }) => marking.aea.every((token) => mayReadNuclear(profile, token)),
  },
  {
    row: 5,
    sentence: "NATO information needs a NATO read-on at its level or above, or by its name",
    holds: ({ profile, marking }) => marking.nato.every((token) => mayReadNato(profile, token)),
  },
  {
    row: 6,
    sentence: "NOFORN is for US persons of US agencies",
    holds: ({ profile, marking }) => !marking.noforn || isUsReader(profile),
  },
  {
    row: 7,
    sentence: "anybody else needs release to his country and organisation, or display to them and only looks",
    holds: ({ profile, marking, handling }) =>
      isUsReader(profile) ||
      takesIn(marking.relTo, profile) ||
      (handling !== "copy" && takesIn(marking.displayTo, profile)),
  },
  {
    row: 8,
    sentence: "JOINT information is for persons of an owner, cleared by that owner",
    holds: ({ profile: { countryOfAffiliation, clearanceIssuer }, marking: { jointOwners } }) =>
      jointOwners === null || (clearanceIssuer === countryOfAffiliation && jointOwners.includes(countryOfAffiliation)),
  },
  {
    row: 9,
    sentence: "ORCON and PROPIN are for those in their lists, ORCON-USGOV for US agencies too",
    holds: ({ profile, marking }) =>
      isListed(profile, marking, "OC") &&
      (isListed(profile, marking, "OC-USGOV") || isOfUsAgency(profile)) &&
      isListed(profile, marking, "PR"),
  },
  {
    row: 10,
    sentence:
      "EXDIS and NODIS are for those named; FOUO and UCNI for US government and its contractors; FED ONLY for no contractor",
    holds: ({ profile, marking: { aea, controls }, marking }) =>
      isListed(profile, marking, "XD") &&
      isListed(profile, marking, "ND") &&
      (isUsGovernmentOrContractor(profile) ||
        !(controls.includes("FOUO") || aea.includes("UCNI") || aea.includes("DCNI"))) &&
      (profile.entityType !== "CTR" || !(controls.includes("FED_ONLY") || controls.includes("NOCON"))),
  },
  {
    row: 11,
    sentence: "every need-to-know profile names the reader, and no control or list has a rule that is not stated",
    holds: ({ profile, marking }) =>
      isListed(profile, marking, "NTK") &&
      marking.lists.every((token) => readersOf(token) !== null) &&
      marking.controls.every((control) => KNOWN_CONTROLS.has(control) || CUI_CATEGORY.test(control)),
  },
  {
    row: 12,
    sentence: "client, device, network and hour are accredited for the level",
    holds: ({ profile: { environment }, marking }) =>
      environment.client === "approved" &&
      environment.deviceAttested &&
      environment.timeWindow === "open" &&
      reaches(environment.clientCeiling, marking) &&
      reaches(environment.networkCeiling, marking),
  },
];

/** Duties that an allow carries by itself (standards B.3): what is shown but not released is only looked at. */
export function dutiesOf({ profile, marking, handling }: Reading): readonly string[] {
  if (isUsReader(profile) || takesIn(marking.relTo, profile)) return [];
  return handling === "display" ? ["VIEW_ONLY", "WATERMARK"] : ["VIEW_ONLY"];
}

// Conditions 9 and 10 say who reads these.
const RESTRICTING = ["FOUO", "OC", "OC-USGOV", "PR", "XD", "ND", "FED_ONLY", "NOCON"];
// These say how to handle information and name no readers (standards A.2, A.6).
const INFORMING = ["RS", "IMC", "RELIDO", "DSEN", "FISA", "DS", "SBU", "LES", "CUI", "FEDCON", "SSI"];
const KNOWN_CONTROLS: ReadonlySet<string> = new Set([...RESTRICTING, ...INFORMING]);
const CUI_CATEGORY = /^CUI-(?:SP-)?[A-Z0-9]{1,10}$/;

function reaches(ceiling: string, { level }: CitedMarking): boolean {
  return rank(ceiling) >= rank(level);
}

function holds(profile: CitedProfile, token: string): boolean {
  return profile.fineAccessControls.includes(token);
}

/** Whether the reader holds the token and each of its beginnings up to a hyphen. SAR alone is no read-in. */
function readInto(profile: CitedProfile, token: string): boolean {
  const parts = token.split("-");
  const beginnings = parts.map((_, last) => parts.slice(0, last + 1).join("-")).filter((part) => part !== "SAR");
  return beginnings.length > 0 && beginnings.every((part) => holds(profile, part));
}

function mayReadNuclear(profile: CitedProfile, token: string): boolean {
  // Unclassified nuclear information needs no Q; condition 10 says who reads it.
  if (token === "DCNI" || token === "UCNI") return true;
  if (!holds(profile, "Q")) return false;
  if (["RD", "FRD", "TFNI"].includes(token)) return true;
  if (token === "RD-CNWDI") return holds(profile, "CNWDI");
  const category = /^F?RD-SG-(14|15|18|20)$/.exec(token)?.[1];
  return category !== undefined && holds(profile, `SIGMA-${category}`);
}

function mayReadNato(profile: CitedProfile, token: string): boolean {
  if (["ATOMAL", "BALK", "BOHEMIA"].includes(token)) return holds(profile, token);
  const asked = LEVELS.findIndex((level) => token === `NATO-${level}`);
  return asked >= 0 && LEVELS.slice(asked).some((level) => holds(profile, `NATO-${level}`));
}

/** The country that stands before the point of the reader's organisation; null where none is written. */
function writtenCountry({ dutyOrganization }: CitedProfile): string | null {
  return /^[A-Z]{3}(?=\.)/.exec(dutyOrganization)?.[0] ?? null;
}

/** A claim to a US agency is not believed of an organisation that is written to be another country's. */
function isOfUsAgency(profile: CitedProfile): boolean {
  return profile.usGovernmentAgency && ["USA", null].includes(writtenCountry(profile));
}

function isUsReader(profile: CitedProfile): boolean {
  return profile.countryOfAffiliation === "USA" && isOfUsAgency(profile);
}

function isUsGovernmentOrContractor(profile: CitedProfile): boolean {
  const contractor = profile.entityType === "CTR" && writtenCountry(profile) === "USA";
  return profile.countryOfAffiliation === "USA" && (contractor || isOfUsAgency(profile));
}

/** Whether countries take in the reader's own and his organisation's; a US agency is taken in with its person. */
function takesIn(countries: readonly string[], profile: CitedProfile): boolean {
  const written = writtenCountry(profile);
  const organization = isOfUsAgency(profile) || (written !== null && countries.includes(written));
  return organization && countries.includes(profile.countryOfAffiliation);
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ...["NTK", "OC", "PR", "XD", "ND"].map((kind) => [kind, kind] as const),
  // Both controls of originator controlled information look into the same lists.
  ["OC-USGOV", "OC"],
]);
const LIST_ID = /^[0-9a-z][0-9a-z-]{0,63}$/;

/** The lists, with their kind, of which one must name the reader: 'OC:a|b'; none for 'OC:-'; null where no rule is stated. */
function readersOf(token: string): readonly string[] | null {
  const [control = "", ...rest] = token.split(":");
  const kind = rest.length === 0 ? undefined : KINDS.get(control);
  const ids = rest.join(":");
  if (kind === undefined) return null;
  if (ids === "-") return kind === "NTK" ? null : [];
  const named = ids.split("|");
  return named.every((id) => LIST_ID.test(id)) ? named.map((id) => `${kind}:${id}`) : null;
}

/** Whether each list of a control names the reader. A control without a list is for nobody, a list without its control binds. */
function isListed(profile: CitedProfile, marking: CitedMarking, control: string): boolean {
  const tokens = marking.lists.filter((token) => token.startsWith(`${control}:`));
  if (tokens.length === 0) return !marking.controls.includes(control);
  return tokens.every((token) => readersOf(token)?.some((list) => profile.lists.includes(list)) === true);
}
