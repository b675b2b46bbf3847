import type { IsmMarking } from "./ism.ts";
import { SAR_AUTHORITY } from "./ism.ts";
import type { Level } from "./marking.ts";
import { LEVELS, MarkingError, rankOf } from "./marking.ts";

/** Authorities of special access programs (standards A.8). */
const AUTHORITIES = ["STATE", "DOD", "DOE", "DHS", "AG", "DNI"];

/** A program as ISM says it: its authority and, where it is said, its level stand before its name. */
const TOKEN = /^SAR-([A-Z]{2,}):(?:(C|S|TS):)?([A-Za-z0-9._-]+)$/;

interface Program {
  /** 'DOE' or 'DOD:TS'. */
  readonly of: string;
  readonly level: Level | null;
  readonly name: string;
}

const programOf = (token: string): Program => {
  const [, authority = "", stated, name = ""] = TOKEN.exec(token) ?? [];
  if (!AUTHORITIES.includes(authority)) throw new MarkingError("E_UNKNOWN", "a program is written SAR-AUTHORITY:NAME");
  const level = LEVELS.find((known) => known === stated) ?? null;
  return { of: level === null ? authority : `${authority}:${level}`, level, name };
};

/**
 * The attributes with their programs as a marking holds them: by name alone, written under SAR-DOD. Authority and level are
 * more than a marking can say, so that `asRead` keeps the tokens where they say more. Two authorities for one name are
 * refused: a reader of one would be taken for a reader of the other.
 * @throws {MarkingError} E_UNKNOWN, E_CONFLICT, or E_LEVEL for a program above the classification
 */
export const plainPrograms = (
  ism: IsmMarking,
): { readonly plain: IsmMarking; readonly asRead: readonly string[] | null } => {
  const tokens = ism.SARIdentifier ?? [];
  const programs = tokens.map(programOf);
  const level = LEVELS.find((known) => known === ism.classification?.[0]);
  const owners = new Map<string, string>();
  for (const program of programs) {
    const [root = ""] = program.name.split("-");
    const known = owners.get(root) ?? program.of;
    if (known !== program.of) throw new MarkingError("E_CONFLICT", "one program has one authority and level");
    owners.set(root, known);
    if (program.level !== null && level !== undefined && rankOf(program.level) > rankOf(level))
      throw new MarkingError("E_LEVEL", "a program stands above the classification");
  }
  const plain = programs.map(({ name }) => `${SAR_AUTHORITY}${name}`);
  if (plain.every((token, at) => token === tokens[at])) return { plain: ism, asRead: null };
  return { plain: { ...ism, SARIdentifier: plain }, asRead: tokens };
};
