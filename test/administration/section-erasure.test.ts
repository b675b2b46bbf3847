import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseLeaf } from "../../audit/index.ts";
import { approveProposal, propose, proposalById } from "../../src/administration/proposals.ts";
import type { ProposalRow } from "../../src/administration/proposals.ts";
import { sectionErasure } from "../../src/administration/section-erasure.ts";
import type { SectionEraseInput } from "../../src/administration/section-erasure.ts";
import { auditPage, exportArchive, ownAudit } from "../../src/auditing/queries.ts";
import { auditIndexCheck, auditOfPerson } from "../../src/auditing/search.ts";
import { openHouse } from "../../src/composition/house.ts";
import type { OfficerEntry } from "../../src/policy/audit-port.ts";
import { smallWorld } from "../access/harbor-world.ts";
import { entries, logSize } from "../access/entries.ts";
import { PLACES } from "../ledger/postings.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { archiveOf } from "../ledger/house-ledger.ts";
import { entriesOf, judge, textOf } from "../ledger/ledger-fixture.ts";
import { agree, ask } from "./acts.ts";
import { stateOf } from "./officers.ts";
import { monthBefore, openPast } from "./past-entries.ts";
import type { PastEntries } from "./past-entries.ts";

const [EARLIER, LATER] = [monthBefore(3), monthBefore(2)];
const LOW = "UNCLASSIFIED//NOFORN";
const HIGH = "TOP SECRET//TK//NOFORN";
const AUTHORITY = "Privacy Act, 5 U.S.C. 552a(e)(5); order 17 of the privacy officer";

let house: TestHouse;
let past: PastEntries;
/** The first entry of each person and month. */
const written = new Map<string, readonly [string, string]>();

beforeAll(async () => {
  house = await openTestHouse();
  await smallWorld(house);
  past = await openPast(house);
  for (const handle of ["ana", "ben", "rita", "petra", "victor", "wanda"])
    for (const { month, at } of [EARLIER, LATER])
      for (const banner of [LOW, HIGH])
        written.set(`${handle} ${month} ${banner}`, await past.write(handle, banner, at));
});
afterAll(async () => {
  await past.close();
  await house.remove();
});

const about = (handle: string, more: Partial<SectionEraseInput> = {}): SectionEraseInput => ({
  personId: house.personId(handle),
  months: [EARLIER.month],
  markings: [],
  authority: AUTHORITY,
  ...more,
});
const asked = (handle: string, more: Partial<SectionEraseInput> = {}, by = "otto"): Promise<ProposalRow> =>
  ask(house, by, sectionErasure, about(handle, more));

/** The whole log as otto sees it. */
async function seen(of: Pick<TestHouse, "run" | "as"> = house, level?: "U"): Promise<Map<string, OfficerEntry>> {
  const otto = await of.as("otto", level);
  const page = await of.run(otto, (operation) => operation.query(auditPage, { first: 1_000, from: 0 }));
  return new Map((page?.entries ?? []).map((entry) => [entry.id, entry]));
}
const states = (entry: OfficerEntry | undefined): string[] => (entry?.sections ?? []).map(({ state }) => state);
const statesOf = (
  found: ReadonlyMap<string, OfficerEntry>,
  handle: string,
  { month } = EARLIER,
  banner = LOW,
): string[] => (written.get(`${handle} ${month} ${banner}`) ?? []).flatMap((id) => states(found.get(id)));

const OPEN = ["opened", "opened", "unused", "unused", "opened", "unused", "opened", "opened"];
const ERASED = OPEN.map((state) => (state === "opened" ? "erased" : state));
const WITHHELD = OPEN.map((state) => (state === "opened" ? "withheld" : state));

describe("I7 what the log holds of a person is erased by two people", () => {
  test("I7 one person cannot, nor can another compliance officer or whoever has no part in it approve", async () => {
    const row = await asked("ana");
    expect(statesOf(await seen(), "ana")).toEqual(OPEN);
    await expect(agree(house, "otto", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    for (const handle of ["sam", "victor", "ana"])
      await expect(agree(house, handle, row)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(statesOf(await seen(), "ana")).toEqual(OPEN);
    expect(await stateOf(house, row, "otto")).toBe("OPEN");
  });

  test("I7 security officers do not ask, for they do not read the log; the person himself neither asks nor approves", async () => {
    for (const handle of ["sofia", "silas"])
      await expect(asked("ana", {}, handle)).rejects.toMatchObject({ code: "NOT_FOUND" });
    for (const handle of ["ana", "sam", "petra"])
      await expect(asked("ben", {}, handle)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await past.write("otto", LOW, EARLIER.at);
    await past.write("sofia", LOW, EARLIER.at);
    await expect(asked("otto")).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    const row = await asked("sofia");
    await expect(agree(house, "sofia", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await agree(house, "silas", row);
    const after = await house.run(await house.as("silas"), (operation) =>
      operation.query(proposalById("section.erase"), { id: row.id }),
    );
    expect(after?.id).toBe(row.id);
  });

  test("I7 I4 two can: every section of that person and month, no other, in no process, and the entry says on what authority", async () => {
    const second = await openHouse(house.house.config, { replica: "api-2" });
    const elsewhere: Pick<TestHouse, "run" | "as"> = {
      as: (handle, level) => house.as(handle, level),
      async run(principal, act) {
        const request = { transport: "command", operation: "test", fields: [], digest: "", source: "test" } as const;
        const operation = await second.door.open(principal, { ...request, honors: [] });
        const result = await act(operation);
        await operation.close();
        return result;
      },
    };
    try {
      const before = await seen(elsewhere);
      expect(statesOf(before, "ben")).toEqual(OPEN);
      const from = await logSize(house);
      const row = await asked("ben");
      await agree(house, "silas", row);
      for (const found of [await seen(), await seen(elsewhere)]) {
        for (const banner of [LOW, HIGH]) expect(statesOf(found, "ben", EARLIER, banner)).toEqual(ERASED);
        for (const [handle, at] of [
          ["ben", LATER],
          ["rita", EARLIER],
          ["rita", LATER],
        ] as const)
          expect(statesOf(found, handle, at)).toEqual(OPEN);
        // Positions, times, hashes and chain values are those of before.
        for (const [id, { leafHash, chain, at, index }] of before)
          expect(found.get(id)).toMatchObject({ leafHash, chain, at, index });
      }
      const made = (await entries(house, from)).filter(({ kind }) => kind === "section.erasure");
      expect(made.map(({ sections }) => sections["outcome"])).toEqual([
        {
          proposal: row.id,
          person: house.personId("ben"),
          months: [EARLIER.month],
          markings: [HIGH, LOW],
          authority: AUTHORITY,
          keys: 2,
          sections: 10,
          requester: house.personId("otto"),
          approver: house.personId("silas"),
        },
      ]);
    } finally {
      await second.close();
    }
  });

  test("I5 the chain verifies afterwards, and the commitments in the leaves are those that were made", async () => {
    const otto = await house.as("otto");
    const before = entriesOf(await archiveOf(house, otto));
    await agree(house, "silas", await asked("victor"));
    const archive = await archiveOf(house, await house.as("otto"));
    const report = await judge(archive, (await house.house.keeper.activity()).verifier);
    expect(report.findings).toEqual([]);
    expect(report.verified).toBe(true);
    const after = entriesOf(archive);
    for (const [at, { leaf, chain, slots }] of before.entries()) {
      expect([after[at]?.leaf, after[at]?.chain]).toEqual([leaf, chain]);
      expect(after[at]?.slots.map((slot) => slot?.sealed)).toEqual(slots.map((slot) => slot?.sealed));
    }
    const ids = new Set([LOW, HIGH].flatMap((banner) => written.get(`victor ${EARLIER.month} ${banner}`) ?? []));
    const his = after.filter(({ leaf }) => ids.has(parseLeaf(new Uint8Array(Buffer.from(leaf, "base64"))).id));
    expect(his).toHaveLength(4);
    expect(his.flatMap(({ slots }) => slots.map((slot) => slot?.open ?? null))).toEqual(Array(16).fill(null));
  });

  test("I5 the officer's index tells nothing of what was erased, says how much was, and is the same when it is made again", async () => {
    const otto = await house.as("otto");
    const personId = house.personId("victor");
    const answers = () =>
      house.run(otto, (operation) => operation.query(auditOfPerson, { first: 200, before: null, personId }));
    const his = [LOW, HIGH].map((banner) => written.get(`victor ${LATER.month} ${banner}`)?.[1]);
    const idsOf = (found: Awaited<ReturnType<typeof answers>>) => found?.findings.map(({ entry }) => entry.id) ?? [];
    const before = await answers();
    expect(idsOf(before)).toEqual(expect.arrayContaining(his));
    await agree(house, "silas", await asked("victor", { months: [LATER.month] }));
    const after = await answers();
    expect(idsOf(after).filter((id) => his.includes(id))).toEqual([]);
    // Requests and outcomes, of two markings.
    expect(after).toMatchObject({
      unread: before?.unread,
      withheld: before?.withheld,
      erased: (before?.erased ?? 0) + 4,
    });
    const differs = () => house.run(otto, (operation) => operation.query(auditIndexCheck, { from: 0, first: 10_000 }));
    expect(await differs()).toMatchObject({ differing: [] });
    const reached = after?.completeTo ?? 0;
    const rows = async (): Promise<string[]> => {
      const found = await house.admin.query<{ line: string }>(
        `select idx || ' ' || slot || ' ' || encode(subject, 'hex') as line from (${PLACES}) s
         where log_id = $1 and idx < $2 order by 1`,
        [house.house.keeper.logId, reached],
      );
      return found.rows.map(({ line }) => line);
    };
    const left = await rows();
    await house.admin.query("select audit.forget_index($1)", [house.house.keeper.logId]);
    await answers();
    expect(await rows()).toEqual(left);
    expect(await differs()).toMatchObject({ differing: [] });
  });

  test("I7 erasing twice is ALREADY_DONE, and what somebody else erased meanwhile makes a proposal void", async () => {
    const [first, second] = [await asked("petra"), await asked("petra")];
    await agree(house, "silas", first);
    await expect(agree(house, "silas", first)).rejects.toMatchObject({ code: "ALREADY_DONE" });
    await expect(asked("petra")).rejects.toMatchObject({ code: "ALREADY_DONE" });
    expect(await stateOf(house, second, "otto")).toBe("VOID");
    await expect(agree(house, "silas", second)).rejects.toMatchObject({ code: "STALE" });
    // Of several months what is left.
    const rest = await asked("petra", { months: [EARLIER.month, LATER.month] });
    expect((JSON.parse(rest.content) as { act: { months: string[] } }).act.months).toEqual([LATER.month]);
  });

  test("I7 approved is the very content whose hash is named, and nothing that was altered since", async () => {
    const row = await asked("rita");
    await expect(agree(house, "silas", row, "0".repeat(96))).rejects.toMatchObject({ code: "STALE" });
    const { rows } = await house.admin.query<{ id: string }>(
      "select id from audit.section_key where subject is not null and wrapped is not null and not ($1::jsonb ? id::text) limit 1",
      [JSON.stringify((JSON.parse(row.content) as { act: { keys: string[] } }).act.keys)],
    );
    const altered = row.content.replace(/"keys":\["[^"]+"/, `"keys":["${rows[0]?.id ?? ""}"`);
    expect(altered).not.toBe(row.content);
    await house.admin.query("update data.proposal set content = $2 where id = $1", [row.id, altered]);
    const input = { proposalId: row.id, sha384: row.contentSha384 };
    const approving = house.run(await house.as("silas"), (operation) =>
      operation.mutate(approveProposal("section.erase"), input),
    );
    await expect(approving).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(statesOf(await seen(), "rita")).toEqual(OPEN);
  });

  test("I2 I3 of what the officer may not open nothing is told and nothing is erased; who approves dominates what goes", async () => {
    const low = await house.as("otto", "U");
    const proposing = (input: SectionEraseInput): Promise<{ id: string }> =>
      house.run(low, (operation) => operation.mutate(propose(sectionErasure), input));
    const { id } = await proposing(about("wanda"));
    const row = await house.run(low, (operation) => operation.query(proposalById("section.erase"), { id }));
    const { act } = JSON.parse(row?.content ?? "{}") as { act: { keys: string[]; markings: string[] } };
    expect(act.markings).toEqual([LOW]);
    // Named, it is as absent as one that no section has.
    for (const markings of [[HIGH], ["SECRET//NOFORN"]])
      await expect(proposing(about("wanda", { markings }))).rejects.toMatchObject({ code: "NOT_FOUND" });
    if (!row) throw new Error("not visible to its requester");
    await agree(house, "silas", row);
    const found = await seen();
    expect(statesOf(found, "wanda", EARLIER, LOW)).toEqual(ERASED);
    expect(statesOf(found, "wanda", EARLIER, HIGH)).toEqual(OPEN);
    // An officer below a section is not told whether it was erased.
    await agree(house, "silas", await asked("wanda", { markings: [HIGH] }));
    const below = await seen(house, "U");
    expect(statesOf(below, "wanda", EARLIER, HIGH)).toEqual(WITHHELD);
    expect(statesOf(below, "wanda", EARLIER, LOW)).toEqual(ERASED);
    // A proposal about higher sections is not there for a lower officer.
    const high = await asked("wanda", { months: [LATER.month] });
    const silas = await house.as("silas", "U");
    const approving = house.run(silas, (operation) =>
      operation.mutate(approveProposal("section.erase"), { proposalId: high.id, sha384: high.contentSha384 }),
    );
    await expect(approving).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("his own record still tells a person that he did something and when, and of other months what", async () => {
    const own = async (): Promise<readonly { id: string; operation: string; answer: string }[]> => {
      const ana = await house.as("ana");
      const found = await house.run(ana, (operation) => operation.query(ownAudit, { first: 50, before: null }));
      return found?.entries ?? [];
    };
    const of = (found: Awaited<ReturnType<typeof own>>, { month }: typeof EARLIER, banner = LOW): unknown =>
      found.find(({ id }) => id === written.get(`ana ${month} ${banner}`)?.[1]);
    const before = await own();
    expect(of(before, EARLIER)).toMatchObject({ operation: "labelCreate", answer: "answered" });
    // Even where one marking of the month is erased: which of his outcomes had it would tell how they were marked.
    await agree(house, "silas", await asked("ana", { markings: [HIGH] }));
    const after = await own();
    expect(after.map(({ id }) => id).toSorted()).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
    for (const banner of [LOW, HIGH])
      expect(of(after, EARLIER, banner)).toMatchObject({ operation: "erased", answer: "erased" });
    expect(of(after, LATER)).toMatchObject({ operation: "labelCreate", answer: "answered" });
  });

  test("I9 a process whose clock stands in an erased month is refused, and writes nothing that nobody could ever open", async () => {
    const marking = JSON.stringify({ banner: "x", effective: { level: "U" } });
    const draft = {
      kind: "operation.request",
      personTag: Buffer.alloc(32, 7),
      gateHash: null,
      sections: [{ slot: 0, name: "actor", marking, plaintext: "{}" }],
    } as const;
    await past.writer(EARLIER.at).append(draft);
    await house.admin.query("alter table audit.section_key disable trigger guarded");
    await house.admin.query(
      "update audit.section_key set wrapped = null, erased_at = now(), erased_by = gen_random_uuid() where subject = $1",
      [draft.personTag],
    );
    await house.admin.query("alter table audit.section_key enable always trigger guarded");
    await expect(past.writer(EARLIER.at).append(draft)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await past.writer(LATER.at).append(draft);
  });

  test("an archive that is being made when its keys are destroyed opens nothing after that", async () => {
    await past.write("sam", LOW, LATER.at);
    const lines = await house.run(await house.as("otto"), (operation) => operation.query(exportArchive, {}));
    await agree(house, "silas", await asked("sam", { months: [LATER.month] }));
    const text = await textOf(lines?.lines ?? (async function* () {})());
    const ids = new Set((await seen()).keys());
    expect(ids.size).toBeGreaterThan(0);
    const opened = entriesOf(text).flatMap(({ slots }) => slots.map((slot) => slot?.open ?? ""));
    expect(opened.some((one) => one.includes("long ago") && one.includes(house.personId("sam")))).toBe(false);
  });

  test.each([
    ["no month", { months: [] }, "INVALID_INPUT"],
    ["the month that is not over", { months: [monthBefore(0).month] }, "INVALID_INPUT"],
    ["a month that is none", { months: ["2026-13"] }, "INVALID_INPUT"],
    ["no authority", { authority: "  " }, "INVALID_INPUT"],
    ["nobody", { personId: randomUUID() }, "NOT_FOUND"],
    ["what is no id", { personId: "none" }, "NOT_FOUND"],
    ["a month without entries", { months: ["2001-01"] }, "NOT_FOUND"],
    ["a marking that no section has", { markings: ["SECRET//NOFORN"] }, "NOT_FOUND"],
  ] as const)("refuses %s", async (_, more, code) => {
    await expect(asked("rita", more)).rejects.toMatchObject({ code });
  });
});
