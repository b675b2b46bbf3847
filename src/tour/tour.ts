import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Register } from "../markings/index.ts";
import { ApiClient } from "./api-client.ts";
import { BEN, CHARLOTTE, readMarking } from "./clearance.ts";
import type { StoryMarking } from "./clearance.ts";
import { compareDelivered } from "./comparing.ts";
import { damageArchive, damagePackage } from "./damaging.ts";
import { approveAndRelease, refusedDelivery, requestDelivery } from "./delivering.ts";
import { folderMaterial } from "./folder-material.ts";
import { harborMaterial } from "./harbor-material.ts";
import { keep } from "./keeping.ts";
import { drawLabels } from "./labeling.ts";
import { loadAndMark } from "./loading.ts";
import type { Material } from "./material.ts";
import type { Environment } from "./outside.ts";
import { startOwnServer } from "./own-server.ts";
import type { OwnServer } from "./own-server.ts";
import { unpack } from "./package-files.ts";
import { review } from "./reviewing.ts";
import { refusedLikeAbsent, seesExactly } from "./seeing.ts";
import { several, told, toldEqual } from "./story.ts";
import type { Story } from "./story.ts";
import { exportAndVerify, fetchAndVerify, fetchTrust, verifyWithOpenssl } from "./verifying.ts";

/** How the tour is run. */
export interface TourOptions {
  /** Folder of images with annotations; null for the harbor. */
  readonly images: string | null;
  /** Marking of the images that are not held back. */
  readonly marking: StoryMarking;
  /** Folder that gets archive, package and pictures; null keeps nothing. */
  readonly keep: string | null;
  readonly register: Register;
  /** Environment of the programs that the tour starts, without settings of a server. */
  readonly env: Environment;
  /** Installation whose demonstration issuer signs the tokens. */
  readonly tokenFor: (stateFolder: string, handle: string) => Promise<string>;
  readonly story: Story;
  /** Gets what the server logged, when a step did not come out as told. */
  readonly complain: (lines: string) => void;
  /** Ends the tour early; everything is cleaned up first. */
  readonly signal: AbortSignal;
}

const CAST = ["sam", "ana", "ben", "charlotte", "rita", "petra", "victor", "wanda", "otto"] as const;
type Cast = Readonly<Record<(typeof CAST)[number], ApiClient>>;

async function castOf(server: OwnServer, state: string, options: TourOptions): Promise<Cast> {
  const people = await Promise.all(
    CAST.map(
      async (handle) => [handle, new ApiClient(server.url, handle, await options.tokenFor(state, handle))] as const,
    ),
  );
  return Object.fromEntries(people) as unknown as Cast;
}

/** Everything between the start of the server and its end. */
async function tell(options: TourOptions, cast: Cast, folder: string, prepared: Promise<Material>): Promise<void> {
  const { story, env } = options;
  const { sam, ana, ben, charlotte, rita, petra, otto } = cast;
  const step: Story["step"] = (name, title, act) => {
    options.signal.throwIfAborted();
    return story.step(name, title, act);
  };
  const read = (text: string): StoryMarking => {
    const marking = readMarking(text, options.register);
    told(marking !== null, `the register does not know ${text}`);
    return marking;
  };
  const loaded = await step("load", "Sam, the data steward, loads imagery and marks it", async (say) =>
    loadAndMark(say, sam, await prepared, options.marking, read),
  );
  const drawn = await step("label", "Ana, an analyst, labels it", (say) => drawLabels(say, ana, loaded));
  await step("clearance", "Ben, cleared to SECRET, is refused what is above him", async (say) => {
    await refusedLikeAbsent(say, ben, loaded);
    await seesExactly(say, ben, BEN, loaded, drawn);
  });
  await step("release", "Charlotte, of Great Britain, sees what is released to her", async (say) => {
    await seesExactly(say, charlotte, CHARLOTTE, loaded, drawn);
  });
  const accepted = await step("review", "Rita reviews; nobody reviews their own work", (say) =>
    review(say, rita, ana, drawn, loaded.material),
  );
  const shelf = { folder, trust: await fetchTrust(otto, folder), env };
  const first = await step(
    "archive",
    "Otto, the compliance officer, verifies the log with the separate verifier",
    (say) => exportAndVerify(say, otto, shelf, "log-1.ndjson", null),
  );
  await step("refused-delivery", "Petra, the program officer, asks for a delivery that may not leave", (say) =>
    refusedDelivery(say, petra, loaded, drawn),
  );
  const requested = await step("request", "Petra asks for one that may", (say) =>
    requestDelivery(say, petra, loaded, drawn),
  );
  const path = await step("approve", "Two others approve exactly these bytes, and it is released", (say) =>
    approveAndRelease(say, cast, requested),
  );
  const tar = await step("fetch", "Petra fetches the delivery and verifies it offline", (say) =>
    fetchAndVerify(say, petra, shelf, path),
  );
  const unpacked = await unpack(tar, join(folder, "delivery"));
  await step("openssl", "openssl, which knows nothing of Caveat, verifies it too", (say) =>
    verifyWithOpenssl(say, shelf, unpacked.folder),
  );
  await step("compare", "What left is what went in", async (say) =>
    compareDelivered(say, unpacked, loaded, drawn, accepted),
  );
  const last = await step("archive-again", "Otto verifies the log again, against the checkpoint that he kept", (say) =>
    exportAndVerify(say, otto, shelf, "log.ndjson", first.checkpoint),
  );
  await step("damage-archive", "Somebody changes one byte of the archive", (say) =>
    damageArchive(say, shelf, last.archive),
  );
  await step("damage-delivery", "Somebody changes one byte of the delivery", (say) => damagePackage(say, shelf, tar));
  if (options.keep !== null) await keep(options.keep, shelf, last.archive, tar, unpacked, loaded);
}

/** Ends the server in order and removes everything, whatever happened before. */
async function leaveNothing(
  server: OwnServer | null,
  folder: string,
): Promise<{ code: number | string; left: string[] }> {
  const code = server === null ? 0 : await server.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  return { code, left: [...(server?.leftovers() ?? []), ...(existsSync(folder) ? [folder] : [])] };
}

/**
 * Runs the tour: a server of its own, the main job through the public API alone as nine people, and nothing left behind.
 * Every step is told as it ends. Throws TourError (or the signal's reason) when a step did not come out as told; what was
 * started is ended and removed first.
 */
export async function runTour(options: TourOptions): Promise<void> {
  const { story } = options;
  const folder = await mkdtemp(join(tmpdir(), "caveat-tour-"));
  const state = join(folder, "state");
  // Drawn or read while the server starts; what goes wrong with it is told in the step that needs it.
  const prepared = options.images === null ? harborMaterial() : folderMaterial(options.images);
  prepared.catch(() => undefined);
  const server = { running: null as OwnServer | null };
  try {
    await mkdir(state, { mode: 0o700 });
    const own = await story.step("start", "Caveat starts on a free port", async (say) => {
      const started = await startOwnServer(state, options.env, options.signal);
      server.running = started;
      say.say(
        `${started.url}, demonstration mode, process ${started.pid}; database, keys and log in a folder that goes at the end.`,
      );
      say.figure("url", started.url);
      return started;
    });
    await tell(options, await castOf(own, state, options), folder, prepared);
  } catch (error) {
    await leaveNothing(server.running, folder);
    // After its end, because it writes its log a moment after its answer.
    const lines = server.running?.lastLines() ?? "";
    if (lines !== "") options.complain(lines);
    throw error;
  }
  await story.step("leave", "Caveat drains, ends, and leaves nothing behind", async (say) => {
    const { code, left } = await leaveNothing(server.running, folder);
    toldEqual<number | string>(code, 0, "exit code of the server");
    toldEqual(left.join(", "), "", "what was left behind");
    say.say(
      `SIGTERM, exit code 0; no process and no file is left${options.keep === null ? "" : ` but what was kept in ${options.keep}`}.`,
    );
    say.figure("exitCode", code);
  });
  const skipped = story.skipped === 0 ? "" : `, ${several(story.skipped, "step")} skipped`;
  story.aside(`${several(story.steps, "step")}, ${several(CAST.length, "person", "people")}, all as told${skipped}.`);
}
