import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { transactionOf } from "../../src/policy/grant.ts";
import { Lane } from "../../src/storage/lane.ts";
import { tables } from "../../src/storage/tables.ts";
import type { Transaction } from "../../src/storage/transaction.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { entries, logSize } from "./entries.ts";
import { TS, draw, makeAsset, makeDataset, makeOntology, smallWorld } from "./harbor-world.ts";
import type { SmallWorld } from "./harbor-world.ts";

let house: TestHouse;
let world: SmallWorld;
let server: Serving;
let hidden: string;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  hidden = await house.run(await house.as("sam"), async (operation) => {
    const { versionId } = await makeOntology(operation, { programId: house.programId, name: "Hidden" });
    return makeDataset(operation, { programId: house.programId, versionId, name: "Hidden", marking: TS });
  });
  const asset = await house.run(await house.as("sam"), (operation) =>
    makeAsset(house, operation, { datasetId: hidden, marking: TS }),
  );
  await house.run(await house.as("ana"), (operation) => draw(operation, asset));
  server = await serve(house);
});
afterAll(async () => {
  await server.close();
  await house.remove();
});

/** Does something with the transaction in which ana's queries read. */
async function reading<O>(act: (tx: Transaction) => Promise<O>): Promise<O> {
  return house.run(await house.as("ana"), (operation) => operation.nested((grant) => act(transactionOf(grant))));
}

/** A number that PostgreSQL gives back, with the snapshot and the instant (microseconds) of the transaction in which it did. */
async function echo(tx: Transaction, number: number): Promise<{ name: string; moment: number }> {
  const [row] = await tx.mapped(
    tables.dataset.entity,
    "select ? || ' ' || pg_current_snapshot()::text as name, (extract(epoch from now()) * 1000000)::bigint::text as id",
    [String(number)],
  );
  return { name: row?.name ?? "", moment: Number(row?.id ?? Number.NaN) };
}

const LABELS = "query($id: ID!) { dataset(id: $id) { id labels(first: 10) { edges { node { id } } } } }";

interface Answer {
  readonly dataset: { readonly labels: { readonly edges: readonly unknown[] } } | null;
}

/** Asks for a dataset and its labels in one request: the answer, and how many statements stood in each transaction that read. */
async function asked(handle: string, dataset: string): Promise<{ answer: Answer; statements: number[] }> {
  const token = await server.token(handle);
  const run = vi.spyOn(Lane.prototype, "run");
  try {
    const answer = await server.data<Answer>(token, LABELS, { id: globalId("dataset", dataset) });
    return { answer, statements: run.mock.calls.map(([, statements]) => statements.length) };
  } finally {
    run.mockRestore();
  }
}

describe("I1 statements that are sent together", () => {
  test("look at one snapshot, and what is asked after an answer looks at a later one", async () => {
    const [together, later] = await reading(async (tx) => {
      const first = await Promise.all([echo(tx, 1), echo(tx, 1)]);
      // Whatever commits meanwhile makes another snapshot.
      await house.admin.query("select pg_current_xact_id()");
      return [first, await echo(tx, 1)] as const;
    });
    expect(together[1]).toEqual(together[0]);
    expect(later.moment).toBeGreaterThan(together[0].moment);
    expect(later.name).not.toBe(together[0].name);
  });

  test("are each told their own answer, however many they are", async () => {
    const numbers = Array.from({ length: 21 }, (_, at) => at);
    const found = await reading((tx) => Promise.all(numbers.map((number) => echo(tx, number))));
    expect(found.map(({ name }) => Number(name.split(" ")[0]))).toEqual(numbers);
    // A transaction has at most eight of them.
    expect(new Set(found.map(({ moment, name }) => `${moment} ${name.split(" ")[1]}`)).size).toBeLessThanOrEqual(3);
  });

  test("fail together, and those after them do not", async () => {
    const [settled, after] = await reading(async (tx) => {
      const wrong = tx.mapped(tables.dataset.entity, "select 1 / (length(?) - 1) as name", ["1"]);
      return [await Promise.allSettled([echo(tx, 1), wrong, echo(tx, 2)]), await echo(tx, 3)] as const;
    });
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(after.name.split(" ")[0]).toBe("3");
  });
});

describe("I9 statements of others behind some that fail", () => {
  test("are answered, although they share a text that was never sent before", async () => {
    const lane = await Lane.open({ ...house.database.as("caveat_app") });
    try {
      const wrong = { statement: { name: "wrong", text: "select 1 / (length($1) - 1) as n" }, values: ["1"] };
      const fine = { statement: { name: "fine", text: "select length($1) as n" }, values: ["12"] };
      const [first, second] = await Promise.allSettled([lane.run("", [wrong, fine]), lane.run("", [fine])]);
      expect(first.status).toBe("rejected");
      expect(second).toMatchObject({ status: "fulfilled", value: [{ rows: [[2]] }] });
    } finally {
      await lane.close();
    }
  });

  test("count with what each of them has to do", async () => {
    const lane = await Lane.open({ ...house.database.as("caveat_app") });
    try {
      const fine = { statement: { name: "fine", text: "select length($1) as n" }, values: ["12"] };
      const running = lane.run("", [fine, fine, fine]);
      expect(lane.under).toBe(3);
      await running;
      expect(lane.under).toBe(0);
    } finally {
      await lane.close();
    }
  });
});

describe("I2 a list that is sent with the object above it", () => {
  test("is sent ahead once, however often it is asked for", async () => {
    const token = await server.token("ana");
    const lists = Array.from({ length: 9 }, (_, at) => `l${at}: labels(first: 10) { edges { node { id } } }`).join(" ");
    const run = vi.spyOn(Lane.prototype, "run");
    try {
      await server.data(token, `query($id: ID!) { dataset(id: $id) { id ${lists} } }`, {
        id: globalId("dataset", world.datasetId),
      });
      const statements = run.mock.calls.reduce((sum, [, sent]) => sum + sent.length, 0);
      expect(statements).toBe(1 + 9);
    } finally {
      run.mockRestore();
    }
  });

  test("costs no transaction of its own", async () => {
    const { answer, statements } = await asked("ana", world.datasetId);
    expect(answer.dataset?.labels.edges.length).toBeGreaterThan(0);
    expect(statements).toEqual([2]);
  });

  test("costs the same below an object that is hidden and below none", async () => {
    const below = await asked("ben", hidden);
    const none = await asked("ben", "00000000-0000-4000-8000-00000000abcd");
    expect(below.answer).toEqual({ dataset: null });
    expect(none).toEqual(below);
    expect(below.statements).toEqual([2]);
  });

  test("is disclosed only where it is shown", async () => {
    const from = await logSize(house);
    await asked("ben", hidden);
    await asked("ana", hidden);
    const outcomes = (await entries(house, from)).flatMap(({ kind, outcome }) =>
      kind === "operation.outcome" && outcome ? [outcome] : [],
    );
    const labels = outcomes.map(({ decisions }) =>
      decisions.flatMap(({ objects }) => objects).filter((object) => object.startsWith("label:")),
    );
    expect(labels.map(({ length }) => length)).toEqual([0, 1]);
  });

  test("is not sent for an id that names nothing", async () => {
    const token = await server.token("ben");
    const run = vi.spyOn(Lane.prototype, "run");
    await server.data(token, LABELS, { id: "nothing" });
    expect(run).not.toHaveBeenCalled();
    run.mockRestore();
  });
});
