import { request as begin } from "node:http";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAsset } from "../../src/datasets/commands.ts";
import { IMAGE_LIMITS } from "../../src/storage/imagery/limits.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { S, makeDataset, makeOntology } from "../access/harbor-world.ts";
import { filesBelow } from "../canary/watching.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { outcomesOf } from "../ledger/house-ledger.ts";
import { header } from "../server/http.ts";
import type { HttpAnswer } from "../server/http.ts";

const PIXELS = 4_000_000;
const LINES = { "content-type": "image/png", accept: "application/x-ndjson" };
const PLAIN = { "content-type": "image/png" };
const PERCENTS = Array.from({ length: 100 }, (_, at) => ({ derived: at + 1 }));
const COMMAND = "assetContentReceive";

interface Last {
  readonly status: number;
  readonly answer: { readonly data?: { readonly id: string }; readonly extensions?: { readonly receipt: string } };
}

/** A picture that does not compress. Behind its last byte nothing is read, so a file may be as large as it likes. */
const picture = (width: number, height: number): Promise<Buffer> =>
  sharp({
    create: { width, height, channels: 3, background: "#000000", noise: { type: "gaussian", mean: 120, sigma: 30 } },
  })
    .png({ compressionLevel: 1 })
    .toBuffer();

/** The same in a file that is decoded in a process of its own. */
const apart = (png: Buffer): Buffer => Buffer.concat([png, Buffer.alloc(IMAGE_LIMITS.bytesHere)]);

let house: TestHouse;
let server: Serving;
let datasetId = "";
let large: Buffer;
let small: Buffer;

beforeAll(async () => {
  [large, small] = [apart(await picture(2_000, 1_700)), await picture(300, 200)];
  house = await openTestHouse({ config: { imagePixels: PIXELS } });
  server = await serve(house);
  datasetId = await house.run(await house.as("sam"), async (operation) => {
    const { versionId } = await makeOntology(operation, { programId: house.programId });
    return makeDataset(operation, { programId: house.programId, versionId, name: "Told" });
  });
});
afterAll(async () => {
  await server.close();
  await house.remove();
});

const asset = async (): Promise<string> =>
  house.run(await house.as("sam"), async (operation) => {
    const made = { datasetId, title: "told", mediaType: "image/png", marking: S };
    return globalId("asset", (await operation.mutate(createAsset, made)).id);
  });

const put = async (id: string, body: Buffer, headers: Readonly<Record<string, string>> = LINES, who = "sam") =>
  server.send(await server.token(who, who === "sam" ? "TS" : "S"), {
    method: "PUT",
    path: `/assets/${id}/content`,
    headers,
    body,
  });

const linesOf = ({ body }: Pick<HttpAnswer, "body">): unknown[] => {
  const lines = body.toString().split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => JSON.parse(line) as unknown);
};

/** Sends a picture and calls `heard` with every piece of the answer as it comes; `false` hangs up. */
async function listen(id: string, body: Buffer, heard: (text: string) => boolean): Promise<string> {
  const headers = { ...LINES, authorization: `Bearer ${await server.token("sam", "TS")}` };
  return new Promise((resolve, reject) => {
    const outgoing = begin(`${server.url}/assets/${id}/content`, { method: "PUT", headers, agent: false });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      let text = "";
      incoming.on("data", (piece: Buffer) => {
        text += piece.toString();
        if (heard(piece.toString())) return;
        resolve(text);
        incoming.destroy();
      });
      incoming.on("error", () => undefined);
      incoming.on("end", () => resolve(text));
    });
    outgoing.end(body);
  });
}

describe("how much is made of an image, told to who uploads it", () => {
  test("comes percent by percent while it is made, and the answer after it is what it is for whoever asks for no lines", async () => {
    const [id, plain] = [await asset(), await asset()];
    const heard: string[] = [];
    const text = await listen(id, large, (piece) => heard.push(piece) > 0);
    const lines = linesOf({ body: Buffer.from(text) });
    expect(lines.slice(0, -1)).toEqual(PERCENTS);
    // In more pieces than a few: it was told while it went on.
    expect(heard.length).toBeGreaterThan(20);
    const { status, answer } = lines.at(-1) as Last;
    expect(status).toBe(200);
    const whole = await put(plain, small, PLAIN);
    expect(whole.status).toBe(200);
    const { data, extensions } = JSON.parse(whole.body.toString()) as Last["answer"];
    expect(answer).toEqual({
      data: { ...data, id },
      extensions: { ...extensions, receipt: answer.extensions?.receipt },
    });
  }, 90_000);

  test("I4 the answer comes after its outcome: while percents are told there is none", async () => {
    const before = (await outcomesOf(house, COMMAND)).length;
    const whileTold: Promise<number>[] = [];
    const text = await listen(await asset(), large, () => {
      if (whileTold.length === 0) whileTold.push(outcomesOf(house, COMMAND).then(({ length }) => length));
      return true;
    });
    expect(await Promise.all(whileTold)).toEqual([before]);
    expect(linesOf({ body: Buffer.from(text) }).at(-1)).toMatchObject({ status: 200 });
    expect((await outcomesOf(house, COMMAND)).at(-1)).toMatchObject({ result: "answered", error: null });
  }, 90_000);

  test("I2 is the same bytes of every image, large or small, before the answer", async () => {
    const ends = [await put(await asset(), small), await put(await asset(), large)].map((answer) => {
      expect([answer.status, header(answer, "content-type")]).toEqual([200, LINES.accept]);
      const text = answer.body.toString();
      return text.slice(0, text.indexOf('{"status"'));
    });
    expect(ends[0]).toBe(ends[1]);
    expect(ends[0]).toBe(PERCENTS.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }, 90_000);

  test("is told to nobody who is refused before: the constant answer, with its status, as without lines", async () => {
    const there = await asset();
    await put(there, small, PLAIN);
    const refused: [string, Buffer, number, string?][] = [
      [await asset(), Buffer.from("this is a text"), 400],
      [await asset(), await picture(2_001, 2_000), 413],
      [globalId("asset", "00000000-0000-7000-8000-000000000000"), small, 404],
      ["nothing", small, 404],
      // Who may not load images there learns as much as of one that is not there.
      [await asset(), small, 404, "ben"],
    ];
    for (const [id, body, status, who] of refused) {
      const [told, plain] = [await put(id, body, LINES, who), await put(id, body, PLAIN, who)];
      expect([told.status, plain.status]).toEqual([status, status]);
      expect([told.headers, told.body]).toEqual([plain.headers, plain.body]);
    }
  });

  test("ends with the constant answer where the image turns out to be damaged, or to have its bytes", async () => {
    const damaged = Buffer.from(large);
    const within = Math.floor((large.length - IMAGE_LIMITS.bytesHere) * 0.7);
    damaged.fill(0, within, within + 64);
    const there = await asset();
    await put(there, small, PLAIN);
    for (const [id, body, most] of [
      [await asset(), damaged, 49],
      [there, small, 100],
    ] as const) {
      const told = await put(id, body);
      const plain = await put(id, body, PLAIN);
      expect([told.status, plain.status]).toEqual([200, 400]);
      const lines = linesOf(told);
      expect(lines.pop()).toEqual({ status: 400, answer: JSON.parse(plain.body.toString()) as unknown });
      expect(lines).toEqual(PERCENTS.slice(0, lines.length));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.length).toBeLessThanOrEqual(most);
    }
    expect(filesBelow(house.house.workFolder)).toEqual([]);
  }, 90_000);

  test("is told only where nothing else is accepted, for else it is the answer that is waited for", async () => {
    for (const accept of ["*/*", "application/json", "application/json, application/x-ndjson", "text/html"]) {
      const answer = await put(await asset(), small, { ...PLAIN, accept });
      expect([answer.status, header(answer, "content-type")]).toEqual([200, "application/json; charset=utf-8"]);
    }
  });

  test("who hangs up in the midst of it does not end it: the image is there after it, and his turns are free again", async () => {
    const before = (await outcomesOf(house, COMMAND)).length;
    for (let times = 0; times < 3; times += 1) {
      const text = await listen(await asset(), large, () => false);
      expect(text.startsWith('{"derived":1}\n')).toBe(true);
    }
    await expect
      .poll(async () => (await outcomesOf(house, COMMAND)).slice(before).map(({ result }) => result), {
        timeout: 60_000,
      })
      .toEqual(["answered", "answered", "answered"]);
    expect((await put(await asset(), small)).status).toBe(200);
  }, 120_000);
});
