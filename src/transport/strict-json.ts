import { visit } from "jsonc-parser";
import { CaveatError } from "../errors.ts";

/** Deepest nesting of objects and arrays that is read. */
export const MAX_JSON_DEPTH = 64;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function refuse(detail: string, cause?: unknown): CaveatError {
  return new CaveatError("INVALID_REQUEST", detail, { cause });
}

/** Refuses what JSON.parse would let pass: repeated member names, which two readers may read differently, and deep nesting. */
function checkStructure(text: string): void {
  const members: Set<string>[] = [];
  let depth = 0;
  const enter = (): void => {
    depth += 1;
    if (depth > MAX_JSON_DEPTH) throw refuse("json too deep");
  };
  visit(
    text,
    {
      onObjectBegin: () => {
        enter();
        members.push(new Set());
      },
      onObjectProperty: (name) => {
        const known = members.at(-1);
        if (name === "__proto__" || !known || known.has(name)) throw refuse("json member name");
        known.add(name);
      },
      onObjectEnd: () => {
        depth -= 1;
        members.pop();
      },
      onArrayBegin: enter,
      onArrayEnd: () => {
        depth -= 1;
      },
      onLiteralValue: (value: unknown) => {
        if (typeof value === "number" && !Number.isFinite(value)) throw refuse("json number");
        if (typeof value === "string" && !value.isWellFormed()) throw refuse("json text");
      },
      onError: () => {
        throw refuse("json syntax");
      },
    },
    { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false },
  );
}

/**
 * Reads bytes that come from anybody as JSON (RFC 8259): UTF-8 without a byte order mark, no repeated member names, no
 * half characters, no number beyond a double, at most {@link MAX_JSON_DEPTH} levels. Throws INVALID_REQUEST.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  try {
    const text = UTF8.decode(bytes);
    checkStructure(text);
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    if (thrown instanceof CaveatError) throw thrown;
    throw refuse("json", thrown);
  }
}
