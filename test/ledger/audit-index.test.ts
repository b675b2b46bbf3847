import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeCanonical } from "../../audit/index.ts";
import { AuditSearch } from "../../src/ledger/audit-search.ts";
import { AuditIndexer } from "../../src/ledger/indexer.ts";
import { SubjectHashes } from "../../src/ledger/subject-hashes.ts";
import type { FoundEntries, MayOpen } from "../../src/policy/audit-port.ts";
import { openPool } from "../../src/storage/connection.ts";
import { AuditIndexStore } from "../../src/storage/audit-index-store.ts";
import type { Outcome } from "../../src/policy/outcome.ts";
import { outcomeSection } from "../../src/policy/outcome.ts";
import type { MarkingOffice } from "../../src/policy/marking-office.ts";
import type { RecordedDecision } from "../../src/policy/last-look.ts";
import { HIGH, LOW, openLedger } from "./ledger-fixture.ts";
import type { TestLedger } from "./ledger-fixture.ts";
import { PLACES, eraseKeys, wholeIndex } from "./postings.ts";

let ledger: TestLedger;
let index: AuditIndexStore;
let end: () => Promise<void>;

beforeAll(async () => {
  ledger = await openLedger();
  const pool = openPool(ledger.database.as("caveat_ledger"), 4);
  index = new AuditIndexStore(pool);
  end = () => pool.end();
});
afterAll(async () => {
  await end();
  await ledger.remove();
});

const indexer = (): AuditIndexer => new AuditIndexer({ ...ledger, index });
const search = (): AuditSearch => new AuditSearch({ ...ledger, index, indexer: indexer() });
const everything: MayOpen = () => true;
const onlyLow: MayOpen = (marking) => marking === LOW;
const page = { before: null, limit: 50, slot: 2 } as const;

/** An answer that disclosed these objects, with its outcome at a marking. */
async function answered(
  objects: readonly string[],
  marking = LOW,
  person = randomUUID(),
  personTag: Buffer | null = null,
): Promise<void> {
  const outcome: Outcome = { result: "answered", error: null, command: null, request: randomUUID() };
  const office = { policy: { version: "sha384:0" }, register: { version: "1" } } as unknown as MarkingOffice;
  const decision = {
    action: "asset.read",
    marking: { id: "m", banner: "b", effective: {} },
    facts: null,
    decision: { decision: "allow", reasons: [], obligations: [] },
    objects: new Set(objects),
  } as unknown as RecordedDecision;
  const { plaintext, lists } = outcomeSection(office, outcome, [decision], []);
  await ledger.writer.append({
    kind: "operation.outcome",
    personTag,
    gateHash: null,
    sections: [
      { slot: 0, name: "actor", marking: LOW, plaintext: encodeCanonical({ person }) },
      { slot: 2, name: "outcome", marking, plaintext },
    ],
    lists: lists.map((list) => ({ ...list, marking })),
  });
}

const erase = (tag: Buffer, marking: string | null = null): Promise<void> => eraseKeys(ledger.admin, tag, marking);
const whole = (): Promise<string[]> => wholeIndex(ledger.admin);

const seenAt = async (object: string, mayOpen = everything): Promise<number[]> =>
  (await search().about([object], page, mayOpen)).entries.map(({ index: at }) => at);

describe("I5 the index behind the log", () => {
  test("I5 rebuilt in one go it equals what many processes built bit by bit", async () => {
    const object = `asset:${randomUUID()}`;
    for (let at = 0; at < 40; at += 1) {
      await answered([object, `asset:${randomUUID()}`], at % 3 === 0 ? HIGH : LOW);
      // Some lag, some run at once; each takes what it finds.
      if (at % 4 === 0) await Promise.all([indexer().catchUp(7), indexer().catchUp(3), indexer().catchUp(5)]);
    }
    await indexer().catchUp(1_000);
    const grown = await whole();
    expect(grown.length).toBeGreaterThan(100);
    await ledger.admin.query("select audit.forget_index($1)", [ledger.logId]);
    expect(await whole()).toEqual([]);
    await indexer().catchUp(1_000);
    expect(await whole()).toEqual(grown);
    expect(await seenAt(object)).toHaveLength(40);
  });

  test("I5 an entry is found under a marking only by whoever may open it, and one object has no hash in common between two", async () => {
    const object = `asset:${randomUUID()}`;
    await answered([object], LOW);
    await answered([object], HIGH);
    expect(await seenAt(object)).toHaveLength(2);
    expect(await seenAt(object, onlyLow)).toHaveLength(1);
    const low = await search().about([object], page, onlyLow);
    const { rows } = await ledger.admin.query<{ high: number }>(
      "select count(*)::int as high from audit.section s join audit.section_key k on k.id = s.key_id where s.slot = 2 and k.marking = $1",
      [HIGH],
    );
    expect(low.withheld).toBe(rows[0]?.high);
    const { size } = await ledger.store.head(ledger.logId);
    const [first, second] = [
      await index.subjects(ledger.logId, size - 2, size - 1),
      await index.subjects(ledger.logId, size - 1, size),
    ];
    // The person differs, too: what is left in common would be the object.
    const hashes = new Set(first.map(({ subject }) => subject.toString("hex")));
    expect(second.some(({ subject }) => hashes.has(subject.toString("hex")))).toBe(false);
    expect([first.length, second.length]).toEqual([2, 2]);
  });

  test("I5 no text of a section stands in the index", async () => {
    const { rows } = await ledger.admin.query<{ column_name: string; data_type: string }>(
      `select column_name, data_type from information_schema.columns where table_schema = 'audit' and table_name in ('posting', 'index_batch', 'index_state', 'index_section')`,
    );
    expect(new Set(rows.map(({ data_type: type }) => type))).toEqual(new Set(["smallint", "bytea", "bigint", "uuid"]));
  });

  test("I4 the objects of an answer with more of them than an entry lists are found all the same", async () => {
    const objects = Array.from({ length: 5_200 }, () => `asset:${randomUUID()}`);
    await answered(objects, HIGH);
    const { size } = await ledger.store.head(ledger.logId);
    for (const object of [objects[0], objects[5_199]]) expect(await seenAt(object ?? "")).toEqual([size - 1]);
    expect(await seenAt(objects[0] ?? "", onlyLow)).toEqual([]);
    // Sealed: an id stands nowhere in the clear.
    const { rows } = await ledger.admin.query<{ sealed: Buffer }>("select sealed from audit.object_list");
    expect(rows.some(({ sealed }) => sealed.includes(objects[0]?.slice(6, 20) ?? ""))).toBe(false);
    expect((await index.state(ledger.logId)).unread).toBe(0);
  });

  test("I5 a list that is lost or changed is not passed over in silence: the answer says that an entry could not be read", async () => {
    await answered(
      Array.from({ length: 5_001 }, () => `asset:${randomUUID()}`),
      LOW,
    );
    const { size } = await ledger.store.head(ledger.logId);
    await ledger.admin.query(
      "set session_replication_role = replica; alter table audit.object_list disable trigger all",
    );
    await ledger.admin.query(
      "update audit.object_list set sealed = sealed || '\\x00' where entry_id = (select id from audit.entry where idx = $1)",
      [size - 1],
    );
    await ledger.admin.query(
      "alter table audit.object_list enable always trigger append_only; alter table audit.object_list enable always trigger append_only_truncate; set session_replication_role = origin",
    );
    const found = await search().about([`asset:${randomUUID()}`], page, everything);
    expect(found).toMatchObject({ completeTo: size, unread: 1 });
  });

  test("I5 an entry of a form that is not known is counted as not read, and the index goes on behind it", async () => {
    const { unread } = await index.state(ledger.logId);
    await ledger.writer.append({
      kind: "operation.outcome",
      personTag: null,
      gateHash: null,
      sections: [{ slot: 2, name: "outcome", marking: LOW, plaintext: encodeCanonical({ decisions: 7 }) }],
    });
    const object = `asset:${randomUUID()}`;
    await answered([object]);
    expect(await seenAt(object)).toHaveLength(1);
    expect((await index.state(ledger.logId)).unread).toBe(unread + 1);
  });

  test("I4 whatever was taken in at once, an object is found in all its entries, newest first, page by page", async () => {
    const object = `asset:${randomUUID()}`;
    const places: number[] = [];
    for (const batch of [1, 9, 2, 14, 5]) {
      for (let at = 0; at < batch; at += 1) {
        await answered([object, `asset:${randomUUID()}`]);
        places.push((await ledger.store.head(ledger.logId)).size - 1);
      }
      await indexer().catchUp(1_000);
    }
    for (const limit of [1, 3, 4, 50]) {
      const found: number[] = [];
      let before: number | null = null;
      do {
        const answer: FoundEntries = await search().about([object], { before, limit, slot: 2 }, everything);
        found.push(...answer.entries.map(({ index: at }) => at));
        expect(answer.more).toBe(found.length < places.length);
        before = answer.more ? answer.next : null;
      } while (before !== null);
      expect([limit, found]).toEqual([limit, places.toReversed()]);
    }
  });

  test("I5 a row that somebody put into the index finds nothing, and a row that was taken out is named", async () => {
    const object = `asset:${randomUUID()}`;
    await answered([object]);
    await indexer().catchUp(1_000);
    const { size } = await ledger.store.head(ledger.logId);
    expect(await search().compare(0, size)).toEqual({ from: 0, to: size, differing: [] });
    await ledger.admin.query(
      `insert into audit.posting (log_id, subject, first, places)
       select b.log_id, s.subject, b.first, int2send((3 - b.first)::smallint) || '\\x02'::bytea
       from (${PLACES}) s, audit.index_batch b where s.idx = $1 and b.first <= 3 and b.next > 3`,
      [size - 1],
    );
    expect(await seenAt(object)).toEqual([size - 1]);
    expect((await search().compare(0, size)).differing).toEqual([3]);
    await ledger.admin.query(
      `delete from audit.posting p using (${PLACES}) s where s.idx = 5 and p.subject = s.subject and octet_length(p.places) = 3`,
    );
    expect((await search().compare(0, size)).differing).toEqual([3, 5]);
    await ledger.admin.query("select audit.forget_index($1)", [ledger.logId]);
    await indexer().catchUp(1_000);
    expect((await search().compare(0, size)).differing).toEqual([]);
  });

  test("I5 one object has one hash under a marking, whoever saw it, and another under another key folder", async () => {
    const object = `asset:${randomUUID()}`;
    for (const tag of [randomBytes(32), randomBytes(32)]) await answered([object], HIGH, randomUUID(), tag);
    expect(await seenAt(object)).toHaveLength(2);
    const { size } = await ledger.store.head(ledger.logId);
    const rows = await index.subjects(ledger.logId, size - 2, size);
    const hash = ledger.hashes.of(HIGH, object);
    expect(rows.filter(({ subject }) => subject.equals(hash))).toMatchObject([{ slot: 2 }, { slot: 2 }]);
    const other = new SubjectHashes(createSecretKey(randomBytes(32)));
    expect(other.of(HIGH, object).equals(hash)).toBe(false);
  });

  test("I5 with the keys of a person's sections goes what index and lists hold of them, which is neither unread nor a lie", async () => {
    const object = `asset:${randomUUID()}`;
    const [who, tag] = [randomUUID(), randomBytes(32)];
    const more = Array.from({ length: 5_100 }, () => `asset:${randomUUID()}`);
    await answered([object, ...more], HIGH, who, tag);
    await answered([object], HIGH);
    expect(await seenAt(object)).toHaveLength(2);
    const before = await search().about([object], page, everything);
    const { size } = await ledger.store.head(ledger.logId);
    expect((await search().compare(0, size)).differing).toEqual([]);
    await erase(tag);
    const after = await search().about([object], page, everything);
    expect(after).toMatchObject({ completeTo: size, unread: before.unread, withheld: 0, erased: before.erased + 1 });
    expect(after.entries.map(({ index: at }) => at)).toEqual([size - 1]);
    expect((await search().about([`actor:${who}`], { ...page, slot: 0 }, everything)).entries).toEqual([]);
    // Whoever may not open a section is not told whether it was erased.
    expect(await search().about([object], page, onlyLow)).toMatchObject({ erased: 0 });
    expect(await index.subjects(ledger.logId, size - 2, size - 1)).toEqual([]);
    const { rows } = await ledger.admin.query(
      "select sealed from audit.object_list where entry_id = (select id from audit.entry where idx = $1)",
      [size - 2],
    );
    expect(rows).toEqual([{ sealed: null }]);
    expect((await search().compare(0, size)).differing).toEqual([]);
    const left = await whole();
    await ledger.admin.query("select audit.forget_index($1)", [ledger.logId]);
    await indexer().catchUp(1_000);
    expect(await whole()).toEqual(left);
  });

  test("I5 a section keeps its rows when another one of its entry is erased", async () => {
    const object = `asset:${randomUUID()}`;
    const [who, tag] = [randomUUID(), randomBytes(32)];
    await answered([object], HIGH, who, tag);
    expect(await seenAt(object)).toHaveLength(1);
    await erase(tag, LOW);
    expect(await seenAt(object)).toHaveLength(1);
    expect((await search().about([`actor:${who}`], { ...page, slot: 0 }, everything)).entries).toEqual([]);
    const { size } = await ledger.store.head(ledger.logId);
    expect((await search().compare(size - 1, size)).differing).toEqual([]);
  });

  test("I5 a batch that was worked out before an erasure puts nothing of what is erased into the index", async () => {
    const tag = randomBytes(32);
    await answered([`asset:${randomUUID()}`], HIGH, randomUUID(), tag);
    await erase(tag, HIGH);
    const { size } = await ledger.store.head(ledger.logId);
    await indexer().catchUp(size - 1 - (await index.state(ledger.logId)).completeTo);
    const [gone, stays] = [randomBytes(16), randomBytes(16)];
    const postings = [
      { subject: gone, places: [{ index: size - 1, slot: 2 }] },
      { subject: stays, places: [{ index: size - 1, slot: 0 }] },
    ];
    await index.add(ledger.logId, { from: size - 1, to: size, unread: 0, postings, sections: [] });
    expect(await index.subjects(ledger.logId, size - 1, size)).toMatchObject([{ subject: stays, slot: 0 }]);
  });

  test("I5 a list is taken away with its key or not at all", async () => {
    await answered(Array.from({ length: 5_001 }, () => `asset:${randomUUID()}`));
    for (const statement of [
      "update audit.object_list set sealed = null where sealed is not null",
      "update audit.object_list set sealed = '\\x00'",
      "delete from audit.object_list",
      "truncate audit.object_list",
      "insert into audit.object_list select entry_id, 7, key_id, null from audit.object_list",
    ])
      await expect(ledger.admin.query(statement)).rejects.toMatchObject({ code: "42501" });
  });

  test("I5 the index refuses entries out of turn and entries that the log does not have", async () => {
    const { completeTo } = await index.state(ledger.logId);
    const batch = { unread: 0, postings: [], sections: [] };
    expect(await index.add(ledger.logId, { ...batch, from: completeTo + 1, to: completeTo + 2 })).toBe(completeTo);
    expect(await index.add(ledger.logId, { ...batch, from: 0, to: 1 })).toBe(completeTo);
    await expect(index.add(ledger.logId, { ...batch, from: completeTo, to: completeTo + 1_000 })).rejects.toMatchObject(
      { code: "23514" },
    );
  });
});
