import { nounOfId } from "./registry.ts";
import type { WireAnswer } from "./wire.ts";

const ID_OR_CURSOR = /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{48,200}(?![A-Za-z0-9_-])/g;
const UUID = /(?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f-])/g;
const RECEIPT = /(?<="receipt":"|caveat-receipt: )[0-9a-f]{32}/g;
/** SHA-384 over what holds fresh ids: a manifest, the content of a proposal, an entry. */
const HASH = /(?<=")[0-9a-f]{96}(?=")/g;
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const FRESH_MS = 15 * 60_000;

/**
 * An answer of a server whose clock and randomness are its own, as text to compare: ids, cursors, receipts and hashes over
 * them are named by the order in which they appear, with their length; so are moments of the last quarter of an hour. What
 * both servers are known to hold keeps its id.
 */
export function comparable({ status, headers, body }: WireAnswer, common: ReadonlySet<string>, now: number): string {
  const names = new Map<string, string>();
  const named = (kind: string, value: string): string => {
    const name = names.get(value) ?? `<${kind} of ${value.length} characters, ${names.size}>`;
    names.set(value, name);
    return name;
  };
  const text = `${status}\n${headers.map(([name, value]) => `${name}: ${value}`).join("\n")}\n\n${body.length}\n${body.toString("latin1")}`;
  return text
    .replaceAll(ID_OR_CURSOR, (value) => (common.has(value) ? value : named(nounOfId(value) ?? "cursor", value)))
    .replaceAll(UUID, (value) => named("uuid", value))
    .replaceAll(RECEIPT, (value) => named("receipt", value))
    .replaceAll(HASH, (value) => (common.has(value) ? value : named("hash", value)))
    .replaceAll(MOMENT, (value) =>
      Math.abs(new Date(value).getTime() - now) < FRESH_MS ? named("moment", value) : value,
    );
}
