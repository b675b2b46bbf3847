import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Drawing } from "../../web/workbench/drawing.ts";
import { changesBeyond, markOf } from "../../web/workbench/drawing-mark.ts";
import { copyKeyOf, openCopy, sealCopy } from "../../web/workbench/sealed-copy.ts";
import type { CopyKey } from "../../web/workbench/sealed-copy.ts";

const BOUND = { personId: "person", taskId: "task", round: 1, stage: "LABEL" };
const CONTENT = { format: 2, drawn: [{ id: "x", classKey: "ship", shape: { kind: "point", x: 12.5, y: 7 } }] };
const newKey = (): Promise<CopyKey> => copyKeyOf(randomBytes(32).toString("base64url"));

describe("the seal of a copy", () => {
  test("opens what it sealed, by its own key and for what it is of alone", async () => {
    const key = await newKey();
    const sealed = await sealCopy(key, BOUND, CONTENT);
    expect(await openCopy(key, BOUND, sealed)).toEqual(CONTENT);
    expect(await openCopy(await newKey(), BOUND, sealed)).toBeNull();
    for (const other of [{ personId: "another" }, { taskId: "another" }, { round: 2 }, { stage: "REVIEW" }])
      expect(await openCopy(key, { ...BOUND, ...other }, sealed)).toBeNull();
  });

  test("refuses what has one bit changed, is cut, longer, empty or no bytes at all", async () => {
    const key = await newKey();
    const sealed = await sealCopy(key, BOUND, CONTENT);
    for (let bit = 0; bit < sealed.byteLength * 8; bit += 1) {
      const bytes = new Uint8Array(sealed.slice(0));
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await openCopy(key, BOUND, bytes.buffer)).toBeNull();
    }
    const longer = new Uint8Array(sealed.byteLength + 1);
    longer.set(new Uint8Array(sealed));
    for (const other of [sealed.slice(0, -1), sealed.slice(1), longer.buffer, new ArrayBuffer(0), null, "x", CONTENT])
      expect(await openCopy(key, BOUND, other)).toBeNull();
  });

  test("seals the same twice as different bytes, in which nothing of it stands", async () => {
    const key = await newKey();
    const all = await Promise.all(Array.from({ length: 50 }, () => sealCopy(key, BOUND, CONTENT)));
    const nonces = all.map((one) => Buffer.from(one).subarray(0, 12).toString("hex"));
    expect(new Set(nonces).size).toBe(50);
    for (const one of all) expect(Buffer.from(one).toString("latin1")).not.toMatch(/ship|drawn|12\.5|task|LABEL/);
  });

  test("its key does not come out again", async () => {
    const key = await newKey();
    expect([key.extractable, key.usages.toSorted()]).toEqual([false, ["decrypt", "encrypt"]]);
    await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow("extractable");
  });

  test("refuses a key of another length", async () => {
    for (const length of [0, 16, 31, 33])
      await expect(copyKeyOf(randomBytes(length).toString("base64url"))).rejects.toThrow("no key of a copy");
  });
});

describe("a copy and the server's draft", () => {
  const [page, other] = [randomUUID(), randomUUID()];
  const mark = { epoch: 3, page, count: 8 };
  const draft = (of: object | null): unknown => of && { ...new Drawing().keep(), mark: of };

  test("counts what the server has not taken of one page, however often it took something", () => {
    const copy = { mark, base: { epoch: 3, page, count: 5 } };
    expect(changesBeyond(copy, draft({ epoch: 3, page, count: 5 }))).toBe(3);
    // The answer to the last one did not come: the server has more than the page knew.
    expect(changesBeyond(copy, draft({ epoch: 3, page, count: 7 }))).toBe(1);
    expect(changesBeyond(copy, draft({ epoch: 3, page, count: 8 }))).toBe(0);
    expect(changesBeyond(copy, draft({ epoch: 3, page, count: 9 }))).toBe(0);
  });

  test("counts what was drawn on another page's draft, and on none", () => {
    const base = { epoch: 2, page: other, count: 40 };
    expect(changesBeyond({ mark, base }, draft(base))).toBe(8);
    expect(changesBeyond({ mark, base: null }, null)).toBe(8);
    expect(changesBeyond({ mark, base: markOf({ format: 1 }) }, new Drawing().keep())).toBe(8);
  });

  test("gives way where the draft is none that it was made from", () => {
    const base = { epoch: 2, page: other, count: 40 };
    for (const of of [{ ...base, count: 41 }, { ...base, epoch: 3 }, { ...base, page: randomUUID() }, null])
      expect(changesBeyond({ mark, base }, draft(of))).toBeNull();
    expect(changesBeyond({ mark, base: null }, draft(base))).toBeNull();
    expect(changesBeyond({ mark, base }, { format: 2, mark: { page: 1 } })).toBeNull();
  });
});
