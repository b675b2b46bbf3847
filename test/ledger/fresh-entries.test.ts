import { createHash, createHmac, createSecretKey, randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeCanonical } from "../../audit/index.ts";
import type { LeafKind } from "../../audit/index.ts";
import { FreshEntries } from "../../src/ledger/fresh-entries.ts";
import { AuditIndexer } from "../../src/ledger/indexer.ts";
import type { PlainSection } from "../../src/ledger/sealing.ts";
import { SubjectHashes } from "../../src/ledger/subject-hashes.ts";
import { LedgerWriter } from "../../src/ledger/writer.ts";
import type { EntryDraft } from "../../src/ledger/writer.ts";
import { AuditIndexStore } from "../../src/storage/audit-index-store.ts";
import { openPool } from "../../src/storage/connection.ts";
import { HIGH, LOW, openLedger } from "./ledger-fixture.ts";
import type { TestLedger } from "./ledger-fixture.ts";
import { eraseKeys, wholeIndex } from "./postings.ts";

const SEED = 20_261_130;
/** So many hashes are remembered at most. */
const MOST_HASHES = 262_144;

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

/** A process: what it writes it remembers for its own indexer. */
function startedProcess(): { fresh: FreshEntries; writer: LedgerWriter; indexer: AuditIndexer } {
  const fresh = new FreshEntries(ledger.hashes);
  const writer = new LedgerWriter({ ...ledger, replica: "api-1", clock: () => new Date(), fresh });
  return { fresh, writer, indexer: new AuditIndexer({ ...ledger, index, fresh }) };
}

/** What the index holds, and what it holds when it is made anew by a process that wrote nothing. */
async function bothWays(): Promise<[string[], string[]]> {
  const held = await wholeIndex(ledger.admin);
  await ledger.admin.query("select audit.forget_index($1)", [ledger.logId]);
  await new AuditIndexer({ ...ledger, index }).catchUp(1_000_000);
  return [held, await wholeIndex(ledger.admin)];
}

const section = (slot: PlainSection["slot"], marking: string, content: object): PlainSection => ({
  slot,
  name: (["actor", "request", "outcome", "detail"] as const)[slot],
  marking,
  plaintext: encodeCanonical(content as never),
});

/** An answer that disclosed these objects to somebody. */
function answer(objects: readonly string[], person: string = randomUUID(), tag: Buffer | null = null): EntryDraft {
  const content = {
    result: "answered",
    decisions: [{ action: "asset.read", decision: "allow", objects }],
    changed: [],
  };
  return {
    kind: "operation.outcome",
    personTag: tag,
    gateHash: null,
    sections: [section(0, LOW, { person }), section(2, HIGH, content)],
  };
}

const hex = fc.integer({ min: 0, max: 40 }).map((at) => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`);
const noun = fc.constantFrom("asset", "label", "delivery", "assetContent", "datasetMarking", "taskRemark", "dataset");
const object = fc.tuple(noun, hex).map(([of, id]) => `${of}:${id}`);
const marking = fc.constantFrom(LOW, HIGH);
const decision = fc.record({
  action: fc.constantFrom("label.read", "delivery.fetch", "delivery.release", "asset.read"),
  decision: fc.constantFrom("allow", "allow", "deny"),
  objects: fc.array(object, { maxLength: 12 }),
});
const outcome = fc.record({
  result: fc.constantFrom("answered", "answered", "refused", "failed"),
  decisions: fc.array(decision, { maxLength: 3 }),
  changed: fc.array(
    object.map((of) => ({ object: of })),
    { maxLength: 4 },
  ),
});
const entry = fc.record({
  what: fc.constantFrom("request", "answer", "answer", "answer", "long", "act", "refused", "unknown"),
  kind: fc.constantFrom<LeafKind>("operation.outcome", "operation.part", "mutation.outcome"),
  who: fc.integer({ min: 0, max: 3 }),
  base: marking,
  marking,
  outcome,
  /** Whether a long list is the one that its outcome speaks of. */
  matches: fc.boolean(),
  /** Of this process, of another one, or by way of the outbox: only the first is remembered. */
  way: fc.constantFrom("own", "own", "own", "other", "built before"),
});
const step = fc.oneof(
  { weight: 12, arbitrary: entry },
  { weight: 2, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ erase: fc.integer({ min: 0, max: 3 }), marking: fc.option(marking) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never;

function drafted(of: Entry, person: string, personTag: Buffer): EntryDraft {
  const actor = section(0, of.base, { person });
  const draft = { personTag, gateHash: null };
  if (of.what === "request")
    return { ...draft, kind: "operation.request", sections: [actor, section(1, of.base, { asked: 1 })] };
  if (of.what === "act") return { ...draft, kind: "proposal.request", sections: [section(2, of.marking, of.outcome)] };
  if (of.what === "refused") return { ...draft, kind: "refused", sections: [section(3, LOW, { count: 1 })] };
  // What cannot be read stays counted when it is erased later: that is so of what was read, too, and of others than these people.
  const unread = { ...draft, personTag: randomBytes(32) };
  if (of.what === "unknown")
    return { ...unread, kind: of.kind, sections: [actor, section(2, of.marking, { decisions: 7 })] };
  const detail = section(3, HIGH, { profile: person });
  if (of.what !== "long")
    return { ...draft, kind: of.kind, sections: [actor, section(2, of.marking, of.outcome), detail] };
  const text = Array.from({ length: 40 }, (_, at) => `asset:00000000-0000-4000-8000-${100_000_000_000 + at}`).join(
    "\n",
  );
  const sha384 = createHash("sha384")
    .update(of.matches ? text : "another list")
    .digest("hex");
  const decisions = [{ action: "asset.read", decision: "allow", objects: { count: 40, sha384 } }];
  const lists = [{ place: 0, marking: of.marking, text }];
  const said = { result: "answered", decisions, changed: [] };
  const sections = [actor, section(2, of.marking, said)];
  return { ...(of.matches ? draft : unread), kind: of.kind, sections, lists };
}

describe("I5 the index of what this process wrote", () => {
  test("I5 what is indexed from memory is what is indexed from the stored entries", async () => {
    let remembered = 0;
    const run = async (steps: readonly Step[]): Promise<void> => {
      const own = startedProcess();
      const other = ledger.anotherWriter("api-2");
      const people = Array.from({ length: 4 }, () => ({ id: randomUUID(), tag: randomBytes(32) }));
      for (const one of steps) {
        if ("take" in one) {
          remembered += own.fresh.size;
          await own.indexer.catchUp(one.take);
        }
        if ("erase" in one)
          await eraseKeys(ledger.admin, people[one.erase]?.tag ?? Buffer.alloc(32), one.marking ?? null);
        if ("what" in one) {
          const { id, tag } = people[one.who] ?? { id: "", tag: Buffer.alloc(32) };
          const draft = drafted(one, id, tag);
          if (one.way === "own") await own.writer.append(draft);
          else if (one.way === "other") await other.append(draft);
          else await own.writer.appendRecord(await own.writer.record(draft));
        }
      }
      remembered += own.fresh.size;
      await own.indexer.catchUp(1_000_000);
      expect(own.fresh.size).toBe(0);
      const [held, again] = await bothWays();
      expect(held).toEqual(again);
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), run), {
      seed: SEED,
      numRuns: 25,
      endOnFailure: true,
    });
    expect(remembered).toBeGreaterThan(100);
  });

  test("I5 what was erased between the writing and the indexing is not indexed, and is not unread", async () => {
    const { fresh, writer, indexer } = startedProcess();
    await indexer.catchUp(1_000_000);
    const before = await index.state(ledger.logId);
    const [who, tag] = [randomUUID(), randomBytes(32)];
    await writer.append(answer([`asset:${randomUUID()}`], who, tag));
    await writer.append(answer([`asset:${randomUUID()}`], who, randomBytes(32)));
    expect(fresh.size).toBe(2);
    await eraseKeys(ledger.admin, tag, HIGH);
    expect(await indexer.catchUp(10)).toBe(before.completeTo + 2);
    const held = await index.subjects(ledger.logId, before.completeTo, before.completeTo + 2);
    const at = (offset: number, slot: number) => ({ index: before.completeTo + offset, slot });
    const places = held.map(({ index: place, slot }) => ({ index: place, slot }));
    expect(places.toSorted((a, b) => a.index - b.index || a.slot - b.slot)).toEqual([at(0, 0), at(1, 0), at(1, 2)]);
    expect((await index.state(ledger.logId)).unread).toBe(before.unread);
    const [grown, again] = await bothWays();
    expect(grown).toEqual(again);
  });

  test("I5 a comparison works out from the stored entries what the index must hold, and never from memory", async () => {
    const { fresh, writer, indexer } = startedProcess();
    const from = await indexer.catchUp(1_000_000);
    await writer.append(answer([`asset:${randomUUID()}`]));
    // Damaged where it is stored: whoever reads it cannot open it.
    await ledger.admin.query("set session_replication_role = replica; alter table audit.section disable trigger all");
    await ledger.admin.query("update audit.section set sealed = sealed || '\\x00' where idx = $1 and slot = 2", [from]);
    await ledger.admin.query("set session_replication_role = origin");
    expect(fresh.size).toBe(1);
    expect(await indexer.compare(from, from + 1)).toEqual([from]);
    await indexer.catchUp(10);
    // From memory it was indexed, which is what it said; the comparison finds that the log does not say so.
    expect(await index.subjects(ledger.logId, from, from + 1)).toHaveLength(2);
    expect(await indexer.compare(from, from + 1)).toEqual([from]);
    await ledger.admin.query(
      "update audit.section set sealed = substring(sealed for octet_length(sealed) - 1) where idx = $1 and slot = 2",
      [from],
    );
    expect(await indexer.compare(from, from + 1)).toEqual([]);
    const { rows } = await ledger.admin.query<{ tgname: string }>(
      "select tgname from pg_trigger where tgrelid = 'audit.section'::regclass and not tgisinternal",
    );
    for (const { tgname } of rows)
      await ledger.admin.query(`alter table audit.section enable always trigger ${tgname}`);
  });

  test("I5 an entry is indexed from memory only at the place at which the log has it", async () => {
    const { fresh, writer, indexer } = startedProcess();
    await indexer.catchUp(1_000_000);
    const [draft, elsewhere] = [answer([`asset:${randomUUID()}`]), answer([`asset:${randomUUID()}`])];
    const appended = await writer.append(draft);
    // As if the answer had been of a log that was set back since: another entry stands there now.
    fresh.note(elsewhere, await writer.record(elsewhere), { ...appended, leaf384: randomBytes(48) });
    fresh.note(elsewhere, await writer.record(elsewhere), { ...appended, index: appended.index + 1 });
    const next = await ledger.anotherWriter("api-2").append(answer([`asset:${randomUUID()}`]));
    expect(next.index).toBe(appended.index + 1);
    expect(await indexer.catchUp(10)).toBe(next.index + 1);
    expect(await indexer.compare(appended.index, next.index + 1)).toEqual([]);
  });

  test("I5 what is remembered is bounded, and nothing of it stays when it is in the index, whoever indexed it", async () => {
    const { fresh, writer, indexer } = startedProcess();
    const record = await writer.record(answer([]));
    const naming = (count: number) => answer(Array.from({ length: count }, (_, at) => `asset:${at}`));
    // What names more than five hundred things is left to be read.
    fresh.note(naming(512), record, { index: 1_000_000, leaf384: randomBytes(48) });
    expect(fresh.size).toBe(0);
    const many = await writer.record(naming(511));
    for (let at = 0; at < 600; at += 1)
      fresh.note(naming(511), many, { index: 1_000_000 + at, leaf384: randomBytes(48) });
    expect(fresh.size).toBe(MOST_HASHES / 512);
    expect(fresh.extent(1_000_000, 1_000_100, 2_000)).toEqual({ to: 1_000_004, whole: true });
    expect(fresh.extent(999_999, 1_000_100, 2_000)).toEqual({ to: 1_000_004, whole: false });
    expect(fresh.extent(1_000_000, 1_000_002, 2_000)).toEqual({ to: 1_000_002, whole: true });
    fresh.forget(2_000_000);
    expect(fresh.size).toBe(0);
    const leaf384 = randomBytes(48);
    for (let at = 0; at < 17_000; at += 1) fresh.note(answer([]), record, { index: 2_000_000 + at, leaf384 });
    expect(fresh.size).toBe(16_384);
    // Below what was reached nothing is taken any more: it is in the index.
    fresh.forget(3_000_000);
    fresh.note(answer([]), record, { index: 2_999_999, leaf384 });
    expect(fresh.size).toBe(0);
    await indexer.catchUp(1_000_000);
    await writer.append(answer([`asset:${randomUUID()}`]));
    expect(fresh.size).toBe(1);
    await new AuditIndexer({ ...ledger, index }).catchUp(10);
    await indexer.catchUp(10);
    expect(fresh.size).toBe(0);
    await writer.append(answer([`asset:${randomUUID()}`]));
    await indexer.stop();
    await writer.append(answer([`asset:${randomUUID()}`]));
    expect(fresh.size).toBe(0);
  });

  test("I5 the hash of a name is its HMAC-SHA-384 under the HMAC of the marking, of whatever length and script", () => {
    const secret = randomBytes(32);
    const hashes = new SubjectHashes(createSecretKey(secret));
    const text = fc.string({ unit: "grapheme", maxLength: 300 });
    fc.assert(
      fc.property(fc.constantFrom(LOW, HIGH, ""), text, (under, name) => {
        const key = createHmac("sha384", secret).update(under).digest();
        const hash = createHmac("sha384", key).update(name).digest().subarray(0, 16);
        expect(hashes.of(under, name).equals(hash)).toBe(true);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
