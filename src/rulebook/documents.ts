import { createHash } from "node:crypto";
import { encodeCanonical } from "../../audit/index.ts";
import { parseRegister, REGISTER_FILES, RegisterError } from "../markings/index.ts";
import type { Register } from "../markings/index.ts";
import { loadPolicy } from "../policy/load.ts";
import type { PolicyFile } from "../policy/load.ts";
import { PolicyError } from "../policy/policy-error.ts";
import type { Policy } from "../policy/rules.ts";
import { parseStrictJson } from "../policy/strict-json.ts";

/** The texts of a policy folder by path from it ('rules/label.json'): what is proposed, approved, activated and kept. */
export type PolicyDocuments = Readonly<Record<string, string>>;

/** The register and the rules of a set of documents, loaded and validated. */
export interface Rulebook {
  readonly register: Register;
  readonly policy: Policy;
  readonly documents: PolicyDocuments;
}

/** Where documents lie: the markings register, the rules, and the expected decisions that show what the rules mean. */
export const DOCUMENT_PATH = /^(?:markings|rules|tables)\/[a-z][a-z0-9-]{0,63}\.(?:json|csv)$/;

/** The rule files among the documents, as loadPolicy takes them. */
export function ruleFiles(documents: PolicyDocuments): readonly PolicyFile[] {
  return Object.entries(documents)
    .filter(([path]) => path.startsWith("rules/"))
    .map(([path, text]) => ({ name: path.slice("rules/".length), text }));
}

/** The JSON value of a register's file. Two readers of a member that stands twice could mark differently. @throws RegisterError */
function readMarkings(path: string, text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new RegisterError(path, cause.code === "input-duplicate" ? "a member stands twice" : "is not JSON");
  }
}

/**
 * The register among the documents; its version names every text under markings/ (SHA-384, 96 hexadecimal digits).
 * @throws RegisterError
 */
export function readRegister(documents: PolicyDocuments): Register {
  const digest = createHash("sha384");
  const files = new Map<string, unknown>(REGISTER_FILES.map((name) => [name, undefined]));
  for (const path of Object.keys(documents).toSorted()) {
    const name = /^markings\/(.+)\.json$/.exec(path)?.[1];
    if (name === undefined) continue;
    const text = documents[path] ?? "";
    digest.update(`${name}\n${text.length}\n${text}`);
    files.set(name, readMarkings(path, text));
  }
  const json = Object.fromEntries(REGISTER_FILES.map((name) => [name, files.get(name)]));
  return parseRegister(json, `sha384:${digest.digest("hex")}`);
}

/** Loads documents. Throws on anything malformed: nothing is decided by a policy that is not understood whole. */
export function readRulebook(documents: PolicyDocuments): Rulebook {
  return { register: readRegister(documents), policy: loadPolicy(ruleFiles(documents)), documents };
}

/**
 * The one text of a set of documents (canonical JSON: paths in order), and its hash, which is what two people approve
 * (SHA-384, 96 hexadecimal digits).
 */
export function documentsText(documents: PolicyDocuments): { readonly text: string; readonly sha384: string } {
  const text = encodeCanonical(documents);
  return { text, sha384: createHash("sha384").update(text).digest("hex") };
}

/** Reads the text of documents as it is kept. Throws when it is not the text of paths and texts, or has a path twice. */
export function parseDocuments(text: string): PolicyDocuments {
  const value = parseStrictJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("no documents");
  if (!Object.values(value).every((part) => typeof part === "string")) throw new TypeError("a document is no text");
  return value as PolicyDocuments;
}
