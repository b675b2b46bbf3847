import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditPage, exportArchive, ownAudit } from "../../src/auditing/queries.ts";
import { createLabel } from "../../src/labeling/commands.ts";
import type { Effective } from "../../src/markings/index.ts";
import type { OfficerEntry } from "../../src/policy/audit-port.ts";
import { BOX, TS, draw, makeAsset, makeDataset, smallWorld } from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { archiveOf } from "./house-ledger.ts";
import { codesOf, entriesOf, judge } from "./ledger-fixture.ts";

let house: TestHouse;
let world: SmallWorld;
let hiddenId: string;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  hiddenId = await house.run(await house.as("sam"), async (operation) => {
    const datasetId = await makeDataset(operation, {
      programId: house.programId,
      versionId: world.versionId,
      name: "Close hold",
      marking: TS,
    });
    return makeAsset(house, operation, { datasetId, title: "Hidden", marking: TS });
  });
  await house.run(await house.as("ana"), (operation) => draw(operation, hiddenId));
  // Ben is refused: the object exists, but he may not know.
  const ben = await house.as("ben");
  const input = { assetId: hiddenId, classKey: "ship", shape: BOX, attributes: {}, marking: null };
  const operation = await house.open(ben);
  await expect(operation.mutate(createLabel, input)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await operation.close();
});
afterAll(async () => {
  await house.remove();
});

/** The whole log as an officer of this session level sees it page by page. */
async function paged(level: "U" | "S" | "TS"): Promise<OfficerEntry[]> {
  const otto = await house.as("otto", level);
  const entries: OfficerEntry[] = [];
  for (;;) {
    const page = await house.run(otto, (operation) => operation.query(auditPage, { first: 7, from: entries.length }));
    if (!page) throw new Error("no page");
    entries.push(...page.entries);
    // Each page adds entries of its own; what was there at the start is enough.
    if (!page.more || entries.length > 400) return entries;
  }
}

/** Markings of all sections by "entry/slot", as the database keeps them. */
async function sectionMarkings(): Promise<Map<string, { banner: string; effective: Effective }>> {
  const { rows } = await house.admin.query<{ place: string; marking: string }>(
    `select s.idx || '/' || s.slot as place, k.marking from audit.section s join audit.section_key k on k.id = s.key_id where s.log_id = 0`,
  );
  return new Map(
    rows.map(({ place, marking }) => [place, JSON.parse(marking) as { banner: string; effective: Effective }]),
  );
}

const ORDER = ["U", "R", "C", "S", "TS"];

describe("I1 the log as its readers see it", () => {
  test("his own record tells a person what he did and how he was answered, and nothing else", async () => {
    const ben = await house.as("ben");
    const own = await house.run(ben, (operation) => operation.query(ownAudit, { first: 50, before: null }));
    expect(own?.entries.length).toBeGreaterThanOrEqual(2);
    for (const entry of own?.entries ?? []) {
      expect(Object.keys(entry).sort()).toEqual(["answer", "at", "id", "operation", "position"]);
      expect(["answered", "refused", "failed"]).toContain(entry.answer);
      expect(["query", "labelCreate"]).toContain(entry.operation);
    }
    expect(own?.entries.find(({ operation }) => operation === "labelCreate")?.answer).toBe("refused");
    const text = JSON.stringify(own);
    for (const secret of [hiddenId, "SECRET", "NOFORN", "TK", "NOT_FOUND", "clearance", "dominate"])
      expect(text).not.toContain(secret);
  });

  test("his own record holds nobody else's entries", async () => {
    const ben = await house.as("ben");
    const own = await house.run(ben, (operation) => operation.query(ownAudit, { first: 50, before: null }));
    const { rows } = await house.admin.query<{ id: string }>(
      `select e.id from audit.entry e where e.person_tag =
         (select person_tag from audit.entry where id = $1) and kind in ('operation.outcome', 'mutation.outcome') order by idx desc offset 1`,
      [own?.entries[0]?.id],
    );
    // The page itself adds one outcome after it was read.
    expect(own?.entries.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    expect(
      (
        await house.run(await house.as("sam"), (operation) => operation.query(ownAudit, { first: 50, before: null }))
      )?.entries.map(({ id }) => id),
    ).not.toEqual(expect.arrayContaining(rows.map(({ id }) => id)));
  });

  test.each(["U", "S", "TS"] as const)(
    "a compliance officer at %s opens exactly the sections that he dominates",
    async (level) => {
      const markings = await sectionMarkings();
      const slots = ["actor", "request", "outcome", "detail"];
      let opened = 0;
      let withheld = 0;
      for (const entry of await paged(level)) {
        for (const { slot, state, content } of entry.sections) {
          const marking = markings.get(`${entry.index}/${slots.indexOf(slot)}`);
          if (state === "unused")
            expect({ slot, marking, content }).toEqual({ slot, marking: undefined, content: null });
          if (marking === undefined) continue;
          const dominated = ORDER.indexOf(marking.effective.level) <= ORDER.indexOf(level);
          expect({ index: entry.index, slot, state, hasContent: content !== null }).toEqual({
            index: entry.index,
            slot,
            state: dominated ? "opened" : "withheld",
            hasContent: dominated,
          });
          if (dominated) opened += 1;
          else withheld += 1;
        }
      }
      expect(opened).toBeGreaterThan(0);
      expect(withheld > 0).toBe(level !== "TS");
    },
  );

  test("header, leaf hash and chain value are the same for every officer", async () => {
    const header = ({ index, id, kind, at, leafHash, chain }: OfficerEntry): unknown => ({
      index,
      id,
      kind,
      at,
      leafHash,
      chain,
    });
    const [low, high] = [await paged("U"), await paged("TS")];
    expect(low.length).toBeGreaterThan(10);
    expect(high.slice(0, low.length).map(header)).toEqual(low.map(header));
  });

  test("an officer who may open less gets the same hashes, the same sealed bytes and more sections withheld, and it verifies all the same", async () => {
    const { verifier } = await house.house.keeper.activity();
    const archives = {
      low: await archiveOf(house, await house.as("otto", "U")),
      high: await archiveOf(house, await house.as("otto")),
    };
    const [low, high] = [entriesOf(archives.low), entriesOf(archives.high)];
    const reports = { low: await judge(archives.low, verifier), high: await judge(archives.high, verifier) };
    expect(codesOf(reports.low)).toEqual([]);
    expect(codesOf(reports.high)).toEqual([]);
    let more = 0;
    for (const [at, entry] of low.entries()) {
      const whole = high[at];
      expect({ ...entry, slots: [] }).toEqual({ ...whole, slots: [] });
      expect(entry.slots.map((slot) => slot?.sealed)).toEqual(whole?.slots.map((slot) => slot?.sealed));
      for (const [slot, held] of entry.slots.entries()) {
        if (held?.open != null) expect(held.open).toBe(whole?.slots[slot]?.open);
        else if (whole?.slots[slot]?.open != null) more += 1;
      }
    }
    expect(more).toBeGreaterThan(10);
    expect(reports.low.signed?.sections.opened).toBeGreaterThan(0);
    // Nothing of what is withheld stands anywhere else in the file.
    for (const withheld of [hiddenId, "TOP SECRET", "TK//NOFORN"]) {
      expect([archives.low.includes(withheld), archives.high.includes(withheld)]).toEqual([false, true]);
    }
  });

  test.each(["ana", "sam", "petra"])(
    "%s, who is no compliance officer, is told of the log nothing but that it is not there",
    async (handle) => {
      const principal = await house.as(handle);
      const asked = await house.open(principal);
      expect(await asked.query(auditPage, { first: 5, from: 0 })).toBeNull();
      await asked.close();
      const again = await house.open(principal);
      expect(await again.query(exportArchive, {})).toBeNull();
      await again.close();
    },
  );

  test("the archive holds the request for itself, so that an export is on record before its first line leaves", async () => {
    const entries = entriesOf(await archiveOf(house, await house.as("otto")));
    const outcome = JSON.parse(entries.at(-1)?.slots[2]?.open ?? "null") as {
      decisions: readonly { action: string; decision: string }[];
    };
    expect(entries.slice(-2).map(({ kind }) => kind)).toEqual(["operation.request", "operation.outcome"]);
    expect(outcome.decisions.some(({ action, decision }) => action === "audit.export" && decision === "allow")).toBe(
      true,
    );
  });
});
