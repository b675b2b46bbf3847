import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { makeDisplayCopy } from "../src/storage/imagery/display-copy.ts";
import { rasterizeSvg } from "../src/storage/imagery/rasterize.ts";
import { thumbnailLevel } from "../src/storage/imagery/tile-pack.ts";
import { packageRoot } from "../src/storage/package-root.ts";
import { machineWith, reporter } from "./figure.ts";
import type { Benchmark, Report, Size } from "./figure.ts";

const LABELS = 10_000;
const FRAMES = { quick: 120, usual: 300, large: 900 } as const;
/** An image that fits into one tile eight times less fine. */
const [IMAGE, TILE, LEVELS] = [8_000, 256, 14];
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

interface Changes {
  readonly hits: readonly number[];
  readonly changes: readonly number[];
}

/** A tile of noise, so that drawing it is what drawing imagery is; a JPEG as tiles are. */
async function tile(): Promise<Uint8Array> {
  const drawn = await rasterizeSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${TILE}" height="${TILE}"><filter id="n"><feTurbulence baseFrequency="0.2" numOctaves="2"/></filter><rect width="${TILE}" height="${TILE}" filter="url(#n)"/></svg>`,
    { width: TILE, height: TILE },
  );
  return (await makeDisplayCopy(drawn)).bytes;
}

/** Serves the page and one tile in all places, to this machine only. */
async function serve(folder: string): Promise<Server> {
  const picture = Buffer.from(await tile());
  const view = { view: "v", width: IMAGE, height: IMAGE, tileSide: TILE, levels: LEVELS };
  const served = { ...view, thumbnail: thumbnailLevel(view) };
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    if (request.method === "POST") {
      const until = new Date(Date.now() + 3_600_000).toISOString();
      response.setHeader("content-type", "application/json").end(JSON.stringify({ data: { ...served, until } }));
    } else if (path.startsWith("/views/")) response.setHeader("content-type", "image/jpeg").end(picture);
    else
      readFile(join(folder, path)).then(
        (bytes) => response.setHeader("content-type", TYPES[extname(path)] ?? "text/plain").end(bytes),
        () => response.writeHead(404).end(),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0;

const perSecond = (times: readonly number[]): number =>
  (times.length * 1_000) / times.reduce((sum, one) => sum + one, 0);

/** Views with and without labels, turn by turn, so that what else the machine does falls on both. */
async function look(ask: <T>(text: string) => Promise<T>, report: Report, size: Size): Promise<void> {
  for (const view of await ask<string[]>("measured.views")) {
    const turnOf = (count: number): Promise<number[]> =>
      ask<number[]>(`measured.looked(${JSON.stringify(view)}, ${count}, ${FRAMES[size] / 3})`);
    const [bare, full]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < 3; turn += 1) {
      bare.push(...(await turnOf(0)));
      full.push(...(await turnOf(LABELS)));
    }
    report(`${view}: frames without labels`, perSecond(bare), "/s");
    report(`${view}: frames with ${LABELS} labels`, perSecond(full), "/s");
    report(`${view}: share of the frames without labels`, perSecond(full) / perSecond(bare), "", { least: 0.8 });
    report(`${view}: a frame without labels, p95`, percentile(bare, 0.95), "ms");
    report(`${view}: a frame with labels, p95`, percentile(full, 0.95), "ms", { most: 33 });
  }
}

/**
 * The modules that the workbench draws with, in Chromium without a graphics card, on a page that this serves itself with
 * generated labels: a draft holds half a mebibyte, and 10,000 labels are more.
 */
export const workbenchBench: Benchmark = {
  summary:
    "10,000 labels on one image in Chromium, drawn by software: frames, hit tests, changes, the list, tiles in another light",
  run: async (folder, signal, size) => {
    const { build } = await import("vite");
    const root = packageRoot();
    await build({
      configFile: false,
      root: join(root, "web", "bench"),
      base: "./",
      logLevel: "warn",
      build: { outDir: join(folder, "page"), target: "es2023", emptyOutDir: true, modulePreload: false, minify: false },
    });
    const server = await serve(join(folder, "page"));
    const { chromium } = await import("playwright-core");
    const asRoot = process.getuid?.() === 0;
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--disable-gpu", ...(asRoot ? ["--no-sandbox"] : [])],
      chromiumSandbox: !asRoot,
    });
    const stop = (): void => void browser.close();
    signal.addEventListener("abort", stop);
    try {
      const page = await browser.newPage({ viewport: { width: 1_280, height: 720 } });
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
      await page.waitForFunction("globalThis.measured !== undefined");
      const ask = <T>(text: string): Promise<T> => page.evaluate<T>(text);
      const report = reporter("workbench", machineWith(null));
      await look(ask, report, size);
      const { hits, changes } = await ask<Changes>(`measured.changed(${LABELS})`);
      report(`hit test among ${LABELS}, p50`, percentile(hits, 0.5), "ms");
      report(`hit test among ${LABELS}, p99`, percentile(hits, 0.99), "ms", { most: 2 });
      report("a label moved until it is on the screen, all in view, p95", percentile(changes, 0.95), "ms");
      const { first, again } = await ask<{ first: number; again: number[] }>(`measured.listed(${LABELS})`);
      report(`the list of ${LABELS}, made`, first, "ms");
      report(`the list of ${LABELS}, brought up to date, p95`, percentile(again, 0.95), "ms");
      const { table, filter, drawn } = await ask<{ table: number; filter: number; drawn: number }>("measured.lit()");
      report("a screen of tiles drawn as they are", drawn, "ms");
      report("a screen of tiles in another light, once, by a table", table, "ms");
      report("a screen of tiles in another light, at each frame, by a filter of the canvas", filter, "ms");
    } finally {
      signal.removeEventListener("abort", stop);
      await browser.close();
      server.close();
    }
    signal.throwIfAborted();
  },
};
