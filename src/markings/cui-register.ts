import { compareIdentifiers } from "./marking.ts";
import type { TokenRule } from "./register-entry.ts";
import { isIdentifier } from "./register-entry.ts";
import { dateOf, distinct, fieldsOf, flagOf, listOf, RegisterError, textOf } from "./register-fields.ts";
import { tokensOf } from "./register-rules.ts";

/** A category of controlled unclassified information and the forms in which its authorities allow it. */
export interface CuiCategory {
  readonly id: string;
  readonly basic: boolean;
  readonly specified: boolean;
}

/** The registered part of the CUI language (standards A.6). */
export interface CuiRegister {
  readonly categories: ReadonlyMap<string, CuiCategory>;
  /** Limited dissemination controls in the order of the line: alphabetical by banner word (32 CFR 2002.20). */
  readonly controls: readonly TokenRule[];
}

const categoryOf = (value: unknown, where: string): CuiCategory => {
  const fields = fieldsOf(value, where, ["id", "group", "name", "basic", "specified"]);
  const id = textOf(fields["id"], `${where}.id`);
  if (!isIdentifier(id)) throw new RegisterError(`${where}.id`, "not an identifier");
  textOf(fields["group"], `${where}.group`);
  textOf(fields["name"], `${where}.name`);
  const basic = flagOf(fields["basic"], `${where}.basic`);
  const specified = flagOf(fields["specified"], `${where}.specified`);
  if (!basic && !specified) throw new RegisterError(where, "neither basic nor specified");
  return { id, basic, specified };
};

const checkControls = (controls: readonly TokenRule[], where: string): void => {
  const tokens = distinct(
    controls.map(({ token }) => token),
    where,
  );
  for (const needed of ["NF", "REL", "DISPLAYONLY"])
    if (!tokens.includes(needed)) throw new RegisterError(where, `${needed} is missing`);
  for (const { excludes, supersededBy, requires, token } of controls) {
    const named = [...excludes, ...supersededBy, ...requires.flatMap(({ oneOf }) => oneOf)];
    const stray = named.find((name) => !tokens.includes(name));
    if (stray !== undefined)
      throw new RegisterError(`${where}.${token}`, `names the unknown token ${JSON.stringify(stray)}`);
  }
  const misplaced = controls.some(({ banner }, i) => i > 0 && (controls[i - 1]?.banner ?? "") >= banner);
  if (misplaced) throw new RegisterError(where, "not in alphabetical order of the banner words");
};

/** Reads cui.json strictly. Throws RegisterError. */
export const cuiRegisterOf = (value: unknown): CuiRegister => {
  const where = "cui.json";
  const fields = fieldsOf(value, where, ["version", "validFrom", "controls", "categories"]);
  textOf(fields["version"], `${where}.version`);
  dateOf(fields["validFrom"], `${where}.validFrom`);
  const controls = tokensOf(fields["controls"], `${where}.controls`);
  checkControls(controls, `${where}.controls`);
  const categories = listOf(fields["categories"], `${where}.categories`).map((item, i) =>
    categoryOf(item, `${where}.categories[${i}]`),
  );
  distinct(
    categories.map(({ id }) => id),
    `${where}.categories`,
  );
  const sorted = categories.toSorted((a, b) => compareIdentifiers(a.id, b.id));
  return { categories: new Map(sorted.map((category) => [category.id, category])), controls };
};
