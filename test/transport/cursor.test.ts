import { createSecretKey } from "node:crypto";
import { expect, test } from "vitest";
import { Cursors } from "../../src/transport/graphql/cursor.ts";

const KEY = createSecretKey(new Uint8Array(32).fill(7));
const ANA = "11111111-1111-4111-8111-111111111111";
const BEN = "22222222-2222-4222-8222-222222222222";
const ROW = "33333333-3333-4333-8333-333333333333";
const PLACE = { field: "Dataset.assets", parent: "44444444-4444-4444-8444-444444444444" };

const refusal = expect.objectContaining({ code: "INVALID_REQUEST" }) as unknown;

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  return null;
}

test("a cursor opens to its key in the same list for the same person", () => {
  const cursors = new Cursors(KEY, ANA);
  expect(cursors.open(PLACE, cursors.seal(PLACE, ROW))).toBe(ROW);
  expect(cursors.open(PLACE, cursors.seal(PLACE, "0"))).toBe("0");
});

test("I2 cursors have one length, whatever stands in them, and two of one row differ", () => {
  const cursors = new Cursors(KEY, ANA);
  const made = ["0", "123456", ROW, ROW].map((key) => cursors.seal(PLACE, key));
  expect(new Set(made.map((cursor) => cursor.length)).size).toBe(1);
  expect(new Set(made).size).toBe(4);
});

test("a cursor with any bit changed is an invalid request", () => {
  const cursors = new Cursors(KEY, ANA);
  const bytes = Buffer.from(cursors.seal(PLACE, ROW), "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(thrownBy(() => cursors.open(PLACE, changed.toString("base64url")))).toEqual(refusal);
  }
});

test("a cursor of another person, field, parent or key is an invalid request", () => {
  const cursor = new Cursors(KEY, ANA).seal(PLACE, ROW);
  const ana = new Cursors(KEY, ANA);
  expect(thrownBy(() => new Cursors(KEY, BEN).open(PLACE, cursor))).toEqual(refusal);
  expect(thrownBy(() => ana.open({ ...PLACE, field: "Dataset.labels" }, cursor))).toEqual(refusal);
  expect(thrownBy(() => ana.open({ ...PLACE, parent: BEN }, cursor))).toEqual(refusal);
  expect(thrownBy(() => new Cursors(createSecretKey(new Uint8Array(32).fill(8)), ANA).open(PLACE, cursor))).toEqual(
    refusal,
  );
});

test("what is no cursor is an invalid request", () => {
  const ana = new Cursors(KEY, ANA);
  const cursor = ana.seal(PLACE, ROW);
  for (const text of [
    "",
    "0",
    ROW,
    "!",
    cursor.slice(0, -1),
    `${cursor}A`,
    `${cursor}=`,
    ` ${cursor}`,
    "A".repeat(100_000),
  ]) {
    expect(thrownBy(() => ana.open(PLACE, text))).toEqual(refusal);
  }
});
