import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { markingLower, raiseMarking } from "../../src/administration/markings.ts";
import { propose } from "../../src/administration/proposals.ts";
import { createAsset } from "../../src/datasets/commands.ts";
import { receiveContent } from "../../src/datasets/content.ts";
import { createList } from "../../src/datasets/list-commands.ts";
import { createLabel } from "../../src/labeling/commands.ts";
import { effectiveOf, parseBanner } from "../../src/markings/index.ts";
import type { Principal } from "../../src/identity/principal.ts";
import type { Command } from "../../src/policy/command.ts";
import { HighWater } from "../../src/policy/high-water.ts";
import { SessionStore } from "../../src/storage/session-store.ts";
import { Pool } from "pg";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { TS, U, S_FVEY, BOX, draw, makeAsset, makeDataset, makeOntology } from "./harbor-world.ts";
import { tinyPng } from "./png.ts";

let house: TestHouse;
let datasetId: string;
let low: string;
let high: string;

beforeAll(async () => {
  house = await openTestHouse();
  await house.run(await house.as("sam"), async (operation) => {
    const { versionId } = await makeOntology(operation, { programId: house.programId });
    datasetId = await makeDataset(operation, { programId: house.programId, versionId, name: "Overview" });
    low = await makeAsset(house, operation, { datasetId });
    high = await makeAsset(house, operation, { datasetId, marking: TS });
  });
});
afterAll(async () => {
  await house.remove();
});

const look = (who: Principal, id: string): Promise<unknown> =>
  house.run(who, (operation) => operation.nested((grant) => grant.read.byId("asset", id)));

const label = (who: Principal, assetId: string, confirms: boolean, marking: string | null = null): Promise<unknown> =>
  house.run(who, (operation) =>
    operation.mutate(
      createLabel,
      { assetId, classKey: "ship", shape: BOX, attributes: {}, marking },
      undefined,
      confirms,
    ),
  );

test("I3 a write below what the session was shown asks the writer to confirm, and then is recorded as confirmed", async () => {
  const ana = await house.as("ana");
  await look(ana, low);
  await label(ana, low, false);
  await look(ana, high);
  await expect(label(ana, low, false)).rejects.toMatchObject({ code: "BELOW_HIGHWATER", path: ["belowHighWater"] });
  await label(ana, low, true);
  const { rows } = await house.admin.query<{ n: number }>(
    "select count(*)::int as n from data.label where asset_id = $1",
    [low],
  );
  expect(rows[0]?.n).toBe(2);
});

test("I3 a write at the high-water or above it asks nothing", async () => {
  const ana = await house.as("ana");
  await look(ana, high);
  await label(ana, high, false);
  await label(ana, low, false, TS);
});

test("I3 looking in one session asks nothing in another", async () => {
  await look(await house.as("ana"), high);
  await label(await house.as("ana"), low, false);
});

test("I3 what another process showed the session counts", async () => {
  const ana = await house.as("ana");
  const pool = new Pool({ ...house.database.admin });
  try {
    const other = new HighWater(new SessionStore(pool), "confirm");
    const parsed = parseBanner(TS, house.house.office.register);
    if (!parsed.ok) throw new Error(parsed.code);
    const { marking } = parsed;
    await other.note(ana, house.house.office, [
      await house.house.office.intern(marking, effectiveOf(marking, house.house.office.register)),
    ]);
  } finally {
    await pool.end();
  }
  await expect(label(ana, low, false)).rejects.toMatchObject({ code: "BELOW_HIGHWATER" });
});

describe("I3 whatever else its writer says below what his session was shown asks him to confirm", () => {
  /** Does one act in a session that was shown something TOP SECRET. */
  const act = async <I, O>(who: Principal, command: Command<I, O>, input: I, confirms: boolean): Promise<O> =>
    house.run(who, (operation) => operation.mutate(command, input, undefined, confirms));
  const asks = async <I, O>(handle: string, command: Command<I, O>, input: () => I): Promise<void> => {
    const shown = await house.as(handle);
    await look(shown, high);
    await expect(act(shown, command, input(), false)).rejects.toMatchObject({
      code: "BELOW_HIGHWATER",
      path: ["belowHighWater"],
    });
    await act(shown, command, input(), true);
    // Who was shown nothing is asked nothing.
    await act(await house.as(handle), command, input(), false);
  };

  test("the bytes of an image", async () => {
    const made: string[] = [];
    for (let at = 0; at < 2; at += 1) {
      const input = { datasetId, title: `image ${at}`, mediaType: "image/png", marking: null };
      made.push((await act(await house.as("sam"), createAsset, input, false)).id);
    }
    let at = 0;
    const bytes = (): Parameters<typeof receiveContent.run>[1] => ({
      assetId: made[at] ?? "",
      body: (async function* () {
        yield tinyPng(64, "");
      })(),
      workFolder: house.house.workFolder,
    });
    const shown = await house.as("sam");
    await look(shown, high);
    await expect(act(shown, receiveContent, bytes(), false)).rejects.toMatchObject({ code: "BELOW_HIGHWATER" });
    await act(shown, receiveContent, bytes(), true);
    at = 1;
    await act(await house.as("sam"), receiveContent, bytes(), false);
  });

  test("the reason of a proposal", async () => {
    const id = await house.run(await house.as("sam"), (operation) =>
      makeAsset(house, operation, { datasetId, marking: S_FVEY }),
    );
    const input = { noun: "asset", id, marking: U, readers: null, reason: "an oil jetty" } as const;
    await asks("sam", propose(markingLower), () => input);
  });

  test("the reason of a raised marking, at the marking that it is raised to", async () => {
    const ids = await house.run(await house.as("sam"), async (operation) => [
      await makeAsset(house, operation, { datasetId }),
      await makeAsset(house, operation, { datasetId }),
      await makeAsset(house, operation, { datasetId }),
    ]);
    const raised = (id: string | undefined, marking: string) =>
      ({ noun: "asset", id: id ?? "", marking, reason: "an oil jetty" }) as const;
    const shown = await house.as("sam");
    await look(shown, high);
    await expect(act(shown, raiseMarking, raised(ids[0], S_FVEY), false)).rejects.toMatchObject({
      code: "BELOW_HIGHWATER",
    });
    await act(shown, raiseMarking, raised(ids[0], S_FVEY), true);
    await act(shown, raiseMarking, raised(ids[1], TS), false);
    await act(await house.as("sam"), raiseMarking, raised(ids[2], S_FVEY), false);
  });

  test("codes and names of a list of readers", async () => {
    const input = { kind: "NTK", agencies: ["OIL-JETTY"], persons: [house.personId("ben")] };
    await asks("ana", createList, () => input);
  });
});

test("I3 where the site says so, a write below the high-water is refused whoever confirms it", async () => {
  await house.close();
  const strict = await openTestHouse({ from: house, config: { belowHighWater: "refuse" } });
  try {
    const ana = await strict.as("ana");
    await strict.run(ana, (operation) => operation.nested((grant) => grant.read.byId("asset", high)));
    const write = strict.run(ana, (operation) => draw(operation, low));
    await expect(write).rejects.toMatchObject({ code: "BELOW_HIGHWATER", path: ["marking"] });
  } finally {
    await strict.remove();
  }
});

test("a session knows its own high-water, and nothing of it before the first row", async () => {
  const again = await openTestHouse({ from: house });
  try {
    const ana = await again.as("ana");
    const told = (): Promise<string | null> =>
      again.run(ana, (operation) => operation.nested((grant) => grant.highWater()));
    expect(await told()).toBeNull();
    await again.run(ana, (operation) => operation.nested((grant) => grant.read.byId("asset", low)));
    expect(await told()).toBe(U);
    await again.run(ana, (operation) => operation.nested((grant) => grant.read.byId("asset", high)));
    expect(await told()).toBe(TS);
  } finally {
    await again.remove();
  }
});
