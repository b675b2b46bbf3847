import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compilationRemoval } from "../../src/administration/compilation-removal.ts";
import { raiseMarking } from "../../src/administration/markings.ts";
import { propose, proposalById } from "../../src/administration/proposals.ts";
import type { ProposalRow } from "../../src/administration/proposals.ts";
import { addCompilation, addRule, compilationsOf, rulesOf } from "../../src/datasets/compilations.ts";
import { contentMarking, pageOfDataset } from "../../src/datasets/queries.ts";
import type { Operation } from "../../src/policy/operation.ts";
import { S, TS, U, draw, makeDataset, smallWorld } from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { entries, logSize } from "../access/entries.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { act, agree, ask } from "./acts.ts";
import { appointOfficers, stateOf } from "./officers.ts";

let house: TestHouse;
let world: SmallWorld;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  await appointOfficers(house);
});
afterAll(() => house.remove());

const as = async <O>(handle: string, look: (operation: Operation) => Promise<O>): Promise<O> =>
  house.run(await house.as(handle), look);
const dataset = (name: string): Promise<string> =>
  as("sam", (operation) => makeDataset(operation, { programId: house.programId, versionId: world.versionId, name }));

/** States that a dataset is TS as a whole; the compilation's id. */
async function compiled(datasetId: string, marking = TS): Promise<string> {
  await act(house, "sam", addCompilation, { datasetId, marking, reason: "together they show the pattern" });
  const [row] = await as("sam", (operation) => operation.nested((grant) => compilationsOf(grant, datasetId)));
  return row?.id ?? "";
}
/** States that two ships are TS together; the rule's id. */
async function ruled(datasetId: string): Promise<string> {
  const counts = { classKey: "ship", atLeast: 2, windowHours: 24, marking: TS };
  await act(house, "sam", addRule, { datasetId, marking: S, reason: "two show the pattern", counts });
  const [row] = await as("sam", (operation) => operation.nested((grant) => rulesOf(grant, datasetId)));
  return row?.id ?? "";
}
const asking = (noun: "compilation" | "compilationRule", id: string, by = "sam"): Promise<ProposalRow> =>
  ask(house, by, compilationRemoval, { noun, id, reason: "the pattern is known by now" });
const whole = (datasetId: string): Promise<string> =>
  as("sam", (operation) =>
    operation.nested(async (grant) => {
      const row = await grant.read.byId("dataset", datasetId);
      return (row && (await contentMarking(grant, row))?.banner) ?? "none";
    }),
  );
const shown = (handle: string): Promise<number> =>
  as(handle, (operation) =>
    operation.nested(
      async (grant) => (await pageOfDataset(grant, "label", world.datasetId, { first: 20, after: null })).rows.length,
    ),
  );

describe("I3 I7 what a dataset is as a whole is lowered by two people", () => {
  test("I3 I4 a compilation goes when a downgrade authority agrees, and both acts have their entries", async () => {
    const datasetId = await dataset("Compiled");
    const id = await compiled(datasetId);
    expect(await whole(datasetId)).toBe(TS);
    const from = await logSize(house);
    const row = await asking("compilation", id);
    expect(await whole(datasetId)).toBe(TS);
    await agree(house, "victor", row);
    expect(await whole(datasetId)).toBe(U);
    expect(await stateOf(house, row)).toBe("EXECUTED");
    const kinds = (await entries(house, from)).map(({ kind }) => kind);
    expect(kinds).toContain("proposal.request");
    expect(kinds).toContain("proposal.approval");
  });

  test("I3 a rule goes with what was counted for it, and withholds nothing more", async () => {
    for (let more = 0; more < 3; more += 1) await as("ana", (operation) => draw(operation, world.assetId));
    const id = await ruled(world.datasetId);
    expect(await shown("ben")).toBe(1);
    await agree(house, "victor", await asking("compilationRule", id));
    expect(await shown("ben")).toBe(4);
    const { rowCount } = await house.admin.query("select from access.shown_label where rule_id = $1", [id]);
    expect(rowCount).toBe(0);
  });

  test("I7 never by one person, nor without the authority, nor by the wrong one", async () => {
    const id = await compiled(await dataset("Kept"));
    const row = await asking("compilation", id);
    await expect(agree(house, "sam", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    // A disclosure officer has the role that releases, not the one that lowers.
    await expect(agree(house, "wanda", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await agree(house, "victor", row);
  });

  test("I2 of what somebody does not see, or does not see the whole of, he is told that there is nothing", async () => {
    const datasetId = await dataset("Hidden");
    const id = await compiled(datasetId);
    const rule = await ruled(datasetId);
    // At SECRET the rule is read, but not what it says of the whole.
    const low = await house.as("sam", "S");
    for (const [noun, asked] of [
      ["compilation", id],
      ["compilationRule", rule],
      ["compilation", rule],
      ["compilationRule", id],
      ["compilation", randomUUID()],
      ["compilation", "x"],
    ] as const) {
      const input = { noun, id: asked, reason: "the pattern is known by now" };
      await expect(
        house.run(low, (operation) => operation.mutate(propose(compilationRemoval), input)),
      ).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    await expect(asking("compilation", id, "ana")).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  });

  test("I1 I3 asking stands at least where the dataset does, below which a rule may stand", async () => {
    const datasetId = await dataset("Raised over its rule");
    const counts = { classKey: "ship", atLeast: 2, windowHours: 24, marking: S };
    await act(house, "sam", addRule, { datasetId, marking: S, reason: "two show the pattern", counts });
    await act(house, "sam", raiseMarking, {
      noun: "dataset" as const,
      id: datasetId,
      marking: TS,
      reason: "more than was thought",
    });
    const [rule] = await as("sam", (operation) => operation.nested((grant) => rulesOf(grant, datasetId)));
    const row = await asking("compilationRule", rule?.id ?? "");
    const { rows } = await house.admin.query<{ banner: string }>("select banner from access.marking where id = $1", [
      row.markingId,
    ]);
    expect(rows).toEqual([{ banner: TS }]);
    const low = await house.as("sam", "S");
    const seen = await house.run(low, (operation) =>
      operation.query(proposalById("compilation.remove"), { id: row.id }),
    );
    expect(seen).toBeNull();
    await agree(house, "victor", row);
  });

  test("I9 whoever reads while a rule is taken away is shown what there is", async () => {
    const id = await ruled(world.datasetId);
    const before = await shown("ben");
    // As by another process, whose rules this one has in its memory for a second.
    await house.admin.query("delete from access.shown_label where rule_id = $1", [id]);
    await house.admin.query("delete from data.compilation_rule where id = $1", [id]);
    expect(await shown("ben")).toBeGreaterThan(before);
  });

  test("I7 a proposal is void once it was raised with its dataset, or is gone", async () => {
    const datasetId = await dataset("Void");
    const id = await compiled(datasetId, S);
    const first = await asking("compilation", id);
    await act(house, "sam", raiseMarking, {
      noun: "dataset" as const,
      id: datasetId,
      marking: TS,
      reason: "more than was thought",
    });
    await expect(agree(house, "victor", first)).rejects.toMatchObject({ code: "STALE" });
    const [second, third] = [await asking("compilation", id), await asking("compilation", id)];
    await agree(house, "victor", second);
    await expect(agree(house, "victor", third)).rejects.toMatchObject({ code: "STALE" });
  });

  test("I3 PostgreSQL asks for the authority as well, whatever the application says", async () => {
    const id = await compiled(await dataset("Asked"));
    const row = await asking("compilation", id);
    await house.admin.query("delete from access.authority where person_id = $1", [house.personId("victor")]);
    await expect(agree(house, "victor", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    // Past the application: the row that an approval would be.
    const refused = await house.admin
      .query("select access.execute_compilation_remove($1, $2)", [row.id, JSON.stringify({ noun: "compilation", id })])
      .then(
        () => "done",
        (error: { code?: string }) => error.code,
      );
    expect(refused).toBe("CV000");
    expect((await house.admin.query("select from data.dataset_compilation where id = $1", [id])).rowCount).toBe(1);
  });
});
