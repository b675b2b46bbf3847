import { closeSync, openSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "../../src/config.ts";
import { receiveContent } from "../../src/datasets/content.ts";
import { createAsset } from "../../src/datasets/commands.ts";
import { IMAGE_LIMITS } from "../../src/storage/imagery/limits.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { S, makeDataset, makeOntology } from "../access/harbor-world.ts";
import { filesBelow } from "../canary/watching.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { childProcesses } from "../views/child-processes.ts";

/** Most pixels that the house of these tests takes. */
const PIXELS = 500 * 500;
/** Of a file that is decoded in a process of its own, whatever its picture. */
const LARGE = IMAGE_LIMITS.bytesHere + 1;
const CANARY = Buffer.from("this row of pixels is nobody's but the analyst's");
/** Of the last bytes of an upload, which are kept back while somebody looks. */
const TAIL = 4_096;

/** A grey TIFF, not compressed, with the canary in every hundredth row: in whatever holds its pixels, it stands there. */
async function scene(side: number): Promise<Buffer> {
  const pixels = Buffer.alloc(side * side);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (at * 2_654_435_761) >>> 24;
  for (let row = 0; row < side; row += 100) CANARY.copy(pixels, row * side + 7);
  return sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace("b-w")
    .tiff({ compression: "none" })
    .toBuffer();
}

/** What stands there, or nothing where it has gone meanwhile. */
function whileThere<T>(look: () => readonly T[]): readonly T[] {
  try {
    return look();
  } catch {
    return [];
  }
}

/** Files that this process or one of its children has open, removed ones too: where each lies, and how it is read. */
function openFiles(): readonly { readonly path: string; readonly read: () => Buffer }[] {
  const places = [String(process.pid), ...childProcesses()].flatMap((pid) =>
    whileThere(() => readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`)),
  );
  return places.flatMap((place) =>
    whileThere(() => {
      const path = readlinkSync(place);
      const file = path.startsWith("/") && !/^\/(dev\/(?!shm)|proc|sys)/.test(path);
      return file ? [{ path, read: () => readFileSync(place) }] : [];
    }),
  );
}

let house: TestHouse;
let server: Serving;
let datasetId = "";

beforeAll(async () => {
  house = await openTestHouse({ config: { imagePixels: PIXELS } });
  server = await serve(house);
  datasetId = await house.run(await house.as("sam"), async (operation) => {
    const { versionId } = await makeOntology(operation, { programId: house.programId });
    return makeDataset(operation, { programId: house.programId, versionId, name: "Scenes" });
  });
});
afterAll(async () => {
  await server.close();
  await house.remove();
});

const asset = async (): Promise<string> =>
  house.run(await house.as("sam"), async (operation) => {
    const made = { datasetId, title: "scene", mediaType: "image/tiff", marking: S };
    return (await operation.mutate(createAsset, made)).id;
  });

/** Where the canary lies readable: below the state folder, or in a file that somebody has open. */
function readable(): string[] {
  return [...filesBelow(house.stateFolder), ...openFiles()].flatMap(({ path, read }) =>
    whileThere(() => (read().includes(CANARY) ? [path] : [])),
  );
}

describe("bytes of an original on their way in", () => {
  test("the watch of this test sees what lies unsealed, and what is open and removed", () => {
    const path = join(house.stateFolder, "unsealed");
    writeFileSync(path, CANARY);
    expect(readable()).toEqual(["unsealed"]);
    const held = openSync(path, "r");
    rmSync(path);
    expect(readable()).toEqual([`${path} (deleted)`]);
    closeSync(held);
    expect(readable()).toEqual([]);
  });

  test.each([
    ["decoded in the server", 0],
    ["decoded in a process of its own", LARGE],
  ])(
    "are on no disk unsealed at any time: %s",
    async (_name, more) => {
      // A TIFF reads what its directory names, and nothing of what stands behind.
      const original = Buffer.concat([await scene(500), Buffer.alloc(more)]);
      expect(original.includes(CANARY)).toBe(true);
      const found = new Set<string>();
      let looks = 0;
      const look = (): void => {
        looks += 1;
        for (const path of readable()) found.add(path);
      };
      const input = {
        assetId: await asset(),
        workFolder: house.house.workFolder,
        body: (async function* () {
          yield original.subarray(0, -TAIL);
          // All but the last frame of it lies in the work folder now.
          const lies = (): number =>
            filesBelow(house.house.workFolder).reduce((sum, { read }) => sum + read().length, 0);
          while (lies() < original.length - TAIL - 200_000) await sleep(50);
          look();
          yield original.subarray(-TAIL);
        })(),
      };
      const over = new AbortController();
      const apart = new Set<string>();
      const watching = (async () => {
        while (!over.signal.aborted) {
          look();
          for (const pid of childProcesses()) apart.add(pid);
          await sleep(300);
        }
      })();
      await house.run(await house.as("sam"), (operation) => operation.mutate(receiveContent, input));
      over.abort();
      await watching;
      look();
      expect(looks).toBeGreaterThan(2);
      expect([...found]).toEqual([]);
      expect(filesBelow(house.house.workFolder)).toEqual([]);
      if (more > 0) expect(apart.size).toBeGreaterThan(0);
      const opened = await server.send(await server.token("ben", "S"), {
        method: "POST",
        path: `/assets/${globalId("asset", input.assetId)}/view`,
      });
      expect(JSON.parse(opened.body.toString())).toMatchObject({ data: { width: 500, height: 500 } });
    },
    180_000,
  );

  test("leave nothing in the work folder when they are refused, cut short or too many", async () => {
    const good = await scene(300);
    const bodies = [
      [Buffer.from("this is a text"), 400],
      [good.subarray(0, 60_000), 400],
      [Buffer.concat([good.subarray(0, 60_000), Buffer.alloc(LARGE)]), 400],
      [await scene(510), 413],
    ] as const;
    for (const [body, status] of bodies) {
      const id = globalId("asset", await asset());
      const headers = { "content-type": "image/tiff" };
      const answer = await server.send(await server.token("sam", "TS"), {
        method: "PUT",
        path: `/assets/${id}/content`,
        headers,
        body,
      });
      expect(answer.status).toBe(status);
    }
    expect(filesBelow(house.house.workFolder)).toEqual([]);
  });
});

describe("how many pixels an image may have", () => {
  const put = async (side: number): Promise<number> => {
    const id = globalId("asset", await asset());
    const headers = { "content-type": "image/tiff" };
    const body = await scene(side);
    const call = { method: "PUT", path: `/assets/${id}/content`, headers, body };
    return (await server.send(await server.token("sam", "TS"), call)).status;
  };

  test("is a setting: just as many are taken, one row and column more are too large", async () => {
    expect(await put(500)).toBe(200);
    expect(await put(501)).toBe(413);
  });

  test("is 2^30 where nothing is set, and no more than the widest image can have", () => {
    expect(readConfig({}).imagePixels).toBe(IMAGE_LIMITS.pixels);
    expect(readConfig({ CAVEAT_IMAGE_PIXELS: "4294836225" }).imagePixels).toBe(IMAGE_LIMITS.side ** 2);
    for (const wrong of ["0", "-1", "1.5", "1e99", "many", "", "4294836226"])
      expect(() => readConfig({ CAVEAT_IMAGE_PIXELS: wrong })).toThrow(ConfigError);
  });
});
