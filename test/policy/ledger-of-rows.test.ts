import fc from "fast-check";
import { expect, test } from "vitest";
import type { Principal } from "../../src/identity/principal.ts";
import { DecisionLedger } from "../../src/policy/last-look.ts";
import type { RecordedDecision } from "../../src/policy/last-look.ts";
import type { MarkingOffice } from "../../src/policy/marking-office.ts";
import { ROW_TABLES } from "../../src/policy/row-tables.ts";
import { stateOf } from "../../src/policy/workflow-state.ts";
import { tables } from "../../src/storage/tables.ts";
import type { RowOf, TableName } from "../../src/storage/tables.ts";

const PERSON = "p0";
const PRINCIPAL = { personId: PERSON, programs: new Set(["g0"]), profile: {}, until: null } as unknown as Principal;
const OFFICE = {
  known: (id: string) => ({ id, banner: id }),
  decisions: {
    decision: (_profile: unknown, { id }: { id: string }) => ({ decision: id === "m2" ? "deny" : "allow" }),
  },
} as unknown as MarkingOffice;

const ABOVE: Readonly<Record<string, readonly [string, string]>> = {
  datasetMarkingId: ["dataset", "datasetId"],
  assetMarkingId: ["asset", "assetId"],
  labelMarkingId: ["label", "labelId"],
  revisionMarkingId: ["labelRevision", "revisionId"],
  ontologyMarkingId: ["ontology", "ontologyId"],
  deliveryMarkingId: ["delivery", "deliveryId"],
  projectMarkingId: ["project", "projectId"],
  taskMarkingId: ["task", "taskId"],
};

/** What one row rests on, said for that row alone. */
function restsOn(table: TableName, row: Readonly<Record<string, unknown>>): (readonly [key: string, object: string])[] {
  const { name, program, owner, markings } = tables[table];
  const described = ROW_TABLES.find((one) => `data.${one.table}` === name);
  return markings.map(([column, property, action]) => {
    const needed = typeof action === "string" ? action : (action as (row: unknown) => string)(row);
    const facts = described?.above.some(([above]) => above === column)
      ? null
      : {
          member: row[program] === "g0",
          assigned: false,
          owner: owner !== null && row[owner] === PERSON,
          state: stateOf(table, row),
        };
    const [of, id] = ABOVE[property] ?? [];
    const object =
      of !== undefined && id !== undefined && typeof row[id] === "string"
        ? `${of}:${row[id]}`
        : `${table}:${String(row["id"] ?? row["assetId"] ?? row["deliveryId"] ?? row["datasetId"])}`;
    return [JSON.stringify([needed, row[property], facts]), object] as const;
  });
}

const told = (decisions: readonly RecordedDecision[]) =>
  decisions.map(({ action, marking, facts, objects }) => [JSON.stringify([action, marking.id, facts]), [...objects]]);

const NAMES = Object.keys(tables) as TableName[];
const few = (letter: string): fc.Arbitrary<string> => fc.nat(2).map((at) => `${letter}${at}`);
const missing = fc.constant<null>(null);

/** A row with every property that decisions look at, from few values, so that rows often agree. */
const row = fc.record({
  id: few("i"),
  programId: few("g"),
  datasetId: few("d"),
  assetId: fc.oneof(few("a"), missing),
  labelId: few("l"),
  revisionId: few("r"),
  ontologyId: few("o"),
  deliveryId: few("y"),
  projectId: few("j"),
  taskId: few("t"),
  ...Object.fromEntries(
    [...Object.keys(ABOVE), "markingId", "proposalMarkingId", "fromMarkingId"].map((name) => [name, few("m")] as const),
  ),
  ...Object.fromEntries(
    [...new Set(NAMES.flatMap((name) => tables[name].owner ?? []))].map((name) => [name, few("p")] as const),
  ),
  state: fc.constantFrom("ACTIVE", "RETRACTED"),
  labelState: fc.constantFrom("ACTIVE", "BLIND"),
  deliveryState: fc.constantFrom("REQUESTED", "RELEASED"),
  noun: fc.constantFrom("asset", "label"),
  family: fc.constantFrom("person", "client"),
});

test("many rows rest on what each of them rests on alone, in the order in which they were read", async () => {
  const read = fc.record({ table: fc.constantFrom<TableName>("label", "asset", "dataset", ...NAMES), row });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(read, { maxLength: 30 }), { minLength: 1, maxLength: 3 }), async (turns) => {
      const ledger = new DecisionLedger(OFFICE, PRINCIPAL, () => new Date());
      const expected = new Map<string, Set<string>>();
      for (const turn of turns) {
        const refused = new Map<string, Set<string>>();
        for (const { table, row: values } of turn) {
          ledger.read(table, values as unknown as RowOf<typeof table>);
          for (const [key, object] of restsOn(table, values)) {
            expected.set(key, (expected.get(key) ?? new Set()).add(object));
            if (key.includes('"m2"')) refused.set(key, (refused.get(key) ?? new Set()).add(object));
          }
        }
        expect(await ledger.lastLook()).toEqual([...refused.values()].flatMap((objects) => [...objects]));
      }
      expect(told(ledger.decisions)).toEqual([...expected].map(([key, objects]) => [key, [...objects]]));
    }),
    { seed: 20_261_130, numRuns: 400 },
  );
});
