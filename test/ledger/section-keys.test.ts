import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SectionSealer } from "../../src/ledger/sealing.ts";
import type { EntryDraft } from "../../src/ledger/writer.ts";
import { LedgerWriter } from "../../src/ledger/writer.ts";
import { LOW, codesOf, draft, judge, openLedger } from "./ledger-fixture.ts";
import type { TestLedger } from "./ledger-fixture.ts";

let ledger: TestLedger;
let now = new Date("2026-08-31T23:59:59.999Z");
const [ANA, BEN] = [randomBytes(32), randomBytes(32)];

beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(async () => {
  await ledger.remove();
});

const of = (personTag: Buffer | null, text: string): EntryDraft => ({ ...draft(text), personTag });
const writerWith = (sealer: SectionSealer): LedgerWriter =>
  new LedgerWriter({ store: ledger.store, sealer, logId: ledger.logId, replica: "api-2", clock: () => now });

/** What keys there are, each as "subject month banner". */
async function keys(): Promise<string[]> {
  const { rows } = await ledger.admin.query<{ key: string }>(
    `select coalesce(encode(subject, 'hex'), 'nobody') || ' ' || to_char(month, 'YYYY-MM') || ' ' || (marking::jsonb ->> 'banner') as key
     from audit.section_key order by 1`,
  );
  return rows.map(({ key }) => key);
}
const both = (subject: string, month: string): string[] => [
  `${subject} ${month} SECRET//NOFORN`,
  `${subject} ${month} UNCLASSIFIED`,
];

describe("data keys of sections", () => {
  test("one for each marking, person and month in UTC, and one for entries of nobody", async () => {
    const writer = writerWith(ledger.sealer);
    for (const month of ["2026-08", "2026-09"]) {
      for (const person of [ANA, BEN, null]) {
        await Promise.all([1, 2, 3].map((nth) => writer.append(of(person, `entry ${nth}`))));
        await writer.append(of(person, "and one later"));
      }
      const subjects = [ANA.toString("hex"), BEN.toString("hex"), "nobody"];
      expect((await keys()).filter((key) => key.includes(month))).toEqual(
        subjects.flatMap((subject) => both(subject, month)).toSorted(),
      );
      now = new Date("2026-09-01T00:00:00.000Z");
    }
  });

  test("processes that seal for the same person at once take the same key", async () => {
    now = new Date("2026-10-05T00:00:00.000Z");
    const tag = randomBytes(32);
    const before = (await keys()).length;
    const kek = ledger.kek;
    const writers = [1, 2, 3, 4].map(() => writerWith(new SectionSealer(ledger.store, kek)));
    await Promise.all(writers.map((writer, nth) => writer.append(of(tag, `of process ${nth}`))));
    expect((await keys()).length).toBe(before + 2);
  });

  test("the person's tag, not his name, stands in the key's row, and its digest hides nothing that the row does not show", async () => {
    const { rows } = await ledger.admin.query<{ subject: Buffer | null; digest: Buffer }>(
      "select subject, scope_digest as digest from audit.section_key",
    );
    expect(new Set(rows.map(({ digest }) => digest.toString("hex"))).size).toBe(rows.length);
    for (const { subject } of rows) expect([32, undefined]).toContain(subject?.length);
  });

  test("a key that was made before keys had persons and months still opens what it sealed, and is nobody's to erase", async () => {
    const { rows } = await ledger.admin.query<{ id: string }>(
      "select id from audit.section_key where subject is null and month = '2026-08-01'",
    );
    await ledger.admin.query("alter table audit.section_key disable trigger guarded");
    await ledger.admin.query("update audit.section_key set month = null where id = any ($1)", [
      rows.map(({ id }) => id),
    ]);
    await ledger.admin.query("alter table audit.section_key enable always trigger guarded");
    const archive = await ledger.archive();
    expect(archive).toContain("and one later");
    const report = await judge(archive, ledger.verifier);
    expect(codesOf(report)).toEqual([]);
    expect(report.signed?.sections).toMatchObject({ sealed: 0 });
    await expect(
      ledger.admin.query(
        "update audit.section_key set wrapped = null, erased_at = now(), erased_by = gen_random_uuid()",
      ),
    ).rejects.toMatchObject({ code: "42501" });
    expect(await ledger.store.sectionMarkings()).toContain(LOW);
  });
});
