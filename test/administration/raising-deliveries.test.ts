import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import { createAsset } from "../../src/datasets/commands.ts";
import { releaseDelivery, sealDelivery } from "../../src/deliveries/release-commands.ts";
import type { Level } from "../../src/markings/index.ts";
import type { Operation } from "../../src/policy/operation.ts";
import { globalId } from "../../src/transport/global-id.ts";
import {
  S,
  TS,
  U,
  approve,
  draw,
  makeAsset,
  makeDataset,
  makeOntology,
  request,
  review,
} from "../access/harbor-world.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { writeNitf } from "../nitf/write-nitf.ts";

const HOUR = 3_600_000;
let house: TestHouse;
let server: Serving;
let versionId = "";
let offset = 0;

beforeAll(async () => {
  const clock = (): Date => new Date(Date.now() + offset);
  house = await openTestHouse({ clock });
  server = await serve(house, { clock });
  versionId = await as("sam", "TS", async (operation) => {
    const made = await makeOntology(operation, { programId: house.programId });
    return made.versionId;
  });
});
afterAll(async () => {
  await server.close();
  await house.remove();
});

async function as<O>(handle: string, level: Level, look: (operation: Operation) => Promise<O>): Promise<O> {
  return house.run(await house.as(handle, level), look);
}

/** What a delivery is of: an image with a label that was reviewed and another one, and an image that its requester does not see. */
interface Delivered {
  readonly datasetId: string;
  readonly assetId: string;
  readonly labelId: string;
  readonly reviewId: string;
  readonly unreviewedId: string;
  readonly hiddenId: string;
}

let datasets = 0;
async function dataset(): Promise<Delivered> {
  const name = `Harbor ${(datasets += 1)}`;
  const [datasetId, assetId, hiddenId] = await as("sam", "TS", async (operation) => {
    const made = await makeDataset(operation, { programId: house.programId, versionId, name });
    const image = await makeAsset(house, operation, { datasetId: made });
    return [made, image, await makeAsset(house, operation, { datasetId: made, marking: TS })] as const;
  });
  const labelId = await as("ben", "S", (operation) => draw(operation, assetId));
  const reviewId = await as("rita", "S", (operation) => review(operation, labelId));
  const unreviewedId = await as("ben", "S", (operation) => draw(operation, assetId));
  return { datasetId, assetId, hiddenId, labelId, reviewId, unreviewedId };
}

interface Requested {
  readonly id: string;
  readonly sha384: string;
}
const requested = async ({ datasetId }: Delivered): Promise<Requested> =>
  request(house, await house.as("petra", "S"), datasetId);

async function released(delivery: Requested): Promise<void> {
  for (const handle of ["victor", "wanda"]) await approve(house, await house.as(handle, "S"), delivery);
  for (const command of [releaseDelivery, sealDelivery])
    await as("wanda", "S", (operation) => operation.mutate(command, { deliveryId: delivery.id }));
}

/** With what status the requester fetches the package, and at what the delivery stands. */
async function fetched({ id }: Requested): Promise<readonly [status: number, banner: string]> {
  const path = `/deliveries/${globalId("delivery", id)}/package`;
  const { status } = await server.send(await server.token("petra", "S"), { method: "GET", path });
  const { rows } = await house.admin.query<{ banner: string }>(
    "select m.banner from data.delivery d join access.marking m on m.id = d.marking_id where d.id = $1",
    [id],
  );
  return [status, rows[0]?.banner ?? "none"];
}

type Noun = "dataset" | "asset" | "label" | "labelReview";
const raise = (noun: Noun, id: string, marking = TS): Promise<unknown> =>
  as("sam", "TS", (operation) =>
    operation.mutate(raiseMarking, { noun, id, marking, reason: "it shows more than was thought" }),
  );

/** Something that is made beside what was delivered, and raised. */
const LATER: readonly (readonly [what: string, raised: (of: Delivered) => Promise<unknown>])[] = [
  [
    "an image",
    async ({ datasetId }) =>
      raise("asset", await as("sam", "S", (operation) => makeAsset(house, operation, { datasetId }))),
  ],
  [
    "an image without bytes",
    async ({ datasetId }) => {
      const input = { datasetId, title: "declared", mediaType: "image/png", marking: null };
      return raise("asset", (await as("sam", "S", (operation) => operation.mutate(createAsset, input))).id);
    },
  ],
  [
    "an image whose file says itself that it is more",
    async ({ datasetId }) => {
      const input = { datasetId, title: "scene", mediaType: "image/nitf", marking: null };
      const { id } = await as("sam", "S", (operation) => operation.mutate(createAsset, input));
      const { body } = await server.send(await server.token("sam", "S"), {
        method: "PUT",
        path: `/assets/${globalId("asset", id)}/content`,
        headers: { "content-type": "image/nitf" },
        body: writeNitf({ header: { clas: "T", clsy: "US", code: "SI", ctlh: "NF" } }),
      });
      expect(body.toString()).toContain('"quarantined":true');
    },
  ],
  [
    "a label on an image in it",
    async ({ assetId }) => raise("label", await as("ben", "S", (operation) => draw(operation, assetId))),
  ],
  [
    "a review of a label in it",
    async ({ unreviewedId }) =>
      raise("labelReview", await as("rita", "S", (operation) => review(operation, unreviewedId))),
  ],
  ["an image that its requester did not see", ({ hiddenId }) => raise("asset", hiddenId, "TOP SECRET//SI/TK//NOFORN")],
];

describe("I3 a delivery follows what is in it", () => {
  test.each<[Noun, (of: Delivered) => string]>([
    ["dataset", ({ datasetId }) => datasetId],
    ["asset", ({ assetId }) => assetId],
    ["label", ({ labelId }) => labelId],
    ["labelReview", ({ reviewId }) => reviewId],
  ])("I3 once released: %s in it is raised, and nobody is given it any more", async (noun, id) => {
    const of = await dataset();
    const delivery = await requested(of);
    await released(delivery);
    expect(await fetched(delivery)).toEqual([200, U]);
    await raise(noun, id(of));
    expect(await fetched(delivery)).toEqual([404, TS]);
  });

  test("I3 whatever hour is said of a label: one that was there before the delivery is in it", async () => {
    const of = await dataset();
    offset = HOUR;
    const ahead = await as("ben", "S", (operation) => draw(operation, of.assetId));
    const verdict = await as("rita", "S", (operation) => review(operation, ahead));
    offset = 0;
    const delivery = await requested(of);
    await released(delivery);
    expect(await fetched(delivery)).toEqual([200, U]);
    await raise("labelReview", verdict, S);
    expect(await fetched(delivery)).toEqual([404, S]);
    await raise("label", ahead);
    expect(await fetched(delivery)).toEqual([404, TS]);
  });
});

describe("a delivery stays where it is", () => {
  test.each(LATER)("when %s that was made later is raised: what was released is fetched on", async (_, raised) => {
    const of = await dataset();
    const delivery = await requested(of);
    await released(delivery);
    await raised(of);
    expect(await fetched(delivery)).toEqual([200, U]);
  });

  test.each(LATER)(
    "when %s is raised while it waits for its approvals: it is approved as it was asked for",
    async (_, raised) => {
      const of = await dataset();
      const delivery = await requested(of);
      await raised(of);
      await released(delivery);
      expect(await fetched(delivery)).toEqual([200, U]);
    },
  );

  test("I2 whatever hour is said of a label that its requester does not see", async () => {
    const of = await dataset();
    offset = HOUR;
    await as("ana", "TS", (operation) => draw(operation, of.assetId, TS));
    offset = 0;
    const delivery = await requested(of);
    await raise("label", await as("ben", "S", (operation) => draw(operation, of.assetId)));
    await released(delivery);
    expect(await fetched(delivery)).toEqual([200, U]);
  });
});
