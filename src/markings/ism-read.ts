import type { Aea, Cui, Level, Marking, NuclearData } from "./marking.ts";
import { LEVELS, MarkingError, rankOf } from "./marking.ts";
import type { IsmMarking, IsmMarkingName } from "./ism.ts";
import { CUI_ONLY, ISM_MARKING_NAMES, ismOf, SAR_AUTHORITY } from "./ism.ts";
import { parsePortion } from "./parse.ts";
import type { Register } from "./register.ts";
import { renderPortion } from "./render.ts";

interface Branch {
  readonly name: string;
  readonly compartments: { id: string; subs: string[] }[];
}

/** Rebuilds systems (or programs) from tokens that stand after their parents: SI, SI-G, SI-G-ABCD. */
const treeOf = (tokens: readonly string[]): readonly Branch[] => {
  const branches: Branch[] = [];
  for (const token of tokens) {
    const [name = "", id, sub, ...more] = token.split("-");
    if (more.length > 0) throw new MarkingError("E_SYNTAX", "nothing stands below a sub-compartment");
    const branch = branches.at(-1);
    if (id === undefined) {
      branches.push({ name, compartments: [] });
      continue;
    }
    const compartment = branch?.compartments.at(-1);
    if (branch?.name !== name || (sub !== undefined && compartment?.id !== id))
      throw new MarkingError("E_REQUIRES", "a compartment stands without its parent before it");
    if (sub === undefined) branch.compartments.push({ id, subs: [] });
    else compartment?.subs.push(sub);
  }
  return branches;
};

const sarOf = (tokens: readonly string[]): Marking["sar"] => {
  const names = tokens.map((token) => {
    // Another authority, or a level inside the token, says more than a marking can hold.
    if (!token.startsWith(SAR_AUTHORITY) || token.slice(SAR_AUTHORITY.length).includes(":"))
      throw new MarkingError("E_UNKNOWN", "a program is written SAR-DOD:NAME");
    return token.slice(SAR_AUTHORITY.length);
  });
  return treeOf(names).map(({ name, compartments }) => ({ program: name.replaceAll("_", " "), compartments }));
};

const aeaOf = (tokens: readonly string[], register: Register): Aea => {
  const data: { RD?: NuclearData; FRD?: NuclearData; TFNI?: true; DCNI?: true; UCNI?: true } = {};
  for (const token of tokens) {
    const [head = "", subset, number, ...more] = token.split("-");
    if (head === "RD" || head === "FRD") {
      const known = data[head];
      if ((subset === undefined) !== (known === undefined))
        throw new MarkingError("E_REQUIRES", "a subset stands without RD or FRD before it");
      const { cnwdi, sigma } = known ?? { cnwdi: false, sigma: [] };
      const found = register.sigmaNumbers.find((value) => String(value) === number);
      if (subset === undefined) data[head] = { cnwdi, sigma };
      else if (subset === "CNWDI" && number === undefined) data[head] = { cnwdi: true, sigma };
      else if (subset === "SG" && found !== undefined && more.length === 0)
        data[head] = { cnwdi, sigma: [...sigma, found] };
      else throw new MarkingError("E_AEA", "not a subset of the register");
    } else if (token === "TFNI" || token === "DCNI" || token === "UCNI") data[token] = true;
    else throw new MarkingError("E_UNKNOWN", "not an Atomic Energy Act token");
  }
  return data;
};

const dissemOf = (tokens: readonly string[]): readonly string[] => {
  const usgov = tokens.includes("OC-USGOV");
  if (usgov && !tokens.includes("OC")) throw new MarkingError("E_REQUIRES", "OC-USGOV stands beside OC");
  return usgov ? tokens.filter((token) => token !== "OC") : tokens;
};

const natoControlsOf = (tokens: readonly string[], register: Register): readonly string[] =>
  tokens.map((token) => {
    const rule = register.nato.find((candidate) => `NATO-${candidate.token}` === token);
    if (rule === undefined) throw new MarkingError("E_UNKNOWN", "not a NATO control of the register");
    return rule.token;
  });

const levelOf = (tokens: readonly string[] | undefined): Level => {
  const level = LEVELS.find((known) => known === tokens?.[0]);
  if (level === undefined || tokens?.length !== 1) throw new MarkingError("E_CLASS", "not a classification");
  return level;
};

const kindOf = (owners: readonly string[], joint: readonly string[] | undefined): Marking["kind"] => {
  if (owners.length === 0) throw new MarkingError("E_CLASS", "the owner is missing");
  if (joint !== undefined) {
    if (joint.length !== 1 || joint[0] !== "true") throw new MarkingError("E_SYNTAX", "joint is true or absent");
    return "JOINT";
  }
  if (!owners.includes("USA")) return "NONUS";
  if (owners.length > 1) throw new MarkingError("E_JOINT", "information of the United States and others is joint");
  return "US";
};

/** Categories of CUI stand where compliesWith says that it is CUI; a bare CUI marking has no category. */
const cuiOf = (ism: IsmMarking): { readonly cui?: Cui } => {
  if (sameTokens(ism.compliesWith, [CUI_ONLY]))
    return { cui: { specified: ism.cuiSpecified ?? [], basic: ism.cuiBasic ?? [] } };
  if (ism.compliesWith !== undefined) throw new MarkingError("E_SYNTAX", "compliesWith says more than CUI");
  if (ism.cuiBasic !== undefined || ism.cuiSpecified !== undefined)
    throw new MarkingError("E_REQUIRES", `categories of CUI stand with compliesWith ${CUI_ONLY}`);
  return {};
};

/** NATO's high water never stands above the classification, and never without NATO information that the marking shows. */
const checkHighWater = (ism: IsmMarking, marking: Marking): void => {
  const tokens = ism.highWaterNATO;
  if (tokens === undefined) return;
  const level = LEVELS.find((known) => tokens[0] === `NATO-${known}`);
  if (level === undefined || tokens.length !== 1) throw new MarkingError("E_NATO", "not a level of NATO");
  if (rankOf(level) > rankOf(marking.level))
    throw new MarkingError("E_LEVEL", "highWaterNATO stands above the classification");
  if (!marking.owners.includes("NATO") && marking.fgi?.sources.includes("NATO") !== true)
    throw new MarkingError("E_NATO", "highWaterNATO stands without NATO as a source");
};

/** The codes are those of the text that says the same; a list of what is wrong there is wrong here. */
const readAsPortion = (marking: Marking, register: Register): Marking => {
  const parsed = parsePortion(renderPortion(marking, register), register);
  if (!parsed.ok) throw new MarkingError(parsed.code, parsed.message);
  return parsed.marking;
};

const sameTokens = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
  a.length === b.length && a.every((token, i) => token === b[i]);

/** Attributes are accepted only in the one way in which the marking would be written: nothing in them was passed over. */
const checkCanonical = (ism: IsmMarking, written: IsmMarking): void => {
  const differs = (name: IsmMarkingName): boolean => name !== "highWaterNATO" && !sameTokens(ism[name], written[name]);
  const name = ISM_MARKING_NAMES.find(differs);
  if (name === undefined) return;
  const sorted = [ism[name] ?? [], written[name] ?? []].map((tokens) => tokens.toSorted());
  throw sameTokens(sorted[0], sorted[1])
    ? new MarkingError("E_ORDER", `${name}: the tokens are not in order`)
    : new MarkingError("E_SYNTAX", `${name}: not the tokens of one marking`);
};

const pair = (ism: IsmMarking, token: string, list: IsmMarkingName): void => {
  if ((ism.disseminationControls ?? []).includes(token) !== (ism[list] !== undefined))
    throw new MarkingError("E_REQUIRES", `${token} and ${list} stand together`);
};

/**
 * The marking that ISM attributes say (standards A.8). Strict: unknown tokens, doubles, a wrong order, a missing parent and
 * attributes that contradict one another are refused, and what is accepted is written back as the same attributes. All
 * values may come from an attacker.
 * @throws {MarkingError} with the code of the first rule that is broken.
 */
export const markingOfIsm = (ism: IsmMarking, register: Register): Marking => {
  for (const [name, tokens] of Object.entries(ism)) {
    if (tokens.length === 0) throw new MarkingError("E_EMPTY", `${name} is empty`);
    if (!tokens.every((token) => /^[A-Za-z0-9._:-]{1,64}$/.test(token)))
      throw new MarkingError("E_SYNTAX", `${name} holds what is no token`);
    if (new Set(tokens).size !== tokens.length) throw new MarkingError("E_DUPLICATE", `${name}: a token stands twice`);
  }
  const level = levelOf(ism.classification);
  const owners = ism.ownerProducer ?? [];
  const kind = kindOf(owners, ism.joint);
  if (ism.FGIsourceProtected !== undefined && !sameTokens(ism.FGIsourceProtected, ["FGI"]))
    throw new MarkingError("E_FGI", "a protected source is written FGI");
  if (ism.FGIsourceProtected !== undefined && ism.FGIsourceOpen !== undefined)
    throw new MarkingError("E_FGI", "one protected source conceals all");
  pair(ism, "REL", "releasableTo");
  pair(ism, "DISPLAYONLY", "displayOnlyTo");
  const marking: Marking = {
    kind,
    level,
    owners,
    sci: treeOf(ism.SCIcontrols ?? []).map(({ name, compartments }) => ({ system: name, compartments })),
    sar: sarOf(ism.SARIdentifier ?? []),
    aea: aeaOf(ism.atomicEnergyMarkings ?? [], register),
    natoControls: natoControlsOf(ism.nonUSControls ?? [], register),
    fgi:
      ism.FGIsourceProtected === undefined && ism.FGIsourceOpen === undefined
        ? null
        : { concealed: ism.FGIsourceProtected !== undefined, sources: ism.FGIsourceOpen ?? [] },
    dissem: dissemOf(ism.disseminationControls ?? []),
    relTo: ism.releasableTo ?? [],
    displayOnlyTo: ism.displayOnlyTo ?? [],
    nonIc: ism.nonICmarkings ?? [],
    ...cuiOf(ism),
  };
  checkHighWater(ism, marking);
  const read = readAsPortion(marking, register);
  checkCanonical(ism, ismOf(read));
  return read;
};
