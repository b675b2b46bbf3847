import { expect, test } from "vitest";
import { graphqlAsk } from "./ask.ts";
import type { CampaignState } from "./campaign.ts";
import { Coverage } from "./coverage.ts";
import { gates } from "./gates.ts";
import { printedSchema } from "./schema.ts";

const who = { handle: "sam", level: "TS" } as const;
const act = (field: string): ReturnType<typeof graphqlAsk> =>
  graphqlAsk(who, `mutation { act: ${field}(x: 1) { id } }`, {});

/** What a campaign that did nothing would report, with some of it changed. */
function result(coverage: Coverage, acts = { tried: 10, done: 9 }): CampaignState {
  const figures = { seed: "1", cases: 100, pairs: 1, erased: 0, seconds: 1, asks: 100, renamed: 0 };
  return { ...figures, acts, counts: coverage.state };
}

test("a campaign in which nothing happened is told so, kind by kind", () => {
  const told = gates(result(new Coverage(printedSchema())), 1);
  for (const part of [
    "rows in 0 of 100 cases",
    "id high in 0 of 100 cases",
    "acts of others in between in 0 of 100 cases",
    "Dataset.id was asked 0 times",
    "Query.dataset.id was given 0 times",
    "fields were never answered",
  ])
    expect(told.some((line) => line.includes(part))).toBe(true);
});

test("an act that was tried and never did anything is told, though most others did", () => {
  const coverage = new Coverage(printedSchema());
  for (let tries = 0; tries < 12; tries += 1) {
    coverage.act(act("markingRaise"), false);
    coverage.act(act("labelCreate"), tries > 0);
    coverage.act({ who, method: "PUT", path: "/assets/{{a.asset.1}}/content" }, tries > 0);
  }
  const told = gates(result(coverage), 0).filter((line) => line.includes("never did anything"));
  expect(told).toEqual(["markingRaise was tried 12 times and never did anything"]);
  expect(coverage.state.acts).toMatchObject({ "PUT /assets/ID/content": { tried: 12, done: 11 } });
});

test("acts of which most failed are told", () => {
  const coverage = new Coverage(printedSchema());
  expect(gates(result(coverage, { tried: 10, done: 4 }), 0)).toContain("4 of 10 acts did what they should");
  expect(gates(result(coverage, { tried: 10, done: 5 }), 0)).not.toContain("5 of 10 acts did what they should");
});

test("who was answered at a root field is known, and who was refused is not", () => {
  const coverage = new Coverage(printedSchema());
  const asked = (as: string, field: string) => [{ as, type: "Query", field, on: null, children: [] }];
  const ben = { handle: "ben", level: "S" } as const;
  coverage.document(asked("n1", "dataset"), [], { n1: { id: "x" } }, who);
  coverage.document(asked("n1", "dataset"), [], { n1: null }, ben);
  coverage.document(asked("n2", "labelCreate"), [], { n2: { userErrors: [{ code: "NOT_FOUND" }] } }, ben);
  expect([coverage.heard("dataset", who), coverage.heard("dataset", ben)]).toEqual([true, false]);
  expect(coverage.heard("labelCreate", ben)).toBe(false);
});
