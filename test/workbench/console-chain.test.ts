import { describe, expect, test } from "vitest";
import { chainStep, leafHash384, leafIndex, nodeCrypto, toHex, zeroChain } from "../../audit/index.ts";
import { browserCrypto } from "../../web/workbench/browser-crypto.ts";
import { linked } from "../../web/workbench/console-chain.ts";
import type { Linked } from "../../web/workbench/console-chain.ts";

const ORIGIN = "caveat.local/activity";
const START = { size: 0, chain: toHex(zeroChain()) };

function chainOf(entries: number, origin = ORIGIN): readonly Linked[] {
  let chain = zeroChain();
  return Array.from({ length: entries }, (_, index) => {
    const leaf = leafHash384(nodeCrypto, Buffer.from(`entry ${index}`));
    chain = chainStep(nodeCrypto, origin, leafIndex(index), chain, leaf);
    return { index, leafHash: toHex(leaf), chain: toHex(chain) };
  });
}

describe("the chain of a tail, worked out in the browser", () => {
  const entries = chainOf(6);
  const end = { size: 6, chain: entries[5]?.chain };
  const step = (head: typeof START, came: readonly Linked[], origin = ORIGIN) =>
    linked(browserCrypto, origin, head, came);

  test("leads over entries in whatever order they came, look by look", () => {
    expect(step(START, entries)).toEqual(end);
    expect(step(START, entries.toReversed())).toEqual(end);
    const half = step(START, entries.slice(0, 3));
    if (typeof half === "number") throw new Error("not linked");
    expect(step(half, entries.slice(3))).toEqual(end);
    expect(step(half, [])).toEqual(half);
  });

  test("names the first entry that is missing, comes twice or is another", () => {
    expect(step(START, entries.toSpliced(2, 1))).toBe(2);
    expect(step(START, entries.slice(1))).toBe(0);
    expect(step(START, [...entries, ...entries.slice(4, 5)])).toBe(5);
    const changed = (n: number, by: Partial<Linked>): readonly Linked[] =>
      entries.map((entry) => (entry.index === n ? { ...entry, ...by } : entry));
    expect(step(START, changed(3, { leafHash: entries[2]?.leafHash ?? "" }))).toBe(3);
    expect(step(START, changed(4, { chain: entries[3]?.chain ?? "" }))).toBe(4);
    for (const leafHash of ["", "zz", "0", "<img src=x>"]) expect(step(START, changed(1, { leafHash }))).toBe(1);
    expect(step({ ...START, chain: "f".repeat(96) }, entries)).toBe(0);
    expect(step(START, entries, "another.example/log")).toBe(0);
  });
});
