import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TokenIssuer } from "../../src/identity/tokens.ts";
import { packageRoot } from "../../src/storage/package-root.ts";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { fetchArchive, recordOf } from "./archive.ts";
import { CONSTANT } from "./hostile-call.ts";
import { dataOf } from "./hostile-world.ts";
import { call } from "./http.ts";
import { databaseUrl, endEverything, startServer, StartRefused, temporaryFolder } from "./running-server.ts";
import type { RunningServer, StartOptions } from "./running-server.ts";
import { newKey, tokenOf } from "./tokens.ts";

const ISSUER = "https://identity.example/";
const AUDIENCE = "caveat-at-example";
const QUESTION = "{ viewer { handle } }";

let database: TestDatabase;
let state: string;
let issuer: TokenIssuer;
let production: Readonly<Record<string, string>>;

/** Why a server does not start. Throws when it does. */
async function refusal(options: StartOptions): Promise<StartRefused> {
  try {
    const server = await startServer(options);
    await server.stop();
  } catch (error) {
    if (error instanceof StartRefused) return error;
    throw error;
  }
  throw new Error("the server started");
}

beforeAll(async () => {
  database = await createDatabase();
  // The people come from a demonstration that ran on the same database and keys before.
  const server = await startServer({ databaseUrl: databaseUrl(database) });
  state = server.state;
  expect(await server.stop()).toBe(0);
  const { privateKey, publicKey } = newKey();
  issuer = await TokenIssuer.of(privateKey, ISSUER, AUDIENCE);
  const file = join(temporaryFolder(), "issuers.json");
  writeFileSync(file, JSON.stringify([{ issuer: ISSUER, audience: AUDIENCE, publicKey }]));
  production = { CAVEAT_MODE: "production", CAVEAT_ISSUERS: file };
});

afterAll(async () => {
  await endEverything();
  await database.drop();
});

describe("I9 a configuration that contradicts itself is refused before anything runs", () => {
  const issuersHolding = (text: string): string => {
    const file = join(temporaryFolder(), "issuers.json");
    writeFileSync(file, text);
    return file;
  };
  const url = (): string => databaseUrl(database);
  test.each<[string, string, () => StartOptions]>([
    [
      "production without issuers",
      "CAVEAT_ISSUERS",
      () => ({ databaseUrl: url(), environment: { CAVEAT_MODE: "production" } }),
    ],
    ["production without a database of its own", "DATABASE_URL", () => ({ environment: production })],
    [
      "the demonstration with other issuers",
      "CAVEAT_ISSUERS",
      () => ({ environment: { CAVEAT_ISSUERS: production["CAVEAT_ISSUERS"] ?? "" } }),
    ],
    ["an unknown mode", "CAVEAT_MODE", () => ({ environment: { CAVEAT_MODE: "relaxed" } })],
    [
      "issuers that are no list",
      "CAVEAT_ISSUERS",
      () => ({ databaseUrl: url(), environment: { ...production, CAVEAT_ISSUERS: issuersHolding("{}") } }),
    ],
    [
      "an empty list of issuers",
      "CAVEAT_ISSUERS",
      () => ({ databaseUrl: url(), environment: { ...production, CAVEAT_ISSUERS: issuersHolding("[]") } }),
    ],
    [
      "an issuer with a member that nobody knows",
      "CAVEAT_ISSUERS",
      () => ({
        databaseUrl: url(),
        environment: {
          ...production,
          CAVEAT_ISSUERS: issuersHolding('[{"issuer":"a","audience":"b","publicKey":"c","jwksUri":"https://d/"}]'),
        },
      }),
    ],
    ["a port that is none", "PORT", () => ({ environment: { PORT: "http" } })],
    ["a database URL that is none", "DATABASE_URL", () => ({ databaseUrl: "localhost:5432", environment: {} })],
  ])("%s", async (_name, setting, options) => {
    const { exitCode, stderr } = await refusal({ state: temporaryFolder(), ...options() });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`^caveat: ${setting}: .+\n$`));
  });
});

describe("production mode", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ state, databaseUrl: databaseUrl(database), environment: production });
  });

  test("accepts a token of the issuer that its configuration names", async () => {
    const token = await tokenOf(state, "ben", { issuer });
    expect(dataOf(await server.graphql(token, QUESTION))).toEqual({ viewer: { handle: "ben" } });
  });

  test("I9 refuses a token of the demonstration's issuer, whose key lies in the same folder", async () => {
    const { status, body } = await server.graphql(await tokenOf(state, "ben"), QUESTION);
    expect({ status, body: body.toString() }).toEqual(CONSTANT.UNAUTHENTICATED);
  });

  test("I9 does not tell its schema, and records that it was asked for it", async () => {
    const sessions: string[] = [];
    for (const query of [
      "{ __schema { types { name } } }",
      '{ __type(name: "Label") { name } }',
      `{ viewer { handle } __schema { queryType { name } } }`,
    ]) {
      const sessionId = randomUUID();
      sessions.push(sessionId);
      const { status, body } = await server.graphql(
        await tokenOf(state, "ben", { issuer, request: { sessionId } }),
        query,
      );
      expect({ status, body: body.toString() }).toEqual(CONSTANT.INVALID_REQUEST);
    }
    const { report, entries } = await fetchArchive(server, { issuer });
    expect([report.verified, report.findings]).toEqual([true, []]);
    expect(sessions.map((session) => recordOf(entries, session))).toEqual(sessions.map(() => "request, failed"));
  });

  test("shows nobody's name to whoever is not signed in", async () => {
    const open = await call(server.url, { method: "GET", path: "/" });
    expect(open.status).toBe(200);
    expect(open.body.toString() + server.stdout()).not.toMatch(/ana|ben|charlotte|HARBOR/i);
    for (const path of ["/demonstration.json", "/landing.js"]) {
      const { status, body } = await call(server.url, { method: "GET", path });
      expect({ status, body: body.toString() }).toEqual(CONSTANT.NOT_FOUND);
    }
    expect(await server.stop()).toBe(0);
  });
});

describe("I9 policies", () => {
  /** A copy of the project as an installed package has it: built, without sources. */
  function installed(): string {
    const root = packageRoot();
    const copy = join(temporaryFolder(), "caveat");
    mkdirSync(copy);
    for (const name of ["package.json", "bin", "dist", "migrations", "policies", "web"]) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    return copy;
  }

  test("a changed rule file keeps the server from starting, until it is as it was", async () => {
    const root = installed();
    const path = join(root, "policies", "rules", "label.json");
    const text = readFileSync(path, "utf8");
    const options = { root, state, databaseUrl: databaseUrl(database) };
    writeFileSync(path, text.replace('"analyst", "reviewer"', '"analyst"'));
    const { exitCode, stderr } = await refusal(options);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/activation needs two people/);
    writeFileSync(path, text);
    const server = await startServer(options);
    expect(await server.stop()).toBe(0);
  });

  test("I7 production begins with the version that two people name, and with none by itself", async () => {
    const empty = await createDatabase();
    const where = { state: temporaryFolder(), databaseUrl: databaseUrl(empty) };
    try {
      const { exitCode, stderr } = await refusal({ ...where, environment: production });
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining("no policy is active")]);
      const policyVersion = /policyVersion (\S+)/.exec(stderr)?.[1] ?? "";
      const registerVersion = /registerVersion (\S+)/.exec(stderr)?.[1] ?? "";
      const naming = (change: object): StartOptions => {
        const file = join(temporaryFolder(), "first-policy.json");
        const named = { policyVersion, registerVersion, requestedBy: "Vera", approvedBy: "Walter", ...change };
        writeFileSync(file, JSON.stringify(named));
        return { ...where, environment: { ...production, CAVEAT_FIRST_POLICY: file } };
      };
      expect((await refusal(naming({ approvedBy: "Vera" }))).exitCode).toBe(1);
      expect((await refusal(naming({ policyVersion: registerVersion }))).exitCode).toBe(1);
      for (const options of [naming({}), { ...where, environment: production }]) {
        const server = await startServer(options);
        expect(await server.stop()).toBe(0);
      }
    } finally {
      await empty.drop();
    }
  });

  test("a rule file that cannot be understood keeps the server from starting", async () => {
    const root = installed();
    const path = join(root, "policies", "rules", "label.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"effect": "allow"', '"effect": "permit"'));
    const { exitCode } = await refusal({ root, state, databaseUrl: databaseUrl(database) });
    expect(exitCode).toBe(1);
  });
});
