import type { Obligation } from "./decision.ts";
import type { Effective } from "../markings/index.ts";
import { isWholeEffective } from "./effective-shape.ts";
import * as token from "./mandatory-tokens.ts";
import type { AccessProfile } from "./profile.ts";

/** How an action handles information: it shows pixels, only looks in another way, or makes, changes or sends a copy. */
export type Handling = "display" | "view" | "copy";

/** What a condition looks at. */
export interface MandatoryCase {
  readonly reader: AccessProfile;
  readonly object: Effective;
  readonly handling: Handling;
}

/** One condition of standards B.1. All must hold; `id` is what a refusal cites. */
export interface MandatoryCondition {
  readonly id: string;
  readonly sentence: string;
  readonly authority: string;
  holds(of: MandatoryCase): boolean;
}

/** What the conditions say together. */
export interface MandatoryResult {
  readonly failed: readonly string[];
  readonly obligations: readonly Obligation[];
}

/** Controls that name readers: each is satisfied as its condition below says. */
const RESTRICTING_CONTROLS = ["FOUO", "OC", "OC-USGOV", "PR", "XD", "ND", "FED_ONLY", "NOCON"];

/** A category of controlled unclassified information says what it is, not who reads it. */
const CUI_CATEGORY = /^CUI-(?:SP-)?[A-Z0-9]{1,10}$/;

/** Controls that tell how to handle information and keep nobody from it who passes every other condition, each with why. */
export const INFORMATIONAL_CONTROLS: Readonly<Record<string, string>> = {
  RS: "RSEN warns that a source is at risk; the decision on use is the reader's",
  IMC: "IMCON restricts use and further dissemination, not readership among the cleared",
  RELIDO: "leaves release to a disclosure officer; without REL TO nobody foreign reads",
  DSEN: "DEA SENSITIVE asks for protection like FOUO and names no readers here",
  FISA: "asks for a notice on use in proceedings",
  DS: "LIMDIS limits distribution outside government, which is decided on delivery",
  SBU: "asks for protection; the NOFORN form is a bar of its own",
  LES: "asks for protection of law enforcement sources; the NOFORN form is a bar of its own",
  CUI: "is for a lawful government purpose: US government, its contractors, and those to whom it is released",
  FEDCON: "is for US government and its contractors; without a release nobody foreign reads",
  SSI: "need to know under 49 CFR 1520 is the program's membership here",
};

const HANDLINGS: readonly Handling[] = ["display", "view", "copy"];
const LOOKING: readonly Obligation[] = ["VIEW_ONLY"];
// Pixels that are shown but not released carry who saw them and when (standards B.3).
const LOOKING_AT_PIXELS: readonly Obligation[] = ["VIEW_ONLY", "WATERMARK"];
/** Every obligation that the mandatory conditions may carry. */
export const MANDATORY_OBLIGATIONS = LOOKING_AT_PIXELS;

const carries = (object: Effective, control: string) => object.controls.includes(control);

/** The conditions in the order of standards B.1. Each is false, not true, when what it needs is missing or unknown. */
export const MANDATORY: readonly MandatoryCondition[] = Object.freeze([
  {
    id: "mac.client",
    sentence: "The client is approved.",
    authority: "SP 800-53 AC-19, IA-3 (standards B.1 #12)",
    holds: ({ reader }) => reader.environment.client === "approved",
  },
  {
    id: "mac.device",
    sentence: "The device is attested.",
    authority: "SP 800-53 AC-19, IA-3 (standards B.1 #12)",
    holds: ({ reader }) => reader.environment.deviceAttested,
  },
  {
    id: "mac.level",
    sentence: "The reader's clearance is at or above the level.",
    authority: "EO 13526 4.1(a)(1) (standards B.1 #1)",
    holds: ({ reader, object }) => token.within(reader.clearance, object),
  },
  {
    id: "mac.session-level",
    sentence: "The level chosen for the session is at or above the level.",
    authority: "SP 800-53 AC-3(3) (standards B.1 #1)",
    holds: ({ reader, object }) => token.within(reader.environment.sessionLevel, object),
  },
  {
    id: "mac.client-ceiling",
    sentence: "The client is accredited for the level.",
    authority: "SP 800-53 AC-4, AC-19 (standards B.1 #12)",
    holds: ({ reader, object }) => token.within(reader.environment.clientCeiling, object),
  },
  {
    id: "mac.network-ceiling",
    sentence: "The network is accredited for the level.",
    authority: "SP 800-53 AC-4 (standards B.1 #12)",
    holds: ({ reader, object }) => token.within(reader.environment.networkCeiling, object),
  },
  {
    id: "mac.time-window",
    sentence: "The person is within the hours in which he may work.",
    authority: "SP 800-53 AC-2(11), AC-3 (standards B.1 #12)",
    holds: ({ reader }) => reader.environment.timeWindow === "open",
  },
  {
    id: "mac.sci",
    sentence: "The reader is read into every SCI control system, compartment and sub-compartment, and their parents.",
    authority: "EO 13526 4.3; ICD 703 (standards B.1 #2)",
    holds: ({ reader, object }) => object.sci.every((sci) => token.holdsWithParents(reader, sci)),
  },
  {
    id: "mac.sar",
    sentence: "The reader is read into every special access program and compartment.",
    authority: "EO 13526 4.3 (standards B.1 #3)",
    holds: ({ reader, object }) => object.sar.every((sar) => token.holdsWithParents(reader, `SAR-${sar}`)),
  },
  {
    id: "mac.aea",
    sentence: "Atomic energy information needs Q; CNWDI and SIGMA categories need Q and the read-in.",
    authority: "10 CFR 1016, 1045 (standards B.1 #4)",
    holds: ({ reader, object }) => object.aea.every((aea) => token.mayReadAtomic(reader, aea)),
  },
  {
    id: "mac.ucni",
    sentence: "Unclassified controlled nuclear information is for US government persons and their contractors.",
    authority: "10 CFR 1017; 32 CFR 223 (standards A.1 cat 6, B.1 #10)",
    holds: ({ reader, object }) =>
      !(object.aea.includes("DCNI") || object.aea.includes("UCNI")) || token.isUsGovernmentOrContractor(reader),
  },
  {
    id: "mac.nato",
    sentence: "NATO information needs a NATO read-on at the level or above; ATOMAL, BALK and BOHEMIA need their own.",
    authority: "C-M(2002)49 (standards B.1 #5)",
    holds: ({ reader, object }) => object.nato.every((nato) => token.mayReadNato(reader, nato)),
  },
  {
    id: "mac.noforn",
    sentence: "NOFORN is for US persons of US government agencies.",
    authority: "ICD 710; ICPG 403.1 (standards B.1 #6)",
    holds: ({ reader, object }) => !object.noforn || token.isUsReader(reader),
  },
  {
    id: "mac.release",
    sentence:
      "Any other reader, also of the USA, needs release to his country and organisation, or, to look only, display to them.",
    authority: "ICD 710; ICPG 403.1 (standards B.1 #7, B.3)",
    holds: ({ reader, object, handling }) =>
      token.isUsReader(reader) ||
      token.listTakesIn(object.relTo, reader) ||
      (handling !== "copy" && token.listTakesIn(object.displayTo, reader)),
  },
  {
    id: "mac.joint",
    sentence: "JOINT information is for persons of an owner whose clearance that owner issued.",
    authority: "ICD 710 (standards B.1 #8)",
    holds: ({ reader, object }) =>
      object.jointOwners === null ||
      (object.jointOwners.includes(reader.countryOfAffiliation) &&
        reader.clearanceIssuer === reader.countryOfAffiliation),
  },
  {
    id: "mac.orcon",
    sentence: "ORCON is for those in the originator's list, and for nobody where no list is named.",
    authority: "ICPG 710.1 (standards B.1 #9)",
    holds: ({ reader, object }) => token.isListed(reader, object, "OC"),
  },
  {
    id: "mac.orcon-usgov",
    sentence: "ORCON-USGOV is for US government organisations and those in the originator's list.",
    authority: "ICPG 710.1 (standards B.1 #9)",
    holds: ({ reader, object }) => token.worksForUsAgency(reader) || token.isListed(reader, object, "OC-USGOV"),
  },
  {
    id: "mac.propin",
    sentence: "PROPIN is for those in the owner's list, and for nobody where no list is named.",
    authority: "ICD 710 (standards B.1 #9)",
    holds: ({ reader, object }) => token.isListed(reader, object, "PR"),
  },
  {
    id: "mac.exdis",
    sentence: "EXDIS is for agencies that the originator named.",
    authority: "ICD 710 (standards B.1 #10)",
    holds: ({ reader, object }) => token.isListed(reader, object, "XD"),
  },
  {
    id: "mac.nodis",
    sentence: "NODIS is for persons that the originator named.",
    authority: "ICD 710 (standards B.1 #10)",
    holds: ({ reader, object }) => token.isListed(reader, object, "ND"),
  },
  {
    id: "mac.fouo",
    sentence: "FOUO is for US government persons and their contractors.",
    authority: "DoDM 5200.01 vol 4 (standards B.1 #10)",
    holds: ({ reader, object }) => !carries(object, "FOUO") || token.isUsGovernmentOrContractor(reader),
  },
  {
    id: "mac.no-contractors",
    sentence: "FED ONLY and NOCON are for nobody who is a contractor.",
    authority: "32 CFR 2002.16(b); CUI registry (standards A.6)",
    holds: ({ reader, object }) =>
      !(carries(object, "FED_ONLY") || carries(object, "NOCON")) || reader.entityType !== "CTR",
  },
  {
    id: "mac.need-to-know",
    sentence: "Every need-to-know profile names the reader; a profile whose rule is not stated names nobody.",
    authority: "EO 13526 4.1(a)(3); ICD 501 (standards B.1 #11)",
    holds: ({ reader, object }) => token.hasNeedToKnow(reader, object),
  },
  {
    id: "mac.unknown-control",
    sentence: "A control whose rule is not stated here is refused, not guessed.",
    authority: "SP 800-53 AC-3, SC-24 (standards B.1 #11, A.2)",
    holds: ({ object }) =>
      object.controls.every(
        (c) => RESTRICTING_CONTROLS.includes(c) || Object.hasOwn(INFORMATIONAL_CONTROLS, c) || CUI_CATEGORY.test(c),
      ),
  },
] satisfies MandatoryCondition[]);

/**
 * The mandatory decision of standards B.1 on one reader and one effective marking: ids of the conditions that fail (none:
 * allowed) and the obligations that an allow carries. Pure. `conditions` is a seam for tests that plant a wrong condition.
 * The profile must have passed parseProfile; a marking that is not whole fails as 'mac.malformed'.
 */
export function mandatory(of: MandatoryCase, conditions: readonly MandatoryCondition[] = MANDATORY): MandatoryResult {
  if (!isWholeEffective(of.object) || !HANDLINGS.includes(of.handling)) {
    return { failed: ["mac.malformed"], obligations: [] };
  }
  const failed = conditions.filter((condition) => !condition.holds(of)).map((condition) => condition.id);
  return { failed, obligations: failed.length > 0 ? [] : mandatoryObligations(of) };
}

/**
 * Whether every condition holds, without saying which fail: for a marking that was found whole and a caller that asks for
 * many cells at once.
 */
export function passesMandatory(of: MandatoryCase, conditions: readonly MandatoryCondition[] = MANDATORY): boolean {
  for (const condition of conditions) if (!condition.holds(of)) return false;
  return true;
}

/** The obligations of an allow by the mandatory conditions: whoever is shown what is not released to him only looks. */
export function mandatoryObligations({ reader, object, handling }: MandatoryCase): readonly Obligation[] {
  if (token.isUsReader(reader) || token.listTakesIn(object.relTo, reader)) return [];
  return handling === "display" ? LOOKING_AT_PIXELS : LOOKING;
}
