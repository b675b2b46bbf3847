import { sortCodes } from "./country.ts";
import { LabelError } from "./ism-form.ts";
import type { IsmMarking, IsmMarkingName } from "./ism.ts";
import { ismOf } from "./ism.ts";
import { markingOfIsm } from "./ism-read.ts";
import type { Marking } from "./marking.ts";
import { sortedUnique } from "./marking.ts";
import type { Register } from "./register.ts";
import { placeOf } from "./register-entry.ts";
import type { StanagCategory, StanagPolicy } from "./stanag-table.ts";
import type { Originator, WrittenCategory, WrittenLabel } from "./stanag-xml.ts";
import { readStanagXml, writeStanagXml } from "./stanag-xml.ts";

/** What a label says that is mapped, and what it says beside a marking. */
export interface StanagLabel {
  readonly marking: Marking;
  /** Values of informative categories, as `tag: value`: they restrict nobody and a marking does not hold them. */
  readonly informative: readonly string[];
  readonly originator: Originator | null;
  readonly createdAt: string;
  readonly reviewAt: string;
}

/** What a label needs beside the marking: who made it and when, and when it is to be reviewed. */
export type StanagEnvelope = Pick<StanagLabel, "originator" | "createdAt" | "reviewAt">;

const unmapped = (what: string): LabelError => new LabelError("E_MAPPING", `${what} is not in the mapping table`);

type Attributes = Partial<Record<IsmMarkingName, readonly string[]>>;

/** REL is a token of the label's own in ISM; in STANAG 4774 the list alone says it. */
const withRelease = (ism: Attributes, relTo: readonly string[], register: Register): Attributes => ({
  ...ism,
  disseminationControls: sortedUnique(
    ["REL", ...(ism.disseminationControls ?? [])],
    (a, b) => placeOf(a, register.dissemination) - placeOf(b, register.dissemination),
  ),
  releasableTo: relTo,
});

const releaseOf = (
  values: readonly string[],
  { together, home }: { readonly together: readonly string[]; readonly home: string | null },
  register: Register,
): readonly string[] => {
  if (home !== null && !values.includes(home)) throw unmapped("a release without its own country");
  const foreign = [...together, ...values].filter((code) => code !== "USA");
  return foreign.length === 0 ? [] : ["USA", ...sortCodes(foreign, register)];
};

const tokensOf = (values: readonly string[], table: ReadonlyMap<string, string> | null): readonly string[] => {
  if (table === null) return values;
  const words = [...table.keys()];
  return values
    .toSorted((a, b) => words.indexOf(a) - words.indexOf(b))
    .map((value) => {
      const token = table.get(value);
      if (token === undefined) throw unmapped("a value");
      return token;
    });
};

const categoryFor = (written: WrittenCategory, policy: StanagPolicy): StanagCategory => {
  const category = policy.categories.find(({ tag }) => tag === written.tag);
  if (category === undefined) throw unmapped("a category");
  // The type says who may read: a restriction that is written as information would bind nobody.
  if (category.type !== written.type || (written.uri !== null && written.uri !== category.uri))
    throw unmapped("a category of this type and identifier");
  return category;
};

/**
 * The marking that a STANAG 4774 label stands for by the register's table. Whatever the table does not have is refused:
 * policy, classification, category, type, value. The text may come from an attacker.
 * @throws {LabelError} E_MAPPING and the codes of the form; {MarkingError} when what it says is no legal marking.
 */
export const readStanag = (text: string, register: Register): StanagLabel => {
  const written = readStanagXml(text);
  const policy = register.stanag.find(({ name }) => name === written.policy);
  if (policy === undefined || (written.policyUri ?? policy.uri) !== policy.uri) throw unmapped("the policy");
  const level = policy.classifications.get(written.classification);
  if (level === undefined) throw unmapped("the classification");
  let ism: Attributes = { classification: [level], ownerProducer: policy.owners };
  const informative: string[] = [];
  const present = new Set<string>();
  let relTo: readonly string[] = [];
  for (const category of written.categories) {
    const { tag, says } = categoryFor(category, policy);
    if (present.has(tag)) throw new LabelError("E_DUPLICATE", "a category stands twice");
    present.add(tag);
    if (says.kind === "tokens") ism = { ...ism, [says.attribute]: tokensOf(category.values, says.values) };
    else if (says.kind === "release") relTo = releaseOf(category.values, says, register);
    else if (says.kind === "owner") {
      if (category.values.join("\n") !== says.value) throw unmapped("a value");
    } else {
      if (!category.values.every((value) => says.values.includes(value))) throw unmapped("a value");
      informative.push(...category.values.map((value) => `${tag}: ${value}`));
    }
  }
  const missing = policy.categories.find(
    ({ tag, says }) => !present.has(tag) && (says.kind === "owner" || (says.kind === "release" && says.home !== null)),
  );
  if (missing !== undefined) throw new LabelError("E_REQUIRES", `${missing.tag} is missing`);
  return {
    marking: markingOfIsm(relTo.length === 0 ? ism : withRelease(ism, relTo, register), register),
    informative,
    originator: written.originator,
    createdAt: written.createdAt,
    reviewAt: written.reviewAt,
  };
};

const valuesOf = ({ says }: StanagCategory, ism: IsmMarking): readonly string[] => {
  if (says.kind === "owner") return [says.value];
  if (says.kind === "nothing") return [];
  if (says.kind === "release") {
    const listed = ism.releasableTo ?? [];
    if (says.home !== null) return listed.length === 0 ? [says.home] : listed;
    if (listed.length === 0) return [];
    const values = listed.filter((code) => code !== "USA" && !says.together.includes(code));
    if (values.length === 0 || !says.together.every((code) => listed.includes(code))) throw unmapped("this release");
    return values;
  }
  const tokens = (ism[says.attribute] ?? []).filter((token) => token !== "REL");
  const { values } = says;
  if (values === null) return tokens;
  return tokens.map((token) => {
    const [word] = [...values].find(([, meaning]) => meaning === token) ?? [];
    if (word === undefined) throw unmapped("a control");
    return word;
  });
};

/**
 * The STANAG 4774 label of a marking by the register's table, on one line. What the table cannot say is refused, and the
 * label is read back before it is given out: it says this marking or is not written.
 * @throws {LabelError} E_MAPPING.
 */
export const writeStanag = (marking: Marking, envelope: StanagEnvelope, register: Register): string => {
  const ism = ismOf(marking);
  const policy = register.stanag.find(({ owners }) => owners.join(" ") === marking.owners.join(" "));
  if (policy === undefined) throw unmapped("the owner");
  const [classification] = [...policy.classifications].find(([, level]) => level === marking.level) ?? [];
  if (classification === undefined) throw unmapped("the classification");
  const said = new Set<string>(["classification", "ownerProducer"]);
  for (const { says } of policy.categories) {
    if (says.kind === "tokens") said.add(says.attribute);
    if (says.kind === "release") said.add("releasableTo");
  }
  const alone = (name: string, tokens: readonly string[]): boolean =>
    said.has(name) || (name === "disseminationControls" && tokens.join(" ") === "REL" && said.has("releasableTo"));
  if (!Object.entries(ism).every(([name, tokens]) => alone(name, tokens))) throw unmapped("a control");
  const label: WrittenLabel = {
    policy: policy.name,
    policyUri: policy.uri,
    classification,
    categories: policy.categories
      .map((category) => ({ ...category, values: valuesOf(category, ism) }))
      .filter(({ values }) => values.length > 0),
    ...envelope,
  };
  const text = writeStanagXml(label);
  const back = ismOf(readStanag(text, register).marking);
  if (JSON.stringify(back) !== JSON.stringify(ism)) throw unmapped("this combination");
  return text;
};
