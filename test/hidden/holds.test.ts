import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Level } from "../../src/markings/index.ts";
import { S, TS } from "../access/harbor-world.ts";
import { dataOf, key, lookAtAll, same } from "./asking.ts";
import { AROUND, ask, each, gid, inBoth, openWorlds, told } from "./worlds.ts";
import type { Script, World, Worlds } from "./worlds.ts";

// What a dataset is together, at a marking that a SECRET session does not reach, shows to nobody there. The one thing that
// must show is that a delivery does not leave: its release is answered as if an approval did not count.

let worlds: Worlds;

beforeAll(async () => {
  worlds = await openWorlds();
});
afterAll(async () => {
  await worlds.close();
});

interface Delivery {
  readonly id: string;
  readonly manifestSha384: string;
  readonly state: string;
  readonly holds?: readonly { readonly id: string; readonly marking: { readonly banner: string } }[];
}

const DELIVERY =
  "delivery { id state manifestSha384 holds { id marking { banner } liftedBy } approvals { approverId } }";
const act = (field: string, type: string, values: object): Script =>
  ask(`mutation($input: ${type}!) { ${field}(input: $input) { ${DELIVERY} userErrors { code message path ids } } }`, {
    input: { idempotencyKey: key(), ...values },
  });
/** Hashes over random ids differ from world to world. */
const plain = (texts: readonly string[]): string[] =>
  texts.map((text) => text.replaceAll(/(?<=manifestSha384":")[0-9a-f]{96}/g, "<digest>"));
const bothAlike = async (handle: string, level: Level, script: Script): Promise<string> => {
  const [high, low] = await inBoth(worlds, handle, level, script);
  expect(plain(high)).toEqual(plain(low));
  return high.join("");
};

/** The delivery that was requested last in a world, as somebody sees it. */
async function newest({ server }: World, handle: string, level: Level): Promise<Delivery> {
  const answer = await server.data<{
    programs: { edges: { node: { deliveries: { edges: { node: Delivery & { purpose: string } }[] } } }[] };
  }>(
    await server.token(handle, level),
    "{ programs(first: 5) { edges { node { deliveries(first: 50) { edges { node { id purpose state manifestSha384 holds { id marking { banner } } } } } } } } }",
  );
  const all = answer.programs.edges.flatMap(({ node }) => node.deliveries.edges.map((edge) => edge.node));
  const found = all.find(({ purpose }) => purpose === "held");
  if (!found) throw new Error("no delivery");
  return found;
}
const withNewest =
  (handle: string, level: Level, script: (delivery: Delivery) => Script): Script =>
  async (world, token) =>
    script(await newest(world, handle, level))(world, token);

const approve = (delivery: Delivery): Script =>
  act("deliveryApprove", "DeliveryApproveInput", {
    deliveryId: delivery.id,
    manifestSha384: delivery.manifestSha384,
  });
const release = (delivery: Delivery): Script =>
  act("deliveryRelease", "DeliveryReleaseInput", { deliveryId: delivery.id });
const lift =
  (delivery: Delivery): Script =>
  async (world, token) =>
    each(
      (delivery.holds ?? []).map(({ id: holdId }) =>
        act("deliveryHoldLift", "DeliveryHoldLiftInput", {
          deliveryId: delivery.id,
          holdId,
          manifestSha384: delivery.manifestSha384,
          reason: "no times in it",
        }),
      ),
    )(world, token);

/** Requests a delivery of the common dataset as petra in a SECRET session. */
const request: Script = async (world, token) => {
  const found = await world.server.graphql(token, AROUND);
  const { recipients } = dataOf(found) as { recipients: { id: string; name: string }[] };
  const recipientId = recipients.find(({ name }) => name.includes("Maritime"))?.id;
  return act("deliveryRequest", "DeliveryRequestInput", {
    datasetId: gid("dataset", worlds.common.datasetId),
    recipientId,
    purpose: "held",
  })(world, token);
};

describe("I2 what a dataset is together, above who asks", () => {
  test("I2 a rule above its readers changes no page, count or answer, however often they read", async () => {
    const rule = {
      datasetId: gid("dataset", worlds.common.datasetId),
      marking: TS,
      reason: "together they show the pattern",
      counts: { classKey: "ship", atLeast: 2, windowHours: 24, marking: TS },
    };
    const stated = await told(
      worlds.high,
      "sam",
      "TS",
      ask(
        "mutation($input: CompilationRuleAddInput!) { compilationRuleAdd(input: $input) { dataset { compilationRules { id atLeast reachedBy } } userErrors { code } } }",
        { input: { idempotencyKey: randomUUID(), ...rule } },
      ),
    );
    expect(stated.join("")).toContain('"atLeast":2');
    await told(
      worlds.high,
      "sam",
      "TS",
      ask(
        "mutation($input: CompilationRuleAddInput!) { compilationRuleAdd(input: $input) { dataset { id } userErrors { code } } }",
        { input: { idempotencyKey: randomUUID(), datasetId: rule.datasetId, marking: TS, reason: "nothing of it" } },
      ),
    );
    for (const handle of ["ben", "petra", "ben", "sam"]) {
      const texts = await same(worlds, handle, "S", lookAtAll(worlds));
      expect(texts.join("")).not.toContain("pattern");
    }
    const question = ask(
      "query($id: ID!) { dataset(id: $id) { labelCount assetCount contentMarking compilations { id reason } compilationRules { id reason } } }",
      { id: rule.datasetId },
    );
    expect((await same(worlds, "ben", "S", question)).join("")).toContain('"compilationRules":[]');
  });

  test("I2 a rule that was reached is reported to who may raise markings at its whole, and to nobody below", async () => {
    const reached = ask("query($id: ID!) { dataset(id: $id) { compilationRules { atLeast reachedBy } } }", {
      id: gid("dataset", worlds.common.datasetId),
    });
    const above = (await told(worlds.high, "sam", "TS", reached)).join("");
    expect(above).toMatch(/"atLeast":2,"reachedBy":\["person:[^\]]*\]/);
    expect((await told(worlds.high, "ana", "TS", reached)).join("")).toContain('"atLeast":2,"reachedBy":null');
    expect((await same(worlds, "sam", "S", reached)).join("")).toContain('"compilationRules":[]');
  });

  test("I2 a statement of a compilation that is there above is taken below as if it were the first", async () => {
    const text = await bothAlike(
      "sam",
      "S",
      ask(
        "mutation($input: DatasetCompilationAddInput!) { datasetCompilationAdd(input: $input) { dataset { contentMarking compilations { reason marking { banner } } } userErrors { code } } }",
        {
          input: {
            idempotencyKey: key(),
            datasetId: gid("dataset", worlds.common.datasetId),
            marking: S,
            reason: "the area",
          },
        },
      ),
    );
    expect(text).toContain("the area");
    expect(text).not.toContain("together");
  });

  test("I2 request and approvals of a delivery are answered alike, whatever holds it", async () => {
    expect(await bothAlike("petra", "S", request)).toContain('"state":"REQUESTED"');
    for (const handle of ["victor", "wanda"])
      expect(await bothAlike(handle, "S", withNewest(handle, "S", approve))).toContain('"userErrors":[]');
    expect(await bothAlike("petra", "S", ask(AROUND.replace("id state purpose", "state purpose")))).toContain(
      "APPROVED",
    );
  });

  test("I7 I2 a held delivery is not released, and its release is answered as if an approval did not count", async () => {
    const early = await told(worlds.low, "petra", "S", request);
    expect(early.join("")).toContain("REQUESTED");
    const [high, low] = await inBoth(worlds, "victor", "S", async (world, token) => {
      // The low world's newest delivery has no approval yet.
      const found = await newest(world, "victor", "S");
      return release(world === worlds.low ? await inState(world, "REQUESTED") : found)(world, token);
    });
    expect(high.join("")).toContain("NOT_READY");
    const errors = (texts: readonly string[]): string => /"userErrors":.*\]/.exec(texts.join(""))?.[0] ?? "";
    expect(errors(high)).toBe(errors(low));
    expect((await newest(worlds.high, "petra", "S")).state).toBe("APPROVED");
    // That it leaves where nothing holds it is the difference that must show.
    const free = await newest(worlds.low, "victor", "S");
    const approved = free.state === "APPROVED" ? free : await inState(worlds.low, "APPROVED");
    expect((await told(worlds.low, "victor", "S", release(approved))).join("")).toContain('"state":"RELEASED"');
  });

  test("I7 approvals by two who read what holds a delivery and lifted it release it; one, or the requester, does not", async () => {
    const seen = await newest(worlds.high, "victor", "TS");
    expect(seen.holds?.map(({ marking }) => marking.banner)).toEqual(seen.holds?.map(() => TS));
    expect(seen.holds?.length).toBeGreaterThan(1);
    expect((await newest(worlds.high, "victor", "S")).holds).toEqual([]);
    expect((await told(worlds.high, "petra", "TS", lift(seen))).join("")).toContain("NOT_PERMITTED");
    expect((await told(worlds.high, "victor", "S", lift(seen))).join("")).toContain("NOT_FOUND");
    expect((await told(worlds.high, "victor", "TS", lift(seen))).join("")).not.toContain('"code"');
    expect((await told(worlds.high, "victor", "TS", lift(seen))).join("")).toContain("ALREADY_DONE");
    expect((await told(worlds.high, "victor", "S", release(seen))).join("")).toContain("NOT_READY");
    await told(worlds.high, "wanda", "TS", lift(seen));
    const released = (await told(worlds.high, "victor", "S", release(seen))).join("");
    expect(released).toContain('"state":"RELEASED"');
    expect(released).toContain('"holds":[]');
  });
});

/** A delivery of a world in this state. */
async function inState({ server }: World, wanted: string): Promise<Delivery> {
  const answer = await server.data<{
    programs: { edges: { node: { deliveries: { edges: { node: Delivery & { purpose: string } }[] } } }[] };
  }>(
    await server.token("victor", "S"),
    "{ programs(first: 5) { edges { node { deliveries(first: 50) { edges { node { id purpose state manifestSha384 } } } } } } }",
  );
  const all = answer.programs.edges.flatMap(({ node }) => node.deliveries.edges.map((edge) => edge.node));
  const found = all.find(({ purpose, state }) => purpose === "held" && state === wanted);
  if (!found) throw new Error("no such delivery");
  return found;
}
