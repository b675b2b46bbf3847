import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { leafHash256, leafHash384, nodeCrypto, parseLeaf } from "../../audit/index.ts";
import type { AppendRecord, StoredEntry } from "../../src/storage/ledger-store.ts";
import { codesOf, draft, judge, openLedger } from "./ledger-fixture.ts";
import type { TestLedger } from "./ledger-fixture.ts";

let ledger: TestLedger;

beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(async () => {
  await ledger.remove();
});

function records(count: number): Promise<AppendRecord[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => ledger.writer.record(draft(`entry ${at}`))));
}

async function whole(): Promise<StoredEntry[]> {
  const { size } = await ledger.store.head(ledger.logId);
  return ledger.store.entries(ledger.logId, 0, size);
}

describe("I5 appending", () => {
  test("a batch stands in the order in which it was given, whatever its size and the size of the log", async () => {
    for (const count of [1, 2, 7, 60, 300]) {
      const { size } = await ledger.store.head(ledger.logId);
      const batch = await records(count);
      const placed = await ledger.store.append(ledger.logId, batch);
      const places = new Map(placed.map(({ id, index }) => [id, index]));
      expect(batch.map(({ id }) => places.get(id))).toEqual(batch.map((_, at) => size + at));
      // The planner chooses by what it knows of the table; the order must not hang on that.
      await ledger.admin.query("analyze audit.entry");
    }
  });

  test("the bytes that were handed over are stored and hashed as they are", async () => {
    const [record] = await records(1);
    if (!record) throw new Error("no record");
    await ledger.store.append(ledger.logId, [record]);
    const entry = await ledger.store.entry(ledger.logId, record.id);
    const leaf = record.leaf;
    expect(entry?.leaf.equals(leaf)).toBe(true);
    expect(entry?.leaf384.equals(leafHash384(nodeCrypto, new Uint8Array(leaf)))).toBe(true);
    const { rows } = await ledger.admin.query<{ leaf256: Buffer }>("select leaf256 from audit.entry where id = $1", [
      record.id,
    ]);
    expect(rows[0]?.leaf256.equals(leafHash256(nodeCrypto, new Uint8Array(leaf)))).toBe(true);
  });

  test("a record that comes again, alone or among new ones, keeps its first place", async () => {
    const [first, second, third] = await records(3);
    if (!first || !second || !third) throw new Error("no records");
    const [placed] = await ledger.store.append(ledger.logId, [first]);
    const { size } = await ledger.store.head(ledger.logId);
    expect(await ledger.store.append(ledger.logId, [first])).toEqual([placed]);
    expect((await ledger.store.head(ledger.logId)).size).toBe(size);
    const again = await ledger.store.append(ledger.logId, [second, first, third]);
    expect(new Map(again.map(({ id, index }) => [id, index]))).toEqual(
      new Map([
        [second.id, size],
        [first.id, placed?.index],
        [third.id, size + 1],
      ]),
    );
  });

  test("a record that comes twice in one batch stands once, with its own sections", async () => {
    const [first, second] = await records(2);
    if (!first || !second) throw new Error("no records");
    const { size } = await ledger.store.head(ledger.logId);
    const placed = await ledger.store.append(ledger.logId, [first, second, first]);
    expect(new Map(placed.map(({ id, index }) => [id, index]))).toEqual(
      new Map([
        [first.id, size],
        [second.id, size + 1],
      ]),
    );
    expect((await ledger.store.head(ledger.logId)).size).toBe(size + 2);
    const stored = await ledger.store.entries(ledger.logId, size, size + 2);
    const kept = ({ sections }: Pick<AppendRecord, "sections">): object[] =>
      sections.map(({ slot, keyId, sealed }) => ({ slot, keyId, sealed: sealed.toString("hex") }));
    expect(stored.map(kept)).toEqual([kept(first), kept(second)]);
    expect(kept(first).length).toBeGreaterThan(0);
  });

  test("a batch of nothing changes nothing", async () => {
    const before = await ledger.store.head(ledger.logId);
    expect(await ledger.store.append(ledger.logId, [])).toEqual([]);
    expect(await ledger.store.head(ledger.logId)).toEqual(before);
  });

  test.each([-5, 0, 2, 100_000, null])("a section of record %s of a batch of one is refused with it", async (of) => {
    const [record] = await records(1);
    const [section] = record?.sections ?? [];
    if (!record || !section) throw new Error("no record");
    const before = await ledger.store.head(ledger.logId);
    const client = new Client({ ...ledger.database.as("caveat_ledger") });
    await client.connect();
    try {
      const { leaf, sections } = { leaf: record.leaf, sections: [section] };
      await expect(
        client.query("select * from audit.append_packed($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", [
          ledger.logId,
          [record.id],
          [record.kind],
          [null],
          [null],
          [leaf.length],
          leaf,
          [of],
          [3],
          sections.map(({ keyId }) => keyId),
          sections.map(({ sealed }) => sealed.length),
          section.sealed,
        ]),
      ).rejects.toMatchObject({ code: "23503" });
    } finally {
      await client.end();
    }
    expect(await ledger.store.head(ledger.logId)).toEqual(before);
  });

  test("a record that comes again with another leaf does not change the first", async () => {
    const [record, other] = await records(2);
    if (!record || !other) throw new Error("no records");
    const [placed] = await ledger.store.append(ledger.logId, [record]);
    expect(await ledger.store.append(ledger.logId, [{ ...other, id: record.id }])).toEqual([placed]);
  });

  test("a leaf that is too large is refused with its whole batch", async () => {
    const [record, large] = await records(2);
    if (!record || !large) throw new Error("no records");
    const { size } = await ledger.store.head(ledger.logId);
    const leaf = Buffer.alloc(16_385, 0x20);
    await expect(ledger.store.append(ledger.logId, [record, { ...large, leaf }])).rejects.toMatchObject({
      code: "23514",
    });
    expect((await ledger.store.head(ledger.logId)).size).toBe(size);
    expect(await ledger.store.entry(ledger.logId, record.id)).toBeNull();
  });

  test("a record without its section key is refused with its whole batch", async () => {
    const [record] = await records(1);
    if (!record) throw new Error("no record");
    const { size } = await ledger.store.head(ledger.logId);
    const sections = [{ slot: 0, keyId: "00000000-0000-4000-8000-000000000000", sealed: Buffer.alloc(3) }];
    await expect(ledger.store.append(ledger.logId, [{ ...record, sections }])).rejects.toMatchObject({ code: "23503" });
    expect((await ledger.store.head(ledger.logId)).size).toBe(size);
  });

  test("what is acknowledged is there: no gaps, no forks and no lost entry under four writers at once", async () => {
    const { size } = await ledger.store.head(ledger.logId);
    const writers = ["a", "b", "c", "d"].map((name) => ledger.anotherWriter(`api-${name}`));
    const acknowledged = await Promise.all(
      writers.flatMap((writer, of) => Array.from({ length: 60 }, (_, at) => writer.append(draft(`${of} ${at}`)))),
    );
    expect(acknowledged.map(({ index }) => index).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 240 }, (_, at) => size + at),
    );
    const entries = await whole();
    expect(entries.map(({ index }) => index)).toEqual(entries.map((_, at) => at));
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    for (const { id, index, leaf384 } of acknowledged) {
      expect(byId.get(id)?.index).toBe(index);
      expect(byId.get(id)?.leaf384.equals(leaf384)).toBe(true);
    }
    // Each producer's own order is kept: its counters rise without a gap.
    const counters = new Map<string, number[]>();
    for (const { leaf } of entries.slice(size)) {
      const { boot, counter } = parseLeaf(new Uint8Array(leaf)).producer;
      counters.set(boot, [...(counters.get(boot) ?? []), counter]);
    }
    expect([...counters.values()]).toEqual(writers.map(() => Array.from({ length: 60 }, (_, at) => at)));
  });

  test("whoever sets the clock while an entry waits does not end its wait", async () => {
    const [one, other] = await records(2);
    if (!one || !other) throw new Error("no records");
    await ledger.admin.query("begin");
    await ledger.admin.query("select from audit.log for update");
    const first = ledger.writer.appendRecord(one);
    const second = ledger.writer.appendRecord(other);
    try {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
      await ledger.admin.query("commit");
      expect((await second).index).toBe((await first).index + 1);
    } finally {
      vi.useRealTimers();
    }
  });

  test("the archive of everything above verifies, sections and all", async () => {
    const report = await judge(await ledger.archive(), ledger.verifier);
    expect(codesOf(report)).toEqual([]);
    expect(report.verified).toBe(true);
    expect(report.signed?.size).toBe((await ledger.store.head(ledger.logId)).size);
    expect(report.signed?.sections.opened).toBeGreaterThan(1_000);
  });

  test("one entry that cannot be appended fails alone when it is asked for alone, and the writer goes on", async () => {
    const [record] = await records(1);
    if (!record) throw new Error("no record");
    const broken = { ...record, leaf: Buffer.alloc(16_385, 0x20) };
    await expect(ledger.writer.appendRecord(broken)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const { size } = await ledger.store.head(ledger.logId);
    expect((await ledger.writer.append(draft("after"))).index).toBe(size);
  });
});
