import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isAlive } from "../../src/storage/embedded/postmaster-file.ts";
import { fetchArchive } from "./archive.ts";
import { CONSTANT } from "./hostile-call.ts";
import { dataOf } from "./hostile-world.ts";
import { call } from "./http.ts";
import { endEverything, postmasterOf, startServer, within } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

const QUESTION = "{ viewer { handle } }";

/** One state folder, on which servers start and end one after another. */
let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(endEverything);

async function answers(): Promise<void> {
  const answer = await server.graphql(await tokenOf(server.state, "ana"), QUESTION);
  expect(dataOf(answer)).toEqual({ viewer: { handle: "ana" } });
}

async function restart(): Promise<void> {
  server = await startServer({ state: server.state });
  await answers();
}

/** A request whose second half waits until it is told to go; `answer` settles with all that came back. */
async function slowRequest(): Promise<{ readonly go: () => void; readonly answer: Promise<string> }> {
  const { hostname, port } = new URL(server.url);
  const body = JSON.stringify({ query: QUESTION });
  const head = [
    "POST /graphql HTTP/1.1",
    "host: x",
    `authorization: Bearer ${await tokenOf(server.state, "ana")}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  const socket = connect({ host: hostname, port: Number(port) });
  const answer = new Promise<string>((resolve, reject) => {
    let text = "";
    socket.on("data", (part: Buffer) => (text += part.toString()));
    socket.on("error", reject);
    socket.on("close", () => {
      resolve(text);
    });
  });
  socket.write(`${head.join("\r\n")}\r\n\r\n${body.slice(0, 5)}`);
  // An answer to somebody else shows that the server has had time to read this.
  await answers();
  return { go: () => socket.write(body.slice(5)), answer };
}

function refusesConnections(): Promise<boolean> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.on("error", () => {
      resolve(true);
    });
  });
}

test("the first start of all says where it is and who is there, and answers", async () => {
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  // It listens a moment before it says so.
  await expect.poll(server.stdout, { timeout: 5_000 }).toContain(`${server.url}/graphql`);
  await expect.poll(server.stdout).toContain("charlotte");
  await answers();
  for (const path of ["/healthz", "/readyz"])
    expect((await call(server.url, { method: "GET", path })).status).toBe(200);
});

test("I10 SIGTERM lets a slow request have its answer, takes no other, stops the database and exits 0", async () => {
  const { postmaster } = server;
  const slow = await slowRequest();
  const ended = server.stop();
  await expect.poll(refusesConnections, { timeout: 5_000 }).toBe(true);
  slow.go();
  expect(await slow.answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"handle":"ana"/);
  expect(await ended).toBe(0);
  expect(postmaster !== null && isAlive(postmaster)).toBe(false);
  expect(postmasterOf(server.state)).toBeNull();
});

test("I5 a restart after SIGTERM answers, and the log shows the end and the beginning and is whole", async () => {
  await restart();
  const { report, entries } = await fetchArchive(server);
  expect([report.verified, report.findings, report.warnings]).toEqual([true, [], []]);
  const kinds = entries
    .map((entry) => entry.kind)
    .filter((kind) => kind.startsWith("log.b") || kind === "log.shutdown");
  expect(kinds).toEqual(["log.boot", "log.shutdown", "log.boot"]);
});

test("no postmaster is left five seconds after a SIGKILL of the server, and a restart answers", async () => {
  const { postmaster, pid } = server;
  expect(postmaster).not.toBeNull();
  process.kill(pid, "SIGKILL");
  expect(await within(5_000, () => postmaster !== null && !isAlive(postmaster))).toBe(true);
  await server.ended;
  await restart();
  expect((await fetchArchive(server)).report.verified).toBe(true);
});

test("I9 without its database the server lives, says that it is not ready, and answers unavailable", async () => {
  const { postmaster } = server;
  if (postmaster === null) throw new Error("no postmaster");
  const token = await tokenOf(server.state, "ana");
  process.kill(postmaster, "SIGKILL");
  const asked = async (): Promise<object> => {
    const { status, body } = await server.graphql(token, QUESTION);
    return { status, body: body.toString() };
  };
  await expect.poll(asked, { timeout: 10_000 }).toEqual(CONSTANT.UNAVAILABLE);
  expect((await call(server.url, { method: "GET", path: "/healthz" })).status).toBe(200);
  await expect
    .poll(async () => (await call(server.url, { method: "GET", path: "/readyz" })).status, { timeout: 10_000 })
    .toBe(503);
  await server.stop();
  await restart();
});
