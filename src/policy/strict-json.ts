import { PolicyError } from "./policy-error.ts";

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

/**
 * Parses JSON text and refuses an object that names a member twice. JSON.parse keeps the last one silently, so that two
 * readers of the same text could decide on two different values. Text may come from an attacker.
 * @throws PolicyError input-json, input-duplicate
 */
export function parseStrictJson(source: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    throw new PolicyError("input-json", "json", { cause });
  }
  refuseDuplicates(source);
  return value;
}

// The text is known to be valid JSON here, so strings and punctuation are all that has to be told apart.
function refuseDuplicates(source: string): void {
  const open: (Set<string> | null)[] = [];
  let expectsName = false;
  for (const [token] of source.matchAll(TOKENS)) {
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : null);
      expectsName = token === "{";
    } else if (token === "}" || token === "]") {
      open.pop();
      expectsName = false;
    } else if (token === ",") {
      expectsName = open.at(-1) instanceof Set;
    } else if (token !== ":" && expectsName) {
      const names = open.at(-1);
      const name: unknown = JSON.parse(token);
      if (names && typeof name === "string") {
        if (names.has(name)) throw new PolicyError("input-duplicate", "duplicate-member");
        names.add(name);
      }
      expectsName = false;
    }
  }
}
