import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Level } from "../../src/markings/index.ts";
import { everyPage, openOfficerWorld, question } from "./officer-world.ts";
import type { FoundEntry, FoundPage, OfficerWorld } from "./officer-world.ts";

let world: OfficerWorld;

beforeAll(async () => {
  world = await openOfficerWorld();
});
afterAll(async () => {
  await world.house.remove();
});

const asset = (): string => world.gid("asset", world.assetId);
const person = (handle: string): string => world.gid("person", world.house.personId(handle));

async function nodes(field: string, handle = "otto", level: Level = "TS"): Promise<FoundEntry[]> {
  return (await everyPage(world, handle, level, field)).findings.edges.map(({ node }) => node);
}

async function sizeOfLog(): Promise<number> {
  const { rows } = await world.house.admin.query<{ size: number }>(
    "select size::int as size from audit.log where id = 0",
  );
  return rows[0]?.size ?? -1;
}

/** Who does something, and what of it an officer then finds first about an object. */
async function foundAfter(handle: string, act: () => Promise<unknown>, id: string): Promise<FoundEntry> {
  const before = await sizeOfLog();
  await act();
  const [newest] = await nodes(`auditAccesses(objectId: "${id}")`);
  if (!newest) throw new Error("nothing found");
  expect(newest.entry.index).toBeGreaterThan(before);
  expect([newest.personId, newest.answer]).toEqual([person(handle), "answered"]);
  return newest;
}

describe("I4 who saw an object is found, however it was seen", () => {
  test.each<[string, Level, string, string, () => string]>([
    [
      "as a row of a dataset's page",
      "S",
      "ben",
      "asset.read",
      () =>
        `{ dataset(id: "${world.gid("dataset", world.datasetId)}") { assets(first: 5) { edges { node { id } } } } }`,
    ],
    ["by its id", "S", "ben", "asset.read", () => `{ node(id: "${asset()}") { id } }`],
    [
      "through a page of labels",
      "TS",
      "rita",
      "asset.read",
      () =>
        `{ dataset(id: "${world.gid("dataset", world.datasetId)}") { labels(first: 5) { edges { node { id } } } } }`,
    ],
    [
      "through one label with its revisions",
      "TS",
      "rita",
      "asset.read",
      () => `{ label(id: "${world.gid("label", world.labelId)}") { revisions(first: 5) { id } } }`,
    ],
  ])("I4 %s", async (_, level, handle, action, query) => {
    const found = await foundAfter(
      handle,
      async () => {
        const { text } = await world.ask(handle, level, query());
        expect(text).not.toContain("errors");
      },
      asset(),
    );
    expect(found.actions).toContain(action);
  });

  test("I4 as a display copy", async () => {
    const found = await foundAfter(
      "ben",
      async () => {
        expect((await world.get("ben", "S", `/assets/${asset()}/display`)).status).toBe(200);
      },
      asset(),
    );
    expect(found.actions).toContain("asset.display");
  });

  test("I4 in the package of a delivery, of which the index finds its images, its labels and itself", async () => {
    const url = `/deliveries/${world.gid("delivery", world.deliveryId)}/package`;
    for (const id of [asset(), world.gid("label", world.labelId), world.gid("delivery", world.deliveryId)]) {
      const found = await foundAfter(
        "petra",
        async () => {
          expect((await world.get("petra", "TS", url)).status).toBe(200);
        },
        id,
      );
      expect(found.actions).toContain("delivery.fetch");
    }
    // Its release, too, which gave it to the recipient.
    expect((await nodes(`auditAccesses(objectId: "${asset()}")`)).map(({ operation }) => operation)).toContain(
      "deliveryRelease",
    );
  });

  test("I4 one of more objects than an entry can list", async () => {
    const hidden = Array.from({ length: 5_001 }, () => randomUUID());
    await world.house.run(await world.house.as("rita"), (operation) =>
      operation.nested(async (grant) => {
        const dataset = await grant.read.byId("dataset", world.datasetId);
        if (!dataset) throw new Error("no dataset");
        const marking = await grant.marking(dataset.markingId);
        const facts = grant.facts(dataset.programId, dataset.authorId);
        for (const id of hidden) await grant.allows("asset.read", marking, facts, `asset:${id}`);
      }),
    );
    const [found] = await nodes(`auditAccesses(objectId: "${world.gid("asset", hidden[5_000] ?? "")}")`);
    expect(found).toMatchObject({ personId: person("rita"), answer: "answered", actions: ["asset.read"] });
    expect(found?.objects).toBeGreaterThan(5_000);
  });

  test("I4 what nobody saw, and what there is not, finds nothing", async () => {
    const nothing = await everyPage(
      world,
      "otto",
      "TS",
      `auditAccesses(objectId: "${world.gid("asset", world.datasetId)}")`,
    );
    expect(nothing.findings.edges).toEqual([]);
    expect(nothing.completeTo).toBeGreaterThan(20);
  });

  test("I4 an answer says up to which entry it is complete, and that is what was in the log when it was asked", async () => {
    const before = await sizeOfLog();
    const found = await everyPage(world, "otto", "TS", `auditAccesses(objectId: "${asset()}")`);
    expect(found.completeTo).toBeGreaterThanOrEqual(before);
    expect(found).toMatchObject({ unread: 0, withheld: 0 });
  });
});

describe("I4 what a person saw, and what was refused", () => {
  test("I4 what a person was answered is his acts and nobody else's", async () => {
    const his = await nodes(`auditOfPerson(personId: "${person("ben")}")`);
    expect(his.length).toBeGreaterThan(2);
    expect(new Set(his.map(({ personId }) => personId))).toEqual(new Set([person("ben")]));
    expect(his.every(({ entry }) => entry.kind.endsWith(".outcome"))).toBe(true);
  });

  test("I4 a refusal is found with its reasons, and under the object that was refused", async () => {
    await world.ask(
      "ben",
      "S",
      `mutation { labelCreate(input: { assetId: "${world.gid("asset", world.hiddenId)}", classKey: "ship",
      idempotencyKey: "officer-1", shape: { kind: "box", x: 1, y: 1, width: 2, height: 2 } }) { userErrors { code } } }`,
    );
    for (const field of ["auditRefusals()", `auditRefusals(objectId: "${world.gid("asset", world.hiddenId)}")`]) {
      const [newest] = await nodes(field);
      expect(newest).toMatchObject({ personId: person("ben"), operation: "labelCreate", answer: "refused" });
      expect(newest?.reasons).toContain("NOT_FOUND");
      expect(newest?.reasons.some((reason) => reason.startsWith("mac."))).toBe(true);
    }
    expect(
      (await nodes(`auditAccesses(objectId: "${world.gid("asset", world.hiddenId)}")`)).map(({ personId }) => personId),
    ).not.toContain(person("ben"));
  });
});

describe("I1 officers see what they may open, and hear nothing of the rest", () => {
  const QUESTIONS = (): string[] => [
    `auditAccesses(objectId: "${world.gid("asset", world.hiddenId)}")`,
    `auditAccesses(objectId: "${world.gid("label", world.hiddenLabel)}")`,
    `auditAccesses(objectId: "${asset()}")`,
    `auditOfPerson(personId: "${person("ana")}")`,
    `auditOfPerson(personId: "${person("ben")}")`,
    "auditRefusals()",
  ];

  test.each<[string, Level]>([
    ["otto", "S"],
    ["silas", "TS"],
  ])("I1 %s at %s gets nothing that names a compartment, and what is withheld as a number", async (handle, level) => {
    for (const field of QUESTIONS()) {
      const { text } = await world.ask(handle, level, question(field));
      for (const secret of [world.hiddenId, world.hiddenLabel, "//SI", '"SI"', '\\"SI\\"', "Close hold"])
        expect([field, secret, text.includes(secret)]).toEqual([field, secret, false]);
    }
    const low = await everyPage(world, handle, level, QUESTIONS()[0] ?? "");
    const high = await everyPage(world, "otto", "TS", QUESTIONS()[0] ?? "");
    expect(low.findings.edges).toEqual([]);
    expect(high.findings.edges.length).toBeGreaterThan(1);
    expect(low.withheld).toBeGreaterThanOrEqual(high.findings.edges.length);
    expect(high.withheld).toBe(0);
  });

  test("I1 both ask the same about an image that both may see, and only what is open to each is there", async () => {
    const field = `auditAccesses(objectId: "${asset()}")`;
    // One answer about both: as a whole it is for those who may see the other one, too.
    await world.ask(
      "ana",
      "TS",
      `{ a: node(id: "${asset()}") { id } b: node(id: "${world.gid("asset", world.hiddenId)}") { id } }`,
    );
    const low = (await nodes(field, "otto", "S")).map(({ entry }) => entry);
    const high = (await nodes(field)).map(({ entry }) => entry);
    const inBoth = new Set(low.map(({ index }) => index));
    expect(high.map(({ index }) => index)).toEqual(expect.arrayContaining([...inBoth]));
    expect(high.length).toBeGreaterThan(low.length);
    const states = new Set(low.flatMap(({ sections }) => sections.map(({ state }) => state)));
    expect([...states].toSorted()).toEqual(["opened", "unused", "withheld"]);
  });

  test.each(["ana", "sam", "petra", "sofia"])(
    "I1 %s, who is no officer, is told of all of it what is told of what is not there",
    async (handle) => {
      const absent = world.gid("asset", world.datasetId);
      for (const field of [...QUESTIONS(), `auditAccesses(objectId: "${absent}")`]) {
        const { data } = await world.ask(handle, "TS", question(field));
        expect(data).toEqual({ [field.slice(0, field.indexOf("("))]: null });
      }
      const { data } = await world.ask(
        handle,
        "TS",
        "{ auditBetween(from: 0, to: 1) { to } auditBursts(from: 0, seconds: 60, objects: 1, refusals: 1) { to } auditIndexCheck(from: 0) { to } auditCheckpoints(first: 5) { edges { cursor } } }",
      );
      expect(data).toEqual({
        auditBetween: null,
        auditBursts: null,
        auditIndexCheck: null,
        auditCheckpoints: { edges: [] },
      });
      const plain = await world.get(handle, "TS", `/audit/archive?about=${asset()}`);
      expect(plain).toEqual(await world.get(handle, "TS", `/audit/archive?about=${absent}`));
      expect(plain.status).toBe(404);
    },
  );

  test("I4 each entry that was opened stands in the officer's own outcome, with the marking of each section", async () => {
    const field = `auditAccesses(objectId: "${asset()}")`;
    const { data } = await world.ask("otto", "S", question(field, 5));
    const { auditAccesses } = data as unknown as { auditAccesses: FoundPage };
    const shown = auditAccesses.findings.edges.map(({ node }) => node.entry.id);
    const [newest] = await nodes(`auditOfPerson(personId: "${person("otto")}")`);
    const outcome = newest?.entry.sections.find(({ slot }) => slot === "outcome")?.content ?? "{}";
    const { decisions } = JSON.parse(outcome) as { decisions: { action: string; objects: string[] }[] };
    const opened = decisions.filter(({ action }) => action === "audit.read").flatMap(({ objects }) => objects);
    for (const id of shown) {
      const uuid = Buffer.from(id, "base64url").toString().replace("entry:", "");
      expect(opened).toContain(`entry:${uuid}`);
    }
    // So that one may ask who opened an entry.
    expect((await nodes(`auditAccesses(objectId: "${shown[0]}")`)).map(({ personId }) => personId)).toContain(
      person("otto"),
    );
  });
});

describe("I4 stretches of the log and bursts", () => {
  test("I4 between two checkpoints it is counted by kind what happened, with its entries", async () => {
    const { data } = await world.ask("otto", "TS", "{ auditCheckpoints(first: 5) { edges { node { size note } } } }");
    const { auditCheckpoints } = data as unknown as { auditCheckpoints: { edges: { node: { size: number } }[] } };
    const sizes = auditCheckpoints.edges.map(({ node }) => node.size);
    const to = sizes[0] ?? 0;
    const between = await world.ask(
      "otto",
      "TS",
      `{ auditBetween(from: 0, to: ${to}) { from to fromNote toNote firstAt lastAt kinds { kind count }
      entries(first: 3) { edges { node { index } } pageInfo { hasNextPage } } } }`,
    );
    const found = between.data?.["auditBetween"] as {
      kinds: { kind: string; count: number }[];
      toNote: string;
      entries: { edges: { node: { index: number } }[] };
    };
    expect(found.kinds.reduce((sum, { count }) => sum + count, 0)).toBe(to);
    expect(found.toNote.split("\n")[1]).toBe(String(to));
    expect(found.entries.edges.map(({ node }) => node.index)).toEqual([0, 1, 2].filter((index) => index < to));
    expect((await world.ask("otto", "TS", `{ auditBetween(from: 0, to: ${to + 100_000}) { to } }`)).data).toEqual({
      auditBetween: null,
    });
  });

  test("I4 many objects and many refusals of one person in a short time are told as bursts", async () => {
    for (let at = 0; at < 4; at += 1)
      await world.ask("charlotte", "S", `{ node(id: "${world.gid("asset", world.hiddenId)}") { id } }`);
    const bursts: { kind: string; personId: string | null; count: number }[] = [];
    for (let from: number | null = 0; from !== null;) {
      const { data }: { data: Record<string, unknown> | null } = await world.ask(
        "otto",
        "TS",
        `{ auditBursts(from: ${from}, seconds: 600, objects: 5, refusals: 4) {
        next withheld bursts { kind personId source count answers firstAt lastAt fromIndex toIndex } } }`,
      );
      const page = data?.["auditBursts"] as { next: number | null; bursts: typeof bursts };
      bursts.push(...page.bursts);
      from = page.next;
    }
    expect(bursts).toContainEqual(expect.objectContaining({ kind: "refused", personId: person("charlotte") }));
    expect(
      bursts.some(({ kind, personId, count }) => kind === "read" && personId === person("sam") && count >= 5),
    ).toBe(true);
  });
});
