import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { House } from "../composition/house.ts";
import { createAsset, createDataset } from "../datasets/commands.ts";
import { pageOfProgram } from "../datasets/queries.ts";
import { receiveContent } from "../datasets/content.ts";
import type { Principal } from "../identity/principal.ts";
import { createLabel } from "../labeling/commands.ts";
import { createOntology } from "../labeling/ontology-commands.ts";
import { addTasks, createProject } from "../labeling/project-commands.ts";
import type { Operation } from "../policy/operation.ts";
import { rasterizeSvg } from "../storage/imagery/rasterize.ts";
import type { HarborObject } from "../tour/harbor/scene.ts";
import { harborScenes } from "../tour/harbor/scenes.ts";
import { seedDemonstration } from "./seed.ts";
import { demonstrationPeople, demonstrationSignIn } from "./sign-in.ts";
import type { SignIn } from "./sign-in.ts";

const SEED = 7;
const RELEASED = "SECRET//REL TO USA, FVEY";
const GUIDELINES =
  "Draw an upright box around every object that you can name, as tight as its pixels allow. Of what lies half in the image draw the half that is there. Leave shadows and wakes out. Trace edges of wharves with a line, and set a waypoint on what ships steer by.";
/** What a label may say beside its class. */
const VESSEL_ATTRIBUTES = [
  { key: "type", type: "choice", required: false, choices: ["container", "tanker", "ferry", "patrol", "tug", "yacht"] },
  { key: "underway", type: "boolean", required: false },
  { key: "note", type: "text", required: false },
] as const;
/** Classes that are no boxes. The page lists classes by name: these come after what is drawn. */
const TRACED = [
  { key: "waypoint", name: "waypoint", shapes: ["point"], attributes: [] },
  { key: "wharf", name: "wharf edge", shapes: ["polyline"], attributes: [] },
] as const;
const CLOSE_HOLD = "TOP SECRET//TK//NOFORN";

/** A drawn scene with the truth of what is in it. */
export interface DemonstrationImage {
  readonly title: string;
  readonly png: Uint8Array;
  readonly objects: readonly HarborObject[];
}

/** Draws the two scenes that the demonstration begins with; takes a second or two, so it is begun before the database. */
export function drawDemonstration(): Promise<DemonstrationImage[]> {
  const scenes = harborScenes(SEED).slice(0, 2);
  return Promise.all(
    scenes.map(async ({ title, svg, width, height, objects }) => ({
      title,
      objects,
      png: await rasterizeSvg(svg, { width, height }),
    })),
  );
}

type As = (handle: string) => Promise<Principal>;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function through<O>(
  house: House,
  principal: Principal,
  operation: string,
  act: (operation: Operation) => Promise<O>,
): Promise<O> {
  const opened = await house.door.open(principal, {
    transport: "command",
    operation,
    fields: [],
    digest: "",
    source: "demonstration",
    honors: [],
  });
  const result = await act(opened);
  await opened.close();
  return result;
}

/** Loads two harbor scenes with a few labels, through the door like everything else: one released, one close-hold. */
async function loadImagery(
  house: House,
  as: As,
  programId: string,
  images: readonly DemonstrationImage[],
): Promise<void> {
  const [first, second] = images;
  if (!first || !second) throw new Error("no imagery");
  const sam = await as("sam");
  const made = await through(house, sam, "load demonstration", async (operation) => {
    const keys = [...new Set([...first.objects, ...second.objects].map((object) => object.classKey))].sort();
    const drawn = keys.map((key) => ({
      key,
      name: key,
      shapes: ["box", "rotatedBox", "polygon"],
      attributes: key === "vessel" ? VESSEL_ATTRIBUTES : [],
    }));
    const classes = [...drawn, ...TRACED].map((definition) => ({ definition, marking: null }));
    const ontology = await operation.mutate(createOntology, {
      programId,
      name: "Harbor objects",
      marking: "UNCLASSIFIED//REL TO USA, FVEY",
      classes,
    });
    const version = await operation.nested((grant) =>
      grant.read.all("ontologyVersion", { parent: "ontology", id: ontology.id }, 1),
    );
    const dataset = await operation.mutate(createDataset, {
      programId,
      name: "Harbor overview",
      marking: RELEASED,
      ontologyVersionId: version[0]?.id ?? "",
      compilation: null,
    });
    const assets = [];
    for (const [image, marking] of [
      [first, null],
      [second, CLOSE_HOLD],
    ] as const) {
      const asset = await operation.mutate(createAsset, {
        datasetId: dataset.id,
        title: image.title,
        mediaType: "image/png",
        marking,
      });
      await operation.mutate(receiveContent, {
        assetId: asset.id,
        body: once(image.png),
        workFolder: house.workFolder,
      });
      assets.push({ id: asset.id, objects: image.objects });
    }
    const project = await operation.mutate(createProject, {
      datasetId: dataset.id,
      name: "Vessels and vehicles in the harbor",
      opinions: 1,
      reviewed: true,
      leaseSeconds: 900,
      skipLimit: 3,
      marking: null,
      readers: null,
      guidelines: GUIDELINES,
    });
    const assetIds = assets.map(({ id }) => id);
    await operation.mutate(addTasks, { projectId: project.id, assetIds, priority: 5, marking: null });
    return assets;
  });
  await through(house, await as("ana"), "label demonstration", async (operation) => {
    for (const asset of made) {
      for (const object of asset.objects.slice(0, 3)) {
        await operation.mutate(createLabel, {
          assetId: asset.id,
          classKey: object.classKey,
          shape: object.rotatedBox,
          attributes: {},
          marking: null,
        });
      }
    }
  });
}

/** Loads the demonstration into an empty database and notes its people for `caveat token`. Returns what signs them in. */
export async function loadDemonstration(house: House, drawing: () => Promise<DemonstrationImage[]>): Promise<SignIn> {
  await seedDemonstration(house.admin, house.office, house.config.installation);
  const people = await demonstrationPeople(house);
  await writeFile(join(house.config.stateFolder, "people.json"), `${JSON.stringify(people, null, 2)}\n`, {
    mode: 0o600,
  });
  const signIn = await demonstrationSignIn(house, people);
  const as: As = async (handle) => {
    const token = await signIn(handle, people[handle]?.clearance ?? "U");
    if (token === null) throw new Error("no such person");
    return house.authenticator.principal(`Bearer ${token}`);
  };
  const sam = await as("sam");
  const [programId] = [...sam.programs];
  if (programId === undefined) return signIn;
  const held = await through(house, sam, "look at demonstration", (operation) =>
    operation.nested((grant) => pageOfProgram(grant, "dataset", programId, { first: 1, after: null })),
  );
  // Also after a start that was cut off between the people and the imagery.
  if (held.rows.length === 0) await loadImagery(house, as, programId, await drawing());
  return signIn;
}
