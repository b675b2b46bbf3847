import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WireCuts } from "./wire-cuts.ts";

const SAMPLE = 10;
let wire: WireCuts;

beforeAll(async () => {
  wire = await WireCuts.open();
});
afterAll(async () => {
  await wire.close();
});

describe("a wire to PostgreSQL that is cut", () => {
  test("I10 loses no acknowledged entry, and no checkpoint contradicts another, wherever it is cut", async () => {
    const { messages, faults, refused } = await wire.turn(null, 2);
    expect([faults, refused]).toEqual([[], 0]);
    let cuts = 0;
    let unanswered = 0;
    for (let at = 0; at < SAMPLE; at += 1) {
      const message = 1 + Math.floor((at * messages) / SAMPLE);
      const cut = { message, when: at % 2 === 0 ? "after" : "before", all: at % 5 === 0 } as const;
      const turn = await wire.turn(cut, 2);
      expect([cut, turn.faults]).toEqual([cut, []]);
      cuts += turn.cuts;
      unanswered += turn.refused;
    }
    expect(cuts).toBeGreaterThan(SAMPLE * 0.7);
    expect(unanswered).toBeGreaterThan(0);
    expect(wire.found).toBeGreaterThan(50);
  });
});

describe("the look after a fault notices", () => {
  test("an acknowledged entry that is not there, one at another place, and one with another leaf", async () => {
    const last = await wire.turn(null, 1);
    expect(last.faults).toEqual([]);
    const id = "00000000-0000-4000-8000-000000000000";
    const { first } = await wire.some();
    expect(await wire.lookFor({ id, index: 0, leaf384: first.leaf384 })).toMatchObject([/is lost$/]);
    expect(await wire.lookFor({ ...first, index: first.index + 1 })).toMatchObject([/stands at/]);
    expect(await wire.lookFor({ ...first, leaf384: `00${first.leaf384.slice(2)}` })).toMatchObject([
      /was acknowledged/,
    ]);
    expect(await wire.lookFor(first)).toEqual([]);
  });
  test("a committed mutation whose entry was lost, a changed entry, and two roots for one size", async () => {
    expect(await wire.loseOutbox()).toMatchObject([/committed outbox row/]);
    expect(await wire.signTwice()).toMatchObject([/two roots signed/]);
    expect((await wire.changeLast()).join()).toMatch(/LEAF_CHANGED|CHAIN_CHANGED/);
  });
});
