import type { IsmMarkingName } from "./ism.ts";
import { ISM_MARKING_NAMES } from "./ism.ts";
import type { Level } from "./marking.ts";
import { LEVELS } from "./marking.ts";
import type { Fields } from "./register-fields.ts";
import { dateOf, distinct, fieldsOf, listOf, RegisterError, textOf, textsOf } from "./register-fields.ts";

/** How a reader stands to the values of a category (STANAG 4774): holds all, holds one, or it is no rule of access. */
export type CategoryType = "RESTRICTIVE" | "PERMISSIVE" | "INFORMATIVE";

/** What the values of a category say. */
export type CategorySays =
  /** Only what the policy says already; it is always there with this one value. */
  | { readonly kind: "owner"; readonly value: string }
  /**
   * Countries of REL TO. `together` stand in every such list without being written. `home` is written where there is no
   * list, so that a label without releases is not one without limits.
   */
  | { readonly kind: "release"; readonly together: readonly string[]; readonly home: string | null }
  /** Tokens of an ISM attribute; `values` by their word in the label, null when the word is the token. */
  | { readonly kind: "tokens"; readonly attribute: IsmMarkingName; readonly values: ReadonlyMap<string, string> | null }
  /** Nothing that a marking holds. */
  | { readonly kind: "nothing"; readonly values: readonly string[] };

/** One category (tag) of a policy. */
export interface StanagCategory {
  readonly tag: string;
  readonly uri: string | null;
  readonly type: CategoryType;
  readonly says: CategorySays;
}

/** One security policy: whose information it labels, and how. */
export interface StanagPolicy {
  readonly name: string;
  readonly uri: string;
  readonly owners: readonly string[];
  readonly classifications: ReadonlyMap<string, Level>;
  /** In the order in which they are written. */
  readonly categories: readonly StanagCategory[];
}

/** The mapping table; without policies nothing is mapped. */
export type StanagTable = readonly StanagPolicy[];

const mapOf = (value: unknown, where: string): ReadonlyMap<string, string> => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RegisterError(where, "not an object");
  const entries = Object.entries(value).map(
    ([word, meaning]) => [textOf(word, where), textOf(meaning, where)] as const,
  );
  distinct(
    entries.map(([, meaning]) => meaning),
    where,
  );
  return new Map(entries);
};

const tokensOf = (fields: Fields, where: string): CategorySays => {
  const attribute = ISM_MARKING_NAMES.find((name) => name === fields["attribute"]);
  if (attribute === undefined) throw new RegisterError(`${where}.attribute`, "not an ISM attribute of a marking");
  const values = fields["values"] === undefined ? null : mapOf(fields["values"], `${where}.values`);
  return { kind: "tokens", attribute, values };
};

/**
 * The members of each meaning and the one type that it may have: a restriction mapped to nothing, or a permission to a
 * control that must be held whole, would open what it closes.
 */
const MEANINGS = {
  owner: { members: ["value"], type: "PERMISSIVE" },
  release: { members: ["with", "home"], type: "PERMISSIVE" },
  tokens: { members: ["attribute", "values"], type: "RESTRICTIVE" },
  nothing: { members: ["values"], type: "INFORMATIVE" },
} as const;

const KINDS = ["owner", "release", "tokens", "nothing"] as const;

const meaningOf = (kind: (typeof KINDS)[number], fields: Fields, where: string): CategorySays => {
  if (kind === "owner") return { kind, value: textOf(fields["value"], `${where}.value`) };
  if (kind === "nothing") return { kind, values: textsOf(fields["values"], `${where}.values`) };
  if (kind === "tokens") return tokensOf(fields, where);
  return {
    kind,
    together: textsOf(fields["with"] ?? [], `${where}.with`),
    home: fields["home"] === undefined ? null : textOf(fields["home"], `${where}.home`),
  };
};

const categoryOf = (value: unknown, where: string): StanagCategory => {
  const says = typeof value === "object" && value !== null && "says" in value ? value.says : undefined;
  const kind = KINDS.find((known) => known === says);
  if (kind === undefined) throw new RegisterError(`${where}.says`, "must be owner, release, tokens or nothing");
  const { members, type } = MEANINGS[kind];
  const fields = fieldsOf(value, where, ["tag", "uri", "type", "says", ...members]);
  if (fields["type"] !== type) throw new RegisterError(`${where}.type`, `what says ${kind} is ${type}`);
  return {
    tag: textOf(fields["tag"], `${where}.tag`),
    uri: fields["uri"] === undefined ? null : textOf(fields["uri"], `${where}.uri`),
    type,
    says: meaningOf(kind, fields, where),
  };
};

const policyOf = (value: unknown, where: string): StanagPolicy => {
  const fields = fieldsOf(value, where, ["name", "uri", "owners", "classifications", "categories"]);
  const categories = listOf(fields["categories"], `${where}.categories`).map((item, i) =>
    categoryOf(item, `${where}.categories[${i}]`),
  );
  distinct(
    categories.map(({ tag }) => tag),
    `${where}.categories`,
  );
  distinct(
    categories.map(({ says }) => (says.kind === "tokens" ? says.attribute : says.kind)).filter((k) => k !== "nothing"),
    `${where}.categories`,
  );
  const words = [...mapOf(fields["classifications"], `${where}.classifications`)].map(([word, level]) => {
    const known = LEVELS.find((candidate) => candidate === level);
    if (known === undefined) throw new RegisterError(`${where}.classifications`, "not a level");
    return [word, known] as const;
  });
  return {
    name: textOf(fields["name"], `${where}.name`),
    uri: textOf(fields["uri"], `${where}.uri`),
    owners: textsOf(fields["owners"], `${where}.owners`),
    classifications: new Map(words),
    categories,
  };
};

/** Reads the mapping table of stanag-4774.json strictly. @throws RegisterError */
export const parseStanagTable = (value: unknown): StanagTable => {
  const where = "stanag-4774.json";
  const fields = fieldsOf(value, where, ["version", "validFrom", "policies"]);
  textOf(fields["version"], `${where}.version`);
  dateOf(fields["validFrom"], `${where}.validFrom`);
  const policies = listOf(fields["policies"], `${where}.policies`).map((item, i) =>
    policyOf(item, `${where}.policies[${i}]`),
  );
  for (const key of ["name", "uri"] as const) {
    distinct(
      policies.map((policy) => policy[key]),
      where,
    );
  }
  distinct(
    policies.map(({ owners }) => owners.join(" ")),
    where,
  );
  return policies;
};
