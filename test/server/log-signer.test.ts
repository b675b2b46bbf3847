import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { isAlive } from "../../src/storage/embedded/postmaster-file.ts";
import { packageRoot } from "../../src/storage/package-root.ts";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { fetchArchive } from "./archive.ts";
import { dataOf } from "./hostile-world.ts";
import { call } from "./http.ts";
import {
  StartRefused,
  cleanEnvironment,
  databaseUrl,
  endEverything,
  startServer,
  temporaryFolder,
  within,
} from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

const LOG = encodeURIComponent("caveat.local/activity");
const databases: TestDatabase[] = [];

afterAll(async () => {
  await endEverything();
  for (const database of databases) await database.drop();
});

/** A database of its own, or a copy of one on which no server stands now: what a backup is. */
async function newDatabase(of?: TestDatabase): Promise<TestDatabase> {
  const database = await createDatabase(of?.name);
  databases.push(database);
  return database;
}

/** The signer that a server started, by what the kernel says of its children; null where there is none. */
function signerOf(server: RunningServer): number | null {
  const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, "utf8").trim().split(" ");
  const isSigner = (pid: string): boolean =>
    pid !== "" &&
    existsSync(`/proc/${pid}/cmdline`) &&
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("signer/main");
  const found = children.find(isSigner);
  return found === undefined ? null : Number(found);
}

function runningSigner(server: RunningServer): number {
  const pid = signerOf(server);
  if (pid === null) throw new Error("no signer");
  return pid;
}

async function answers(server: RunningServer): Promise<void> {
  const answer = await server.graphql(await tokenOf(server.state, "ana"), "{ viewer { handle } }");
  expect(dataOf(answer)).toEqual({ viewer: { handle: "ana" } });
}

/** Why a server does not start: what it says of it. */
async function refusal(state: string, database: TestDatabase): Promise<string> {
  const refused = await startServer({ state, databaseUrl: databaseUrl(database) }).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(refused instanceof StartRefused)) throw new Error("it started");
  expect(refused.exitCode).toBe(1);
  return refused.stderr;
}

function sizeOf(checkpoint: string): string {
  return readFileSync(checkpoint, "utf8").split("\n")[1] ?? "";
}

describe("I9 the signer of a running server", () => {
  let server: RunningServer;

  test("holds the log's key alone: a process of the server's, with a record of the last checkpoint", async () => {
    server = await startServer({ databaseUrl: databaseUrl(await newDatabase()) });
    expect(isAlive(runningSigner(server))).toBe(true);
    const { report } = await fetchArchive(server);
    expect(report.verified).toBe(true);
    const records = join(server.state, "signer", LOG);
    expect(existsSync(records)).toBe(true);
    expect(Number(sizeOf(join(server.state, "logs", LOG, "checkpoint")))).toBeGreaterThan(0);
  });

  test("killed, it is started again: the server stays ready, and the next archive verifies", async () => {
    const killed = runningSigner(server);
    process.kill(killed, "SIGKILL");
    await expect
      .poll(async () => (await call(server.url, { method: "GET", path: "/readyz" })).status, { timeout: 10_000 })
      .toBe(200);
    await answers(server);
    expect((await fetchArchive(server)).report.verified).toBe(true);
    expect(runningSigner(server)).not.toBe(killed);
  });

  test("stopped so that it answers nothing, it keeps the server from being ready until it is replaced", async () => {
    const stopped = runningSigner(server);
    process.kill(stopped, "SIGSTOP");
    const state = (): string => readFileSync(`/proc/${stopped}/stat`, "utf8").split(") ")[1]?.[0] ?? "";
    await expect.poll(state).toBe("T");
    // What was found a moment ago is told again for a second.
    await sleep(1_500);
    const ready = call(server.url, { method: "GET", path: "/readyz" });
    expect(await Promise.race([ready.then(() => "answered"), sleep(2_000, "waiting")])).toBe("waiting");
    expect((await ready).status).toBe(200);
    expect(isAlive(stopped)).toBe(false);
  }, 30_000);

  test("I10 ends with the server: in order, and when the server is killed", async () => {
    const first = runningSigner(server);
    expect(await server.stop()).toBe(0);
    expect(isAlive(first)).toBe(false);
    const [database] = databases;
    if (!database) throw new Error("no database");
    server = await startServer({ state: server.state, databaseUrl: databaseUrl(database) });
    const second = runningSigner(server);
    await server.kill9("server");
    expect(await within(5_000, () => !isAlive(second))).toBe(true);
  });

  test("I5 without its record nothing starts, until a person says what was signed last", async () => {
    const { state } = server;
    const [database] = databases;
    if (!database) throw new Error("no database");
    rmSync(join(state, "signer", LOG), { recursive: true });
    expect(await refusal(state, database)).toContain("caveat signer adopt");
    const adopt = (file: string): { status: number | null; stdout: string; stderr: string } =>
      spawnSync(join(packageRoot(), "bin", "caveat"), ["signer", "adopt", file], {
        env: cleanEnvironment({ CAVEAT_STATE: state }),
        encoding: "utf8",
      });
    const checkpoint = join(state, "logs", LOG, "checkpoint");
    expect(adopt(join(state, "trust.json")).status).toBe(1);
    expect(adopt(join(state, "nothing")).status).toBe(3);
    expect(adopt(checkpoint)).toMatchObject({
      status: 0,
      stdout: `caveat.local/activity: signed up to size ${sizeOf(checkpoint)}\n`,
    });
    server = await startServer({ state, databaseUrl: databaseUrl(database) });
    expect((await fetchArchive(server)).report.verified).toBe(true);
    expect(await server.stop()).toBe(0);
  });
});

describe("I5 a database that was set back", () => {
  test("does not start: both sizes are named, and nothing is appended to it", async () => {
    const state = temporaryFolder();
    const database = await newDatabase();
    let server = await startServer({ state, databaseUrl: databaseUrl(database) });
    await server.stop();
    const backup = await newDatabase(database);
    server = await startServer({ state, databaseUrl: databaseUrl(database) });
    await answers(server);
    await server.stop();
    const signed = Number(sizeOf(join(state, "logs", LOG, "checkpoint")));
    const said = await refusal(state, backup);
    expect(said).toContain(`the signer signed ${signed}`);
    const held = Number(/the database holds (\d+) entries/.exec(said)?.[1]);
    expect(held).toBeLessThan(signed);
    // A second try meets the same database, not one that the first has grown.
    expect(await refusal(state, backup)).toContain(`the database holds ${held} entries`);
    expect(await refusal(state, await newDatabase())).toContain(
      `the database holds 0 entries, the signer signed ${signed}`,
    );
    server = await startServer({ state, databaseUrl: databaseUrl(database) });
    await answers(server);
    await server.stop();
  });
});
