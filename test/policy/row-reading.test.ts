import { describe, expect, test } from "vitest";
import { nameOf, readingOf } from "../../src/policy/row-reading.ts";
import type { TableName } from "../../src/storage/tables.ts";

describe("the name under which decisions list a row", () => {
  test.each<[string, TableName, Readonly<Record<string, unknown>>]>([
    ["label:l1", "label", { id: "l1", assetId: "a1", datasetId: "d1" }],
    ["assetQuarantine:a1", "assetQuarantine", { assetId: "a1", deliveryId: "y1", datasetId: "d1" }],
    ["deliveryRelease:y1", "deliveryRelease", { deliveryId: "y1", datasetId: "d1" }],
    ["compilation:d1", "compilation", { datasetId: "d1" }],
  ])("is its own id, or that of what it belongs to: %s", (name, table, values) => {
    expect(nameOf(table, values)).toBe(name);
  });
});

test("a table that is not described is read by nobody", () => {
  expect(readingOf("label").markings.length).toBeGreaterThan(0);
  expect(() => readingOf("blob" as TableName)).toThrow(Error);
});
