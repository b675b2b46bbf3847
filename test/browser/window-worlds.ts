import { createAsset } from "../../src/datasets/commands.ts";
import { receiveContent } from "../../src/datasets/content.ts";
import { addTasks, createProject } from "../../src/labeling/project-commands.ts";
import type { Operation } from "../../src/policy/operation.ts";
import { S, TS, makeDataset, request } from "../access/harbor-world.ts";
import { HIDDEN_NAME, as } from "../access/two-worlds.ts";
import type { Common } from "../access/two-worlds.ts";
import { openWorlds } from "../hidden/worlds.ts";
import type { Worlds } from "../hidden/worlds.ts";
import type { TestHouse } from "../house.ts";
import { writeNitf } from "../nitf/write-nitf.ts";
import type { NitfFields } from "../nitf/write-nitf.ts";
import { TaskWorld } from "../tasks/task-world.ts";
import { ANY_LOOPBACK } from "../../src/identity/own-origin.ts";

/** As many as the page lists at once: one more, hidden, must not make another page. */
const DATASETS = 10;
const PROJECTS = 50;

/** Names of what both worlds hold, as the windows find it. */
export const NAMES = { many: "Many", toLabel: "Ships", toHandIn: "Coast", toJudge: "Judged", file: "north" } as const;

const EMPTY = { opinions: 1, reviewed: true, leaseSeconds: 60, skipLimit: 1, readers: null, guidelines: null } as const;

/** A file of which this house does not believe its own marking. */
async function quarantined(
  house: TestHouse,
  operation: Operation,
  datasetId: string,
  file: { readonly title: string; readonly marking: string; readonly fields: NitfFields },
): Promise<void> {
  const { title, marking, fields } = file;
  const { id: assetId } = await operation.mutate(createAsset, { datasetId, title, mediaType: "image/nitf", marking });
  const body = (async function* () {
    yield writeNitf(fields);
  })();
  await operation.mutate(receiveContent, { assetId, body, workFolder: house.house.workFolder });
}

const UNKNOWN_WORD = { clas: "S", clsy: "US", ctlh: "NF", code: "QZ" } as const;

/** What both worlds hold beside: full pages, and something at every desk. */
async function addCommon(house: TestHouse, { datasetId, versionId, assetId, emptyAssetId }: Common): Promise<void> {
  const { programId } = house;
  await as(
    house,
    "sam",
    async (operation) => {
      const many = await makeDataset(operation, { programId, versionId, name: NAMES.many });
      for (let at = 1; at <= DATASETS - 2; at += 1)
        await makeDataset(operation, { programId, versionId, name: `Few ${at}` });
      for (let at = 1; at <= PROJECTS; at += 1) {
        await operation.mutate(createProject, { datasetId: many, name: `Many ${at}`, marking: null, ...EMPTY });
      }
      await quarantined(house, operation, datasetId, {
        title: NAMES.file,
        marking: S,
        fields: { header: UNKNOWN_WORD },
      });
    },
    "S",
  );
  const tasks = TaskWorld.of(house, datasetId, [assetId, emptyAssetId]);
  await tasks.project({ name: NAMES.toHandIn, leaseSeconds: 28_800 }, [assetId]);
  const judged = await tasks.project({ name: NAMES.toJudge, leaseSeconds: 28_800 });
  const ben = await house.as("ben", "S");
  const held = await tasks.next(ben, judged);
  if (held) await tasks.submit(ben, held);
  await request(house, await house.as("petra", "S"), datasetId);
}

/** What only one of them holds: one more of each, above what the windows' people may see. */
async function addHidden(house: TestHouse, { datasetId, assetId, emptyAssetId }: Common): Promise<void> {
  const tasks = TaskWorld.of(house, datasetId, [assetId, emptyAssetId]);
  const { rows } = await house.admin.query<{ id: string; name: string }>("select id, name from data.project");
  const idOf = (name: string): string => rows.find((row) => row.name === name)?.id ?? "";
  const datasets = await house.admin.query<{ id: string }>("select id from data.dataset where name = $1", [NAMES.many]);
  await as(house, "sam", async (operation) => {
    for (const name of [NAMES.toHandIn, NAMES.toJudge]) {
      const input = { projectId: idOf(name), assetIds: [assetId, emptyAssetId], priority: 9, marking: TS };
      await operation.mutate(addTasks, input);
    }
    const many = datasets.rows[0]?.id ?? "";
    await operation.mutate(createProject, { datasetId: many, name: `${HIDDEN_NAME} 2`, marking: TS, ...EMPTY });
    await quarantined(house, operation, datasetId, {
      title: HIDDEN_NAME,
      marking: TS,
      fields: { header: UNKNOWN_WORD },
    });
  });
  const ana = await house.as("ana");
  for (const name of [NAMES.toHandIn, NAMES.toJudge]) {
    const held = await tasks.next(ana, idOf(name));
    if (held) await tasks.submit(ana, held);
  }
}

/** Opens two worlds with full pages and something at every desk, served to browsers; whether their clock runs. */
export const openWindowWorlds = (runs = false): Promise<Worlds> =>
  openWorlds({ common: addCommon, hidden: addHidden, origin: ANY_LOOPBACK, runs });
