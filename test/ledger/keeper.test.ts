import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { detailsOf, loggedBy, resumeAppending, stopAppending } from "./house-ledger.ts";

const MINUTE = 60_000;

let house: TestHouse;

beforeAll(async () => {
  // Only the keeper's clock stands still; what talks to the database runs on.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  house = await openTestHouse();
});
afterAll(async () => {
  vi.useRealTimers();
  await house.remove();
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error("it did not come true in time");
    await sleep(5);
  }
}

async function size(): Promise<number> {
  const { rows } = await house.admin.query<{ size: number }>("select size::int as size from audit.log where id = 0");
  return rows[0]?.size ?? -1;
}

/** Lets a minute pass and waits until the beat has signed (or has failed). */
async function minute(fails = false): Promise<void> {
  const before = await size();
  vi.advanceTimersByTime(MINUTE);
  if (fails) await sleep(600);
  else {
    await until(async () => {
      const { rows } = await house.admin.query<{ signed: number }>(
        "select max(size)::int as signed from audit.checkpoint where log_id = 0",
      );
      return (rows[0]?.signed ?? 0) > before;
    });
  }
}

describe("I4 the log's own entries", () => {
  test("the first entry of a boot names the policy and register that decide", async () => {
    const [boot] = await detailsOf(house, "log.boot");
    expect(boot).toEqual({
      node: process.versions.node,
      policyVersion: house.house.office.policy.version,
      registerVersion: house.house.office.register.version,
    });
    expect((await loggedBy(house))[0]?.kind).toBe("log.boot");
  });

  test("a heartbeat stands in the log every minute, with the producer's counter, under a signed checkpoint", async () => {
    for (let at = 0; at < 3; at += 1) await minute();
    const beats = await detailsOf(house, "log.heartbeat");
    expect(beats).toHaveLength(3);
    const counters = beats.map(({ counter }) => counter as number);
    expect(counters.toSorted((a, b) => a - b)).toEqual(counters);
    expect(new Set(counters).size).toBe(3);
  });

  test("gathered refusals are one entry for each kind and source in a second, with a count and nothing of what was sent", async () => {
    const before = (await detailsOf(house, "refused")).length;
    for (let at = 0; at < 5; at += 1) house.house.keeper.noteRefusal("unauthenticated", "127.0.0.1");
    for (let at = 0; at < 3; at += 1) house.house.keeper.noteRefusal("malformed", "127.0.0.1");
    house.house.keeper.noteRefusal("unauthenticated", "127.0.0.2");
    const noted = await size();
    await sleep(500);
    expect(await size()).toBe(noted);
    await until(async () => (await size()) === noted + 3);
    expect((await detailsOf(house, "refused")).slice(before)).toEqual([
      { kind: "unauthenticated", source: "127.0.0.1", count: 5 },
      { kind: "malformed", source: "127.0.0.1", count: 3 },
      { kind: "unauthenticated", source: "127.0.0.2", count: 1 },
    ]);
    const next = await size();
    house.house.keeper.noteRefusal("unauthenticated", "127.0.0.1");
    await until(async () => (await size()) > next);
    expect((await detailsOf(house, "refused")).at(-1)).toEqual({
      kind: "unauthenticated",
      source: "127.0.0.1",
      count: 1,
    });
  });
});

describe("I9 a house that cannot write its log", () => {
  test("reports itself unready after failures in a row, and ready again when a beat succeeds", async () => {
    expect(await house.house.ready()).toBe(true);
    await stopAppending(house);
    for (let at = 0; at < 3; at += 1) await minute(true);
    expect(await house.house.ready()).toBe(false);
    await resumeAppending(house);
    await minute();
    // The beat ends a moment after its checkpoint is kept.
    await until(() => house.house.ready());
  });

  test("does not lose gathered refusals that could not be written: they come with a later entry", async () => {
    const before = (await detailsOf(house, "refused")).length;
    await stopAppending(house);
    house.house.keeper.noteRefusal("busy", "127.0.0.9");
    await sleep(1_200);
    await resumeAppending(house);
    house.house.keeper.noteRefusal("busy", "127.0.0.9");
    await until(async () => (await detailsOf(house, "refused")).length > before);
    expect((await detailsOf(house, "refused")).slice(before)).toEqual([
      { kind: "busy", source: "127.0.0.9", count: 2 },
    ]);
  });

  test("is unready as soon as the database does not answer for the log", async () => {
    await house.admin.query("revoke select on audit.log from caveat_ledger");
    expect(await house.house.ready()).toBe(false);
    await house.admin.query("grant select on audit.log to caveat_ledger");
    expect(await house.house.ready()).toBe(true);
  });
});

describe("I10 a house that is closed", () => {
  test("writes what was gathered, then the shutdown entry with its own counter, and signs all of it", async () => {
    house.house.keeper.noteRefusal("malformed", "127.0.0.3");
    await house.close();
    const next = await openTestHouse({ from: house });
    try {
      const entries = await loggedBy(next);
      const shutdown = entries.findLastIndex(({ kind }) => kind === "log.shutdown");
      expect(entries[shutdown - 1]?.kind).toBe("refused");
      const leaf = JSON.parse(Buffer.from(entries[shutdown]?.leaf ?? "", "base64").toString()) as { p: { q: number } };
      expect(JSON.parse(entries[shutdown]?.slots[3]?.open ?? "null")).toEqual({ counter: leaf.p.q });
      const { rows } = await next.admin.query(
        "select size::int as size from audit.checkpoint where log_id = 0 and size = $1",
        [shutdown + 1],
      );
      expect(rows).toHaveLength(1);
    } finally {
      await next.remove();
    }
  });
});
