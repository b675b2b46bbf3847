import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Marking, ParseResult } from "../../src/markings/marking.ts";
import type { Register } from "../../src/markings/register.ts";
import { parseRegister } from "../../src/markings/register.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const json = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

type RegisterFile = "register" | "countries" | "tetragraphs" | "cui" | "stanag-4774" | "nitf";

/** The files of policies/markings as parseRegister takes them. */
export const registerFiles = (): Record<RegisterFile, Record<string, unknown>> => {
  const file = (name: string) => json(join(ROOT, "policies/markings", `${name}.json`)) as Record<string, unknown>;
  return {
    register: file("register"),
    countries: file("countries"),
    tetragraphs: file("tetragraphs"),
    cui: file("cui"),
    "stanag-4774": file("stanag-4774"),
    nitf: file("nitf"),
  };
};

export const register: Register = parseRegister(registerFiles(), "test");

/** The marking of a text that must parse. */
export const marked = (result: ParseResult): Marking => {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`);
  return result.marking;
};

export interface Vectors {
  readonly valid: readonly {
    id: string;
    form: "banner" | "portion";
    marking: string;
    bannerContext?: string | null;
    parsed?: Marking;
    ism?: Readonly<Record<string, string>>;
    rendered: string;
  }[];
  readonly invalid: readonly {
    id: string;
    form: "banner" | "portion";
    marking: string;
    code: string;
    reason: string;
  }[];
  readonly rollup: readonly { id: string; portions: readonly string[]; banner: string; strictBanner?: string }[];
}

/** Our own vectors, which travel with the project. */
export const ownVectors = (): Vectors => json(join(ROOT, "test/markings/vectors/markings.json")) as Vectors;

/** The reference vectors beside the project, or null when they are not there. */
export const sharedVectors = (): Vectors | null => {
  const path = join(process.env["CAVEAT_SHARED"] ?? join(ROOT, "../shared"), "vectors/markings.json");
  return existsSync(path) ? (json(path) as Vectors) : null;
};
