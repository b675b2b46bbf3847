import { lengthPrefixed, toHex, utf8 } from "./bytes.ts";
import type { CryptoPort } from "./crypto-port.ts";
import { FormatError } from "./errors.ts";
import { exactObject, isObject, stringOf, type Json } from "./jcs.ts";

/** Most bytes that the policies of an archive take, all lines together, so that they can be held at once. */
export const MAX_POLICY_BYTES = 16 * 1_048_576;

const MAX_FILES = 64;

/** The rule files of one policy version: nothing signs them, but the version that entries cite is their hash. */
export interface ArchivePolicy {
  readonly line: "policy";
  /** "sha384:" and 96 hexadecimal digits. */
  readonly version: string;
  /** Texts by name, `label.json`, in ascending order. */
  readonly files: ReadonlyMap<string, string>;
}

/** Reads a policy line; that its files are those of its version is not looked at. Throws MEMBERS. */
export function parsePolicy(value: Json): ArchivePolicy {
  const { policy, rules } = exactObject(value, ["policy", "rules"], "the policy line");
  const version = stringOf(policy, "the policy version", /^sha384:[0-9a-f]{96}$/);
  const named = isObject(rules) ? Object.entries(rules) : [];
  if (named.length === 0 || named.length > MAX_FILES) throw new FormatError("MEMBERS", "not 1 to 64 rule files");
  const files = new Map<string, string>();
  for (const [name, text] of named) {
    const file = stringOf(name, "the name of a rule file", /^[a-z][a-z0-9-]{0,63}\.json$/);
    files.set(file, stringOf(text, "a rule file", undefined, MAX_POLICY_BYTES));
  }
  return { line: "policy", version, files };
}

/** SHA-384("caveat/policy/v1" ‖ lp(name) ‖ lp(text) of each file): the version of rule files that come sorted by name. */
export function policyVersion(crypto: CryptoPort, files: Iterable<readonly [name: string, text: string]>): string {
  const parts = lengthPrefixed(...[...files].flat().map(utf8));
  return `sha384:${toHex(crypto.sha384(utf8("caveat/policy/v1"), ...parts))}`;
}
