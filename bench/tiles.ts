import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ApiClient } from "../src/tour/api-client.ts";
import { done } from "../src/tour/api-client.ts";
import { makeDataset, withServer } from "./bench-server.ts";
import { reporter } from "./figure.ts";
import type { Benchmark } from "./figure.ts";

const SIDES = { quick: 4_000, usual: 20_000, large: 22_000 } as const;
const TILES = 400;
const MARKING = "UNCLASSIFIED//REL TO USA, FVEY";
/** As many requests as a browser has under way to one server over HTTP/1.1. */
const AT_ONCE = 6;
/** What a window of 1280 x 720 shows of tiles at once. */
const [WINDOW_WIDTH, WINDOW_HEIGHT] = [1_280, 720];

interface View {
  readonly view: string;
  readonly width: number;
  readonly height: number;
  readonly tileSide: number;
  readonly levels: number;
}

/** A grey TIFF of one strip for each row, uncompressed: ground with some grain, so that its tiles weigh what imagery does. */
async function writeScene(path: string, side: number): Promise<void> {
  const entries: readonly (readonly [tag: number, type: 3 | 4, count: number, value: number])[] = [
    [256, 4, 1, side],
    [257, 4, 1, side],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, side, 0],
    [277, 3, 1, 1],
    [278, 4, 1, 1],
    [279, 4, side, 0],
  ];
  const directory = 8 + 2 + entries.length * 12 + 4;
  const pixels = directory + side * 8;
  const head = Buffer.alloc(pixels);
  head.write("II*\0", 0, "latin1");
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries.length, 8);
  for (const [at, [tag, type, count, value]] of entries.entries()) {
    const place = 10 + at * 12;
    head.writeUInt16LE(tag, place);
    head.writeUInt16LE(type, place + 2);
    head.writeUInt32LE(count, place + 4);
    head.writeUInt32LE(tag === 273 ? directory : tag === 279 ? directory + side * 4 : value, place + 8);
  }
  for (let row = 0; row < side; row += 1) {
    head.writeUInt32LE(pixels + row * side, directory + row * 4);
    head.writeUInt32LE(side, directory + side * 4 + row * 4);
  }
  const file = createWriteStream(path);
  file.write(head);
  let seed = 1;
  for (let y = 0; y < side; y += 1) {
    const line = Buffer.alloc(side);
    for (let x = 0; x < side; x += 1) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      line[x] = 96 + 60 * Math.sin(x / 37) * Math.cos(y / 53) + (seed >>> 28);
    }
    if (!file.write(line)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
}

/** Brings the scene in; returns the asset's id. */
async function bringIn(sam: ApiClient, path: string): Promise<string> {
  const { datasetId } = await makeDataset(sam, "Scenes", { markings: [], side: 64, dataset: MARKING });
  const { asset, uploadUrl } = done(
    await sam.mutate<{ asset: { id: string }; uploadUrl: string }>(
      { field: "assetCreate", select: "asset { id } uploadUrl" },
      { datasetId, title: "scene", mediaType: "image/tiff", marking: MARKING },
    ),
    "the asset",
  );
  const answer = await sam.upload(uploadUrl, "image/tiff", new Uint8Array(await readFile(path)));
  if (answer.status !== 200) throw new Error(`the upload was refused: ${answer.status}`);
  return asset.id;
}

/** Opens an image and fetches what a window shows of it whole; milliseconds. */
async function openScreen(url: string, token: string, assetId: string): Promise<[View, number]> {
  const headers = { authorization: `Bearer ${token}` };
  const begin = performance.now();
  const opened = await fetch(`${url}/assets/${assetId}/view`, { method: "POST", headers });
  const { data: view } = (await opened.json()) as { data: View };
  // The largest level that fits into the window, and the next one, which is what a viewer draws.
  const fits = Array.from({ length: view.levels }, (_, level) => level).filter(
    (level) => Math.max(view.width / WINDOW_WIDTH, view.height / WINDOW_HEIGHT) <= 2 ** (view.levels - 1 - level),
  );
  const level = Math.min((fits.at(-1) ?? 0) + 1, view.levels - 1);
  const scale = 2 ** (view.levels - 1 - level);
  const [columns, rows] = [view.width, view.height].map((side) => Math.ceil(side / scale / view.tileSide));
  const tiles = Array.from({ length: (columns ?? 1) * (rows ?? 1) }, (_, at) => [
    at % (columns ?? 1),
    Math.floor(at / (columns ?? 1)),
  ]);
  const fetching = Array.from({ length: AT_ONCE }, async () => {
    for (let next = tiles.pop(); next; next = tiles.pop()) {
      const tile = await fetch(`${url}/views/${view.view}/${level}/${next[0]}/${next[1]}`, { headers });
      if (tile.status !== 200) throw new Error(`a tile was refused: ${tile.status}`);
      await tile.arrayBuffer();
    }
  });
  await Promise.all(fetching);
  return [view, performance.now() - begin];
}

/** A large image from its upload to its tiles in a process that has just started. */
export const tilesBench: Benchmark = {
  summary: "an image of 20,000 x 20,000: intake, opening it in a cold process, one tile after another (--quick: 4,000)",
  run: async (folder, signal, size) => {
    const side = SIDES[size];
    const path = join(folder, "scene.tif");
    await writeScene(path, side);
    let assetId = "";
    await withServer(folder, signal, async (server) => {
      const report = reporter("tiles", server.machine);
      const begin = performance.now();
      assetId = await bringIn(await server.as("sam"), path);
      report(
        `intake of ${side} x ${side}, tiles and copy derived and sealed`,
        (performance.now() - begin) / 1_000,
        "s",
      );
    });
    await withServer(folder, signal, async (server) => {
      const report = reporter("tiles", server.machine);
      const token = await server.token("ben");
      const headers = { authorization: `Bearer ${token}` };
      const [view, cold] = await openScreen(server.url, token, assetId);
      report("opened in a cold process, first screen whole", cold / 1_000, "s", { most: 2 });
      report("opened again", (await openScreen(server.url, token, assetId))[1] / 1_000, "s");
      const last = Math.ceil(side / view.tileSide);
      const times: number[] = [];
      for (let at = 0; at < TILES; at += 1) {
        const place = `${view.levels - 1}/${(at * 7) % last}/${(at * 13) % last}`;
        const begin = performance.now();
        const tile = await fetch(`${server.url}/views/${view.view}/${place}`, { headers });
        await tile.arrayBuffer();
        if (tile.status !== 200) throw new Error(`a tile was refused: ${tile.status}`);
        times.push(performance.now() - begin);
      }
      times.sort((a, b) => a - b);
      report("a tile, checks included, p50", times[TILES / 2] ?? 0, "ms", { most: 50 });
      report("a tile, checks included, p99", times[Math.floor(TILES * 0.99)] ?? 0, "ms");
    });
  },
};
