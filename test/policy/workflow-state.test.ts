import { describe, expect, test } from "vitest";
import { ROW_TABLES } from "../../src/policy/row-tables.ts";
import { stateOf } from "../../src/policy/workflow-state.ts";
import type { TableName } from "../../src/storage/tables.ts";
import { tables } from "../../src/storage/tables.ts";

const names = Object.keys(tables) as readonly TableName[];
/** Every property that any table has a state in, each with another value. */
const ROW = { state: "RELEASED", labelState: "RETRACTED", deliveryState: "APPROVED" };

describe("the workflow state of a row", () => {
  test.each<[TableName, string]>([
    ["label", "RELEASED"],
    ["labelRevision", "RETRACTED"],
    ["labelReview", "RETRACTED"],
    ["delivery", "RELEASED"],
    ["deliveryApproval", "APPROVED"],
    ["deliveryHoldLift", "APPROVED"],
    ["deliveryRelease", "APPROVED"],
  ])("of %s is that of the property that stands for its column", (table, state) => {
    expect(stateOf(table, ROW)).toBe(state);
  });

  test("is ACTIVE for a table without one, whatever its rows say, and not for a row that does not tell its own", () => {
    for (const table of ["program", "dataset", "asset", "ontologyVersion", "proposal", "revocation"] as const)
      expect([table, stateOf(table, ROW)]).toEqual([table, "ACTIVE"]);
    expect(stateOf("label", { labelState: "ACTIVE" })).not.toBe("ACTIVE");
  });

  test("I1 is read from a column exactly where the row locks read it from one", () => {
    for (const name of names) {
      const table = ROW_TABLES.find((one) => `data.${one.table}` === tables[name].name);
      const state = table?.facts.state ?? null;
      expect([name, stateOf(name, ROW) !== "ACTIVE"]).toEqual([name, state !== null && "column" in state]);
    }
  });
});
