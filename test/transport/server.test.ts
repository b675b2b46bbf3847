import { createSecretKey } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";
import { Pool } from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Authenticator } from "../../src/identity/authenticate.ts";
import { BrowserSessions } from "../../src/identity/browser-sessions.ts";
import { ANY_LOOPBACK } from "../../src/identity/own-origin.ts";
import { BrowserSessionStore } from "../../src/storage/browser-session-store.ts";
import { TokenVerifier } from "../../src/identity/tokens.ts";
import { Door } from "../../src/policy/gate.ts";
import { AccessStore } from "../../src/storage/access-store.ts";
import type { ServerParts } from "../../src/transport/http/parts.ts";
import { buildServer } from "../../src/transport/http/server.ts";
import { ANSWER_HEADERS, publicAnswer } from "../../src/transport/public-answer.ts";

// Nobody is known here: no issuer, no database, no log. Whatever is not open must end before any of them.
const noted: string[] = [];
let ready = true;
let app: FastifyInstance;
let production: FastifyInstance;
let port = 0;

async function parts(mode: ServerParts["mode"]): Promise<ServerParts> {
  const verifier = await TokenVerifier.of([]);
  const nowhere = new Pool({ host: "127.0.0.1", port: 1 });
  const sessions = new BrowserSessions(
    new BrowserSessionStore(nowhere),
    createSecretKey(new Uint8Array(32)),
    () => true,
    () => new Date(),
  );
  return {
    door: new Door({} as never),
    authenticator: new Authenticator(verifier, sessions, new AccessStore(nowhere), () => new Date()),
    sessions,
    origin: mode === "demonstration" ? ANY_LOOPBACK : null,
    demonstrationToken: mode === "demonstration" ? () => Promise.resolve(null) : null,
    mode,
    workFolder: "unused",
    imagePixels: 1,
    ready: () => Promise.resolve(ready),
    news: () => Promise.resolve(false),
    refusals: { note: (kind, source) => void noted.push(`${kind} ${source}`) },
    logger: pino({ level: "silent" }),
    cursorKey: createSecretKey(new Uint8Array(32)),
    copyKey: createSecretKey(new Uint8Array(32)),
    trustFile: () => Promise.resolve("{}"),
    landing: {
      folder: fileURLToPath(new URL("../../web/landing", import.meta.url)),
      workbench: null,
      people: [{ handle: "ana", displayName: "Ana", summary: "<analyst>" }],
      tokenCommand: "caveat token --as HANDLE",
    },
  };
}

beforeAll(async () => {
  app = await buildServer(await parts("demonstration"));
  production = await buildServer(await parts("production"));
  await app.listen({ host: "127.0.0.1", port: 0 });
  ({ port } = app.server.address() as AddressInfo);
});

afterAll(async () => {
  await app.close();
  await production.close();
});

beforeEach(() => {
  noted.length = 0;
});

const fetched = (path: string, init?: RequestInit): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`, init);

/** What is sent raw, and everything that comes back until the server closes. */
async function raw(text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(text);
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  await once(socket, "close");
  return answer;
}

const ROUTES: readonly (readonly [string, string])[] = [
  ["POST", "/graphql"],
  ["PUT", "/assets/x/content"],
  ["GET", "/assets/x/display"],
  ["GET", "/deliveries/x/package"],
  ["GET", "/audit/archive"],
  ["GET", "/audit/log/checkpoint"],
  ["GET", "/trust"],
];

test.each(ROUTES)("I9 %s %s without a valid token is the one answer, and is noted", async (method, path) => {
  const answers: string[] = [];
  for (const authorization of [undefined, "", "Bearer", "Bearer x.y.z", "Basic YTpi"]) {
    const headers = { "content-type": "application/json", ...(authorization === undefined ? {} : { authorization }) };
    const response = await fetched(path, {
      method,
      headers,
      ...(method === "GET" ? {} : { body: '{"query":"{ viewer { handle } }"}' }),
    });
    expect(response.status).toBe(401);
    const shown = [...response.headers].filter(([name]) => name !== "date").map(([name, value]) => `${name}: ${value}`);
    answers.push(`${shown.join("\n")}\n\n${await response.text()}`);
  }
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toContain(publicAnswer("UNAUTHENTICATED").body.toString());
  expect(noted).toEqual(Array.from({ length: 5 }, () => "unauthenticated 127.0.0.1"));
});

test("a large body from nobody is refused for its sender, not read for its size", async () => {
  const response = await fetched("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "x".repeat(5_000_000),
  });
  expect(response.status).toBe(401);
});

test.each([
  ["GET", "/graphql"],
  ["GET", "/graphql?query=%7Bviewer%7Bhandle%7D%7D"],
  ["OPTIONS", "/graphql"],
  ["DELETE", "/assets/x/content"],
  ["POST", "/nowhere"],
  ["GET", "/landing.js/../../package.json"],
  ["GET", "/..%2fpackage.json"],
  ["GET", "/production.html"],
])("%s %s is not found", async (method, path) => {
  const response = await fetched(path, {
    method,
    ...(method === "POST" ? { body: "anything", headers: { "content-type": "text/odd" } } : {}),
  });
  expect(response.status).toBe(404);
  expect(await response.text()).toBe(publicAnswer("NOT_FOUND").body.toString());
  expect(noted).toEqual(["unknown-route 127.0.0.1"]);
});

test.each([
  ["no HTTP at all", "hello\r\n\r\n", 400],
  ["a bad path", "GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", 400],
  ["two lengths", "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400],
  [
    "length and chunks at once",
    "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
    400,
  ],
  ["headers without end", `GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, 413],
  [
    "a path id that is too long",
    `GET /assets/${"y".repeat(5_000)}/display HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    400,
  ],
])("I9 %s gets a constant answer with the constant headers", async (_name, text, status) => {
  const answer = await raw(text);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer.split("\r\n\r\n")[1]).toBe(
    publicAnswer(status === 413 ? "TOO_LARGE" : "INVALID_REQUEST").body.toString(),
  );
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) expect(answer).toContain(`${name}: ${value}\r\n`);
  expect(noted.length).toBe(1);
});

test("health, readiness and the page answer anybody without a note", async () => {
  for (const path of ["/healthz", "/readyz", "/", "/landing.js", "/landing.css", "/demonstration.json"]) {
    expect([path, (await fetched(path)).status]).toEqual([path, 200]);
  }
  expect(noted).toEqual([]);
});

test("readiness says unavailable in the one way, and asks at most once a second", async () => {
  ready = false;
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const response = await fetched("/readyz");
  expect([response.status, await response.text()]).toEqual([503, publicAnswer("UNAVAILABLE").body.toString()]);
  ready = true;
  expect((await fetched("/readyz")).status).toBe(503);
});

test("the page holds no inline script or style and names nothing elsewhere", async () => {
  for (const server of [app, production]) {
    const page = await server.inject("/");
    const policy = page.headers["content-security-policy"];
    expect(policy).not.toContain("unsafe");
    expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
    expect(page.body).not.toMatch(/<style|style=|\son[a-z]+=|javascript:|https?:|<script(?![^>]*src="\/)/);
  }
  const { body } = await app.inject("/landing.js");
  expect(body).not.toMatch(
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|https?:\/\/|localStorage|sessionStorage/,
  );
});

test("production serves a plain statement and no demonstration", async () => {
  expect((await production.inject("/")).body).not.toContain("script");
  for (const path of ["/landing.js", "/demonstration.json"])
    expect((await production.inject(path)).statusCode).toBe(404);
});

test("every answer carries the constant headers and no id of the request", async () => {
  for (const path of ["/", "/healthz", "/nowhere", "/trust", "/landing.css"]) {
    const { headers } = await app.inject(path);
    for (const name of Object.keys(ANSWER_HEADERS)) expect(headers[name]).toBeDefined();
    expect(
      headers["x-powered-by"] ?? headers["server"] ?? headers["request-id"] ?? headers["x-request-id"],
    ).toBeUndefined();
  }
});
