import { deflateSync } from "node:zlib";
import type { HostileCall } from "./hostile-call.ts";
import { call, sendBytes } from "./http.ts";
import type { HttpAnswer } from "./http.ts";
import { absentLike } from "./hostile-world.ts";
import type { HostileWorld } from "./hostile-world.ts";
import { pngChunk } from "../png-chunk.ts";

type Aim = (world: HostileWorld) => string;

const SAM = { handle: "sam" } as const;

function upload(name: string, bytes: Buffer, expect: HostileCall["expect"], type = "image/png"): HostileCall {
  return {
    name,
    expect,
    record: "request",
    as: SAM,
    send: (world, token) => put(world, token, world.emptyAsset, bytes, { "content-type": type }),
  };
}

/** Uploads to an asset. */
export function put(
  world: HostileWorld,
  token: string,
  asset: string,
  body: Buffer | AsyncIterable<Buffer>,
  headers: Readonly<Record<string, string>> = { "content-type": "image/png" },
): Promise<HttpAnswer> {
  const path = `/assets/${asset}/content`;
  return call(world.server.url, {
    method: "PUT",
    path,
    headers: { authorization: `Bearer ${token}`, ...headers },
    body,
  });
}

/** Fetches a path. */
export function get(world: HostileWorld, token: string, path: string): Promise<HttpAnswer> {
  return call(world.server.url, { method: "GET", path, headers: { authorization: `Bearer ${token}` } });
}

function download(name: string, path: Aim, as?: HostileCall["as"]): HostileCall {
  const send: HostileCall["send"] = (world, token) => get(world, token, path(world));
  return { name, expect: "NOT_FOUND", record: "request", send, ...(as ? { as } : {}) };
}

/** The first answer among bytes, as `call` would give it. */
function parseAnswer(bytes: Buffer): HttpAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  const [first = "", ...lines] = bytes.subarray(0, Math.max(end, 0)).toString("latin1").split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const length = Number(headers.find(([name]) => name === "content-length")?.[1]);
  return { status: Number(first.split(" ")[1] ?? 0), headers, body: bytes.subarray(end + 4, end + 4 + length) };
}

function wire(
  name: string,
  bytes: (world: HostileWorld, token: string) => string,
  change: Partial<HostileCall> & { readonly afterwards?: string } = {},
): HostileCall {
  const { afterwards, ...rest } = change;
  return {
    name,
    expect: "INVALID_REQUEST",
    record: "malformed",
    send: async (world, token) => {
      const sent = { bytes: bytes(world, token), ...(afterwards === undefined ? {} : { afterwards }) };
      return parseAnswer(await sendBytes(world.server.url, sent));
    },
    ...rest,
  };
}

/** A gray PNG (ISO 15948) whose header states a size; only the first `rows` rows are there. */
export function grayPng(width: number, height: number, rows = height): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.alloc((width + 1) * rows));
  return Buffer.concat([
    signature,
    pngChunk("IHDR", header),
    pngChunk("IDAT", data),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Uploads, downloads and requests that are no good HTTP. */
export const FILES: readonly HostileCall[] = [
  upload("a text named .png", Buffer.from("a,b\n1,2\n"), "INVALID_REQUEST"),
  upload("a PNG whose header says 60,000 x 60,000", grayPng(60_000, 60_000, 1), "TOO_LARGE"),
  upload("a PNG of 16 million pixels in 20 KB", grayPng(11_000, 11_000), "INVALID_REQUEST"),
  upload("a PNG without its second half", grayPng(300, 300).subarray(0, 80), "INVALID_REQUEST"),
  upload("a PNG with damage inside", grayPng(64, 64, 20), "INVALID_REQUEST"),
  upload("an image as a form", grayPng(8, 8), "INVALID_REQUEST", "multipart/form-data; boundary=x"),
  upload("an empty upload", Buffer.alloc(0), "INVALID_REQUEST"),
  {
    name: "513 MiB in chunks, of a length that nobody was told",
    expect: "TOO_LARGE",
    record: "request",
    as: SAM,
    send: (world, token) => put(world, token, world.emptyAsset, endless()),
  },
  wire("an upload that is longer than it says", (world, token) => `${uploadHead(world, token, 4)}text`, {
    as: SAM,
    record: "request",
    also: "malformed",
    afterwards: "and more of it\r\n\r\n",
  }),
  {
    name: "an upload to a hidden asset",
    expect: "NOT_FOUND",
    record: "request",
    as: { handle: "sam", level: "S" },
    send: (world, token) => put(world, token, world.hiddenEmptyAsset, grayPng(8, 8)),
  },
  {
    name: "an upload by somebody who only labels",
    expect: "NOT_FOUND",
    record: "request",
    send: (world, token) => put(world, token, world.seenAsset, grayPng(8, 8)),
  },
  download("the image of a hidden asset", (world) => `/assets/${world.hiddenAsset}/display`),
  download("the image of no asset", (world) => `/assets/${absentLike(world.seenAsset)}/display`),
  download("an image before its bytes are there", (world) => `/assets/${world.emptyAsset}/display`),
  download("a path in place of an id", () => "/assets/..%2f..%2fetc%2fpasswd/display"),
  download("a statement in place of an id", () => `/assets/${encodeURIComponent("' or 1=1 --")}/display`),
  download("the id of another noun", (world) => `/assets/${world.seenDataset}/display`),
  download("the package of an unreleased delivery", (world) => `/deliveries/${world.unreleasedDelivery}/package`, {
    handle: "petra",
  }),
  download("the package of a delivery as an analyst", (world) => `/deliveries/${world.unreleasedDelivery}/package`),
  download("the archive as an analyst", () => "/audit/archive"),
  download("the log's checkpoint as an analyst", () => "/audit/log/checkpoint"),
  download("a bundle of the log as an analyst", () => "/audit/log/tile/entries/000.p/1"),
  { ...download("a path that does not exist", () => "/.env"), record: "unknown-route" },
  {
    ...download("a path in place of a tile", () => "/audit/log/tile/0/..%2f..%2fcheckpoint"),
    expect: "INVALID_REQUEST",
  },
  {
    ...download("no id among the subjects of an archive", () => "/audit/archive?about=nobody"),
    expect: "INVALID_REQUEST",
  },
  {
    ...download("an id of 200 characters", () => `/assets/${"a".repeat(200)}/display`),
    expect: "INVALID_REQUEST",
    record: "malformed",
  },
  {
    ...download("a path that cannot be decoded", () => "/assets/%ff/display"),
    expect: "INVALID_REQUEST",
    record: "malformed",
  },
  wire("bytes that are no HTTP", () => "\u0016\u0003\u0001 hello\r\n\r\n"),
  wire(
    "a length and chunks at once",
    (_, token) =>
      `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ),
  wire("headers of 40 KB", () => `GET /trust HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(40_000)}\r\n\r\n`, {
    expect: "TOO_LARGE",
  }),
];

/** The head of an upload that announces a length. */
export function uploadHead(world: HostileWorld, token: string, length: number): string {
  const lines = [
    `PUT /assets/${world.emptyAsset}/content HTTP/1.1`,
    "host: x",
    `authorization: Bearer ${token}`,
    "content-type: image/png",
    `content-length: ${length}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

async function* endless(): AsyncGenerator<Buffer> {
  const part = Buffer.alloc(1024 * 1024);
  for (let sent = 0; sent < 513; sent += 1) yield part;
}
