import { describe, expect, test } from "vitest";
import type { Principal } from "../../src/identity/principal.ts";
import { LongReading } from "../../src/policy/long-reading.ts";
import type { Operation } from "../../src/policy/operation.ts";
import type { Outcome } from "../../src/policy/outcome.ts";

const ANNA = {
  personId: "anna",
  session: { id: "s1", level: "S", browser: null },
  client: { id: "c1", name: "" },
  purpose: "labeling",
  epoch: 1,
} as unknown as Principal;

const OPERATION = {} as Operation;

/** A reading that Anna began at place 40 of the log, with all that it writes of its end. */
function begun() {
  const ends: { readonly who: Principal; readonly outcome: Outcome }[] = [];
  const looks: { readonly who: Principal; readonly wrote: (entryId: string) => void }[] = [];
  const reading = new LongReading({
    opener: ANNA,
    request: { id: "request", index: 40, leaf384: Buffer.alloc(48) },
    look: async (who, wrote) => {
      looks.push({ who, wrote });
      return OPERATION;
    },
    conclude: async (who, outcome) => void ends.push({ who, outcome }),
  });
  return { reading, ends, looks };
}

describe("a reading that goes on", () => {
  test("began where its request entry stands in the log", () => {
    expect(begun().reading.beganAt).toBe(40);
  });

  test("looks as the person is now, who began it", async () => {
    const { reading, looks } = begun();
    const now = { ...ANNA, epoch: 2 };
    expect(await reading.look(now)).toBe(OPERATION);
    expect(looks.map(({ who }) => who)).toEqual([now]);
  });

  test.each<[string, Partial<Principal>]>([
    ["another person", { personId: "berta" }],
    ["another session of the same person", { session: { ...ANNA.session, id: "s2" } }],
    ["another client of the same person", { client: { ...ANNA.client, id: "c2" } }],
    ["the same person for another purpose", { purpose: "audit" }],
  ])("is not looked at by %s, and nothing is read", async (_, change) => {
    const { reading, looks } = begun();
    await expect(reading.look({ ...ANNA, ...change })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect(looks).toEqual([]);
  });

  test("knows its request entry and each entry of its looks as its own, once", async () => {
    const { reading, looks } = begun();
    await reading.look(ANNA);
    expect(reading.caused("shown")).toBe(false);
    looks[0]?.wrote("shown");
    for (const own of ["request", "shown"]) {
      expect([own, reading.caused(own)]).toEqual([own, true]);
      expect([own, reading.caused(own)]).toEqual([own, false]);
    }
    expect(reading.caused("of somebody else")).toBe(false);
  });

  test("ends in one entry that names its request, in the name of whoever looked last", async () => {
    const { reading, ends } = begun();
    const last = { ...ANNA, epoch: 3 };
    await reading.look(ANNA);
    await reading.look(last);
    await reading.end(null, { ended: "by itself" });
    const outcome = { result: "answered", error: null, command: null, request: "request" };
    expect(ends).toEqual([{ who: last, outcome: { ...outcome, detail: { ended: "by itself" } } }]);
    expect(ends[0]?.who).toBe(last);
  });

  test("ends in the name of who began it where nobody looked, or somebody else was refused", async () => {
    const { reading, ends } = begun();
    await expect(reading.look({ ...ANNA, personId: "berta" })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await reading.end("UNAUTHENTICATED", {});
    const outcome = { result: "failed", error: "UNAUTHENTICATED", command: null, request: "request", detail: {} };
    expect(ends).toEqual([{ who: ANNA, outcome }]);
  });
});
