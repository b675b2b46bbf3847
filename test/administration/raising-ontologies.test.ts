import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import type { RaisedNoun } from "../../src/storage/ports.ts";
import { releaseDelivery } from "../../src/deliveries/release-commands.ts";
import type { Operation } from "../../src/policy/operation.ts";
import {
  S,
  TS,
  U,
  approve,
  classInput,
  draw,
  makeAsset,
  makeDataset,
  makeOntology,
  request,
  review,
} from "../access/harbor-world.ts";
import { entries, logSize } from "../access/entries.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { act } from "./acts.ts";

let house: TestHouse;

beforeAll(async () => {
  house = await openTestHouse();
  await house.admin.query("update access.person set roles = array['steward', 'approver'] where handle = 'wanda'");
});
afterAll(() => house.remove());

const raise = (by: string, noun: RaisedNoun, id: string, marking: string): Promise<unknown> =>
  act(house, by, raiseMarking, { noun, id, marking, reason: "it says more than was thought" });
const as = async <O>(handle: string, look: (operation: Operation) => Promise<O>): Promise<O> =>
  house.run(await house.as(handle), look);

/** Banners of the rows of a query by whatever it names them, as the owner of the database sees them. */
async function banners(sql: string, id: string): Promise<string[]> {
  const { rows } = await house.admin.query<{ name: string; banner: string }>(
    `select x.name, m.banner from (${sql}) x join access.marking m on m.id = x.marking_id order by x.name, m.banner`,
    [id],
  );
  return rows.map(({ name, banner }) => `${name} ${banner}`);
}
const ofOntology = (id: string): Promise<string[]> =>
  banners(
    `select 'ontology' as name, marking_id from data.ontology where id = $1
     union all select 'version', marking_id from data.ontology_version where ontology_id = $1
     union all select 'version under', ontology_marking_id from data.ontology_version where ontology_id = $1
     union all select c.key, c.marking_id from data.ontology_class c join data.ontology_version v on v.id = c.version_id
       where v.ontology_id = $1`,
    id,
  );
const ofDataset = (id: string): Promise<string[]> =>
  banners(
    `select 'dataset' as name, marking_id from data.dataset where id = $1
     union all select 'asset', marking_id from data.asset where dataset_id = $1
     union all select 'blob', b.marking_id from data.blob b join data.asset a on a.id = b.asset_id where a.dataset_id = $1
     union all select 'label', marking_id from data.label where dataset_id = $1
     union all select 'revision', marking_id from data.label_revision where dataset_id = $1
     union all select 'review', marking_id from data.label_review where dataset_id = $1
     union all select 'delivery', marking_id from data.delivery where dataset_id = $1`,
    id,
  );

/** An ontology with a class of its own marking, a dataset made of it, an image, a label with a review, and a delivery. */
async function made(name: string): Promise<Readonly<Record<"ontologyId" | "datasetId" | "assetId", string>>> {
  const { programId } = house;
  const world = await as("sam", async (operation) => {
    const classes = [classInput("ship"), classInput("hidden", S)];
    const { id, versionId } = await makeOntology(operation, { programId, name, classes });
    const datasetId = await makeDataset(operation, { programId, versionId, name, marking: U });
    return { ontologyId: id, datasetId, assetId: await makeAsset(house, operation, { datasetId }) };
  });
  const labelId = await as("ana", (operation) => draw(operation, world.assetId));
  await as("rita", (operation) => review(operation, labelId));
  await request(house, await house.as("petra"), world.datasetId);
  return world;
}

describe("I3 an ontology is raised at once by one person", () => {
  test("I3 I4 its versions and classes follow, all that is made of it, and the act has its entry", async () => {
    const { ontologyId, datasetId, assetId } = await made("Rising");
    expect(await ofOntology(ontologyId)).toContain(`ship ${U}`);
    const from = await logSize(house);
    await raise("sam", "ontology", ontologyId, TS);
    expect(await ofOntology(ontologyId)).toEqual(
      ["hidden", "ontology", "ship", "version", "version under"].map((each) => `${each} ${TS}`),
    );
    const below = await ofDataset(datasetId);
    expect(below.filter((each) => !each.endsWith(TS))).toEqual([]);
    expect(new Set(below.map((each) => each.split(" ")[0]))).toEqual(
      new Set(["asset", "blob", "dataset", "delivery", "label", "review", "revision"]),
    );
    const entry = (await entries(house, from)).find(({ kind }) => kind === "marking.change");
    expect(entry?.sections["outcome"]).toMatchObject({ object: `ontology:${ontologyId}`, from: U, to: TS });
    const sees = (handle: string): Promise<boolean[]> =>
      as(handle, (operation) =>
        operation.nested(async (grant) => [
          (await grant.read.byId("ontology", ontologyId)) !== null,
          (await grant.read.byId("dataset", datasetId)) !== null,
          (await grant.read.byId("asset", assetId)) !== null,
        ]),
      );
    expect(await sees("ben")).toEqual([false, false, false]);
    expect(await sees("ana")).toEqual([true, true, true]);
    // Pages merge over everything that a program holds now.
    const { rows } = await house.admin.query(
      `select marking_id from data.ontology where program_id = $1 except select marking_id from data.program_marking
         where program_id = $1 and noun = 'ontology'`,
      [house.programId],
    );
    expect(rows).toEqual([]);
  });

  test("I3 what stood higher stays higher, and the ontology hides all of it from whoever does not see it", async () => {
    const { programId } = house;
    const { ontologyId, versionId, datasetId } = await as("sam", async (operation) => {
      const classes = [classInput("ship"), classInput("hidden", TS)];
      const { id, versionId: version } = await makeOntology(operation, { programId, name: "Higher", classes });
      const dataset = { programId, versionId: version, name: "High", marking: TS };
      return { ontologyId: id, versionId: version, datasetId: await makeDataset(operation, dataset) };
    });
    await raise("sam", "ontology", ontologyId, S);
    expect(await ofDataset(datasetId)).toEqual([`dataset ${TS}`]);
    const classes = (await ofOntology(ontologyId)).filter((each) => /^(?:ship|hidden)/.test(each));
    expect(classes).toEqual([`hidden ${TS}`, `ship ${S}`]);
    const seen = (handle: string): Promise<unknown[]> =>
      as(handle, (operation) =>
        operation.nested(async (grant) => [
          await grant.read.byId("ontology", ontologyId),
          await grant.read.byId("ontologyVersion", versionId),
          ...(await grant.read.all("ontologyClass", { parent: "version", id: versionId }, 10)),
        ]),
      );
    expect(await seen("charlotte")).toEqual([null, null]);
    expect(await seen("ana")).toHaveLength(4);
  });

  test("I2 a hidden dataset whose name is taken higher up does not keep it from being raised, nor tells of itself", async () => {
    const { programId } = house;
    const REL = "TOP SECRET//REL TO USA, FVEY";
    const { id: ontologyId, versionId } = await as("sam", (operation) =>
      makeOntology(operation, { programId, name: "Colliding" }),
    );
    const [first, second] = await as("sam", async (operation) => [
      await makeDataset(operation, { programId, versionId, name: "X", marking: REL }),
      await makeDataset(operation, { programId, versionId, name: "X", marking: "TOP SECRET//NOFORN" }),
    ]);
    const low = await house.as("sam", "S");
    await house.run(low, (operation) =>
      operation.mutate(raiseMarking, { noun: "ontology" as const, id: ontologyId, marking: S, reason: "it says more" }),
    );
    const { rows } = await house.admin.query<{ id: string; name: string; banner: string }>(
      "select d.id, d.name, m.banner from data.dataset d join access.marking m on m.id = d.marking_id where d.id = any ($1) order by d.name",
      [[first, second]],
    );
    expect(rows.map(({ banner }) => banner)).toEqual(["TOP SECRET//NOFORN", "TOP SECRET//NOFORN"]);
    expect(rows.map(({ name }) => name)).toEqual(["X", `X (${first.slice(0, 8)})`]);
  });

  test("I3 a dataset that is made while its ontology is raised stands at least where that does, or is refused as stale", async () => {
    const { programId } = house;
    for (let tries = 0; tries < 6; tries += 1) {
      const name = `Racing ${tries}`;
      const { id, versionId } = await as("sam", (operation) => makeOntology(operation, { programId, name }));
      const making = as("sam", (operation) => makeDataset(operation, { programId, versionId, name, marking: U }));
      const [made_, raised] = await Promise.allSettled([making, raise("sam", "ontology", id, S)]);
      // Made too late it is below what its ontology is by then, and says so.
      const codes = [made_, raised].map((one) =>
        one.status === "rejected" ? (one.reason as { code?: string }).code : "done",
      );
      expect(["done", "STALE", "MARKING_TOO_LOW"]).toContain(codes[0]);
      expect(["done", "STALE"]).toContain(codes[1]);
      const { rows } = await house.admin.query(
        `select from data.dataset d join data.ontology_version v on v.id = d.ontology_version_id
         where v.ontology_id = $1 and not access.dominates(d.marking_id, v.ontology_marking_id)`,
        [id],
      );
      expect(rows).toHaveLength(0);
    }
  });

  test("I3 is refused to whoever may not raise or not see it, and downwards", async () => {
    const { ontologyId } = await made("Refused");
    await expect(raise("ana", "ontology", ontologyId, S)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await raise("sam", "ontology", ontologyId, S);
    await expect(raise("charlotte", "ontology", ontologyId, TS)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(raise("sam", "ontology", ontologyId, U)).rejects.toMatchObject({ code: "MARKING_TOO_LOW" });
    await expect(raise("sam", "ontology", ontologyId, S)).rejects.toMatchObject({ code: "ALREADY_DONE" });
  });
});

describe("I3 a delivery is raised at once by one person", () => {
  test("I3 an approval that is given meanwhile counts, or is refused as stale", async () => {
    const { datasetId } = await made("Raised meanwhile");
    for (let tries = 0; tries < 5; tries += 1) {
      const delivery = await request(house, await house.as("petra"), datasetId);
      const approving = approve(house, await house.as("victor"), delivery);
      const done = await Promise.allSettled([approving, raise("wanda", "delivery", delivery.id, S)]);
      for (const one of done) if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "STALE" });
      const approvals = await banners(
        "select 'approval' as name, delivery_marking_id as marking_id from data.delivery_approval where delivery_id = $1",
        delivery.id,
      );
      expect(approvals.filter((each) => !each.endsWith(S))).toEqual([]);
    }
  });

  test("I3 I7 its approvals and files follow, and what was built below is not released any more", async () => {
    const { datasetId } = await made("Delivered");
    const delivery = await request(house, await house.as("petra"), datasetId);
    await approve(house, await house.as("victor"), delivery);
    await approve(house, await house.as("wanda"), delivery);
    await raise("wanda", "delivery", delivery.id, S);
    const of = await banners(
      `select 'delivery' as name, marking_id from data.delivery where id = $1
       union all select 'approval', delivery_marking_id from data.delivery_approval where delivery_id = $1
       union all select 'file', marking_id from data.blob where delivery_id = $1`,
      delivery.id,
    );
    expect(new Set(of)).toEqual(new Set([`approval ${S}`, `delivery ${S}`, `file ${S}`]));
    await expect(
      as("victor", (operation) => operation.mutate(releaseDelivery, { deliveryId: delivery.id })),
    ).rejects.toMatchObject({ code: "STALE" });
    // What the dataset holds stays where it was.
    expect(await ofDataset(datasetId)).toContain(`dataset ${U}`);
  });
});
