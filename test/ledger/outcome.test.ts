import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLabel } from "../../src/labeling/commands.ts";
import { UserError } from "../../src/policy/command.ts";
import type { Command } from "../../src/policy/command.ts";
import { inputDigest } from "../../src/policy/idempotency.ts";
import type { Made } from "../../src/datasets/commands.ts";
import type { CreateLabelInput } from "../../src/labeling/commands.ts";
import { BOX, smallWorld } from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { outcomesOf } from "./house-ledger.ts";

let house: TestHouse;
let world: SmallWorld;
let input: CreateLabelInput;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  input = { assetId: world.assetId, classKey: "ship", shape: BOX, attributes: {}, marking: null };
});
afterAll(async () => {
  await house.remove();
});

interface Counts {
  readonly labels: number;
  readonly revisions: number;
  readonly outbox: number;
}

async function counts(of: TestHouse = house): Promise<Counts> {
  const { rows } = await of.admin.query<Counts>(
    `select (select count(*)::int from data.label) as labels, (select count(*)::int from data.label_revision) as revisions,
       (select count(*)::int from audit.outbox) as outbox`,
  );
  if (!rows[0]) throw new Error("no counts");
  return rows[0];
}

/** Draws the label, names an entry of its own for the transaction, and then fails. */
function failingAfter(thrown: Error): Command<CreateLabelInput, Made> {
  return {
    ...createLabel,
    name: `labelCreate-${thrown.name}`,
    async run(grant, given) {
      const made = await createLabel.run(grant, given);
      const asset = await grant.read.byId("asset", given.assetId);
      if (!asset) throw new Error("no asset");
      const marking = await grant.marking(asset.markingId);
      grant.record({ kind: "delivery.approval", marking, outcome: { label: made.id } });
      throw thrown;
    },
  };
}

async function draw(as = "ana", once?: { readonly key: string; readonly inputDigest: Buffer }): Promise<Made> {
  const operation = await house.open(await house.as(as));
  try {
    return await operation.mutate(createLabel, input, once);
  } finally {
    await operation.close();
  }
}

describe("I4 a mutation and its outcome entry commit together or not at all", () => {
  test("an acknowledged mutation has its outcome in the log and leaves nothing in the outbox", async () => {
    const before = (await outcomesOf(house, "labelCreate")).length;
    const made = await draw();
    const outcomes = await outcomesOf(house, "labelCreate");
    expect(outcomes).toHaveLength(before + 1);
    expect(outcomes.at(-1)).toMatchObject({ result: "answered", error: null });
    expect(outcomes.at(-1)?.changed.map(({ object }) => object)).toContain(`label:${made.id}`);
    expect((await counts()).outbox).toBe(0);
  });

  test("a command that throws after it wrote rows and named an entry of its own leaves neither, and is recorded as failed", async () => {
    const before = await counts();
    const operation = await house.open(await house.as("ana"));
    const command = failingAfter(new Error("broken"));
    await expect(operation.mutate(command, input)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await operation.close();
    expect(await counts()).toEqual(before);
    expect(await outcomesOf(house, command.name)).toMatchObject([{ result: "failed", error: "internal", changed: [] }]);
  });

  test("a command that refuses its input after it wrote leaves neither, and is recorded as refused with the code", async () => {
    const before = await counts();
    const operation = await house.open(await house.as("ana"));
    const command = failingAfter(new UserError("INVALID_SHAPE", "refused"));
    await expect(operation.mutate(command, input)).rejects.toMatchObject({ code: "INVALID_SHAPE" });
    await operation.close();
    expect(await counts()).toEqual(before);
    expect(await outcomesOf(house, command.name)).toMatchObject([
      { result: "refused", error: "INVALID_SHAPE", changed: [] },
    ]);
  });

  test("a commit that fails after the outcome was written to the outbox leaves neither rows nor an answered outcome", async () => {
    const before = await counts();
    const answered = (await outcomesOf(house, "labelCreate")).filter(({ result }) => result === "answered").length;
    await house.admin.query(`create function public.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'refused at commit'; end $$`);
    await house.admin.query(`create constraint trigger refuse after insert on data.label deferrable initially deferred
      for each row execute function public.refuse()`);
    await expect(draw()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await house.admin.query("drop trigger refuse on data.label; drop function public.refuse()");
    expect(await counts()).toEqual(before);
    const outcomes = await outcomesOf(house, "labelCreate");
    expect(outcomes.filter(({ result }) => result === "answered")).toHaveLength(answered);
    expect(outcomes.at(-1)).toMatchObject({ result: "failed" });
  });
});

/** A mutation that commits while nothing can be brought over from the outbox. */
async function drawUndrained(once: { readonly key: string; readonly inputDigest: Buffer }): Promise<void> {
  await house.admin.query("revoke execute on function audit.drain(uuid[]) from caveat_ledger");
  await expect(draw("ana", once)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  await house.admin.query("grant execute on function audit.drain(uuid[]) to caveat_ledger");
}

describe("I10 a committed mutation whose outcome could not be brought over", () => {
  const once: { key: string; inputDigest: Buffer } = { key: "drain-failed-1", inputDigest: Buffer.alloc(0) };

  test("is brought over before whoever asks again under its key is told of it", async () => {
    const again = { key: "drain-failed-0", inputDigest: inputDigest("labelCreate", input) };
    const before = await counts();
    await drawUndrained(again);
    expect(await counts()).toEqual({ labels: before.labels + 1, revisions: before.revisions + 1, outbox: 1 });
    const made = await draw("ana", again);
    expect(await counts()).toEqual({ labels: before.labels + 1, revisions: before.revisions + 1, outbox: 0 });
    const named = (await outcomesOf(house, "labelCreate")).filter(({ changed }) =>
      changed.some(({ object }) => object === `label:${made.id}`),
    );
    expect(named).toMatchObject([{ result: "answered" }]);
  });

  test("is not acknowledged, keeps its outcome in the outbox, and contradicts itself nowhere", async () => {
    once.inputDigest = inputDigest("labelCreate", input);
    const before = await counts();
    await drawUndrained(once);
    expect(await counts()).toEqual({ labels: before.labels + 1, revisions: before.revisions + 1, outbox: 1 });
    const outcomes = await outcomesOf(house, "labelCreate");
    expect(outcomes.filter(({ request }) => request === outcomes.at(-1)?.request)).toHaveLength(1);
  });

  test("is brought over by the next start, once, and found again under its idempotency key", async () => {
    const kept = await counts();
    expect(kept.outbox).toBe(1);
    const before = await outcomesOf(house, "labelCreate");
    await house.close();
    const next = await openTestHouse({ from: house });
    try {
      expect(await counts(next)).toEqual({ ...kept, outbox: 0 });
      const outcomes = await outcomesOf(next, "labelCreate");
      expect(outcomes).toHaveLength(before.length + 1);
      expect(outcomes.at(-1)).toMatchObject({ result: "answered" });
      const ana = await next.as("ana");
      const again = await next.run(ana, (operation) => operation.mutate(createLabel, input, once));
      expect(outcomes.at(-1)?.changed.map(({ object }) => object)).toContain(`label:${again.id}`);
      expect((await counts(next)).labels).toBe(kept.labels);
    } finally {
      await next.remove();
    }
  });
});
