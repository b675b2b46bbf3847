import { generateKeyPairSync, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { byId } from "../../src/datasets/queries.ts";
import { Authenticator } from "../../src/identity/authenticate.ts";
import { TokenIssuer, TokenVerifier } from "../../src/identity/tokens.ts";
import { CLIENT } from "../../src/demonstration/people.ts";
import { OBLIGATIONS } from "../../src/policy/decision.ts";
import type { Obligation } from "../../src/policy/decision.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import { header } from "../server/http.ts";
import type { TestHouse } from "../house.ts";
import { S_FVEY, makeAsset, smallWorld } from "./harbor-world.ts";
import type { SmallWorld } from "./harbor-world.ts";

let house: TestHouse;
let world: SmallWorld;
let server: Serving;
/** Shown to Britain but not released to it, and released. */
let shown: string;
let released: string;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  [shown, released] = await house.run(await house.as("sam"), async (operation) => [
    await makeAsset(house, operation, { datasetId: world.datasetId, marking: "SECRET//DISPLAY ONLY GBR" }),
    await makeAsset(house, operation, { datasetId: world.datasetId, marking: S_FVEY }),
  ]);
  server = await serve(house);
});
afterAll(async () => {
  await server.close();
  await house.remove();
});

/** What Charlotte sees of the dataset through a transport that does these obligations. */
async function seen(honors: readonly Obligation[]): Promise<string[]> {
  const principal = await house.as("charlotte");
  const request = { transport: "graphql", operation: "test", fields: [], digest: "", source: "test", honors } as const;
  const operation = await house.house.door.open(principal, request);
  const rows = await operation.nested(async (grant) => {
    const page = await grant.read.page(
      "asset",
      { parent: "dataset", id: world.datasetId },
      { first: 50, after: null },
      { program: house.programId, dataset: world.datasetId },
    );
    const found = page.rows.map((row) => row.id);
    expect((await grant.read.byId("asset", shown)) !== null).toBe(found.includes(shown));
    return found;
  });
  await operation.close();
  return rows.filter((id) => id === shown || id === released).toSorted();
}

describe("I1 what a transport cannot do hides what asks for it", () => {
  test("information for display only is read where nothing is handed out, and is not there elsewhere", async () => {
    expect(await seen(OBLIGATIONS)).toEqual([shown, released].toSorted());
    expect(await seen(["VIEW_ONLY"])).toEqual([shown, released].toSorted());
    expect(await seen(OBLIGATIONS.filter((one) => one !== "VIEW_ONLY"))).toEqual([released]);
    expect(await seen([])).toEqual([released]);
  });

  test("the refusal is recorded with its reason, and told as hidden", async () => {
    const principal = await house.as("charlotte");
    const request = { transport: "download", operation: "t", fields: [], digest: "", source: "t", honors: [] } as const;
    const operation = await house.house.door.open(principal, request);
    expect(await operation.query(byId("asset"), { id: shown })).toBeNull();
    await operation.close();
    const content = await house.run(await house.as("otto"), (officer) =>
      officer.nested(async (grant) => {
        const page = await grant.audit.page(0, 5_000, () => true);
        return page.entries.flatMap((entry) => entry.sections.map((section) => section.content ?? "")).join("\n");
      }),
    );
    expect(content).toContain("obligation.VIEW_ONLY");
  });
});

describe("WATERMARK", () => {
  const image = async (handle: string, id: string): Promise<Buffer> => {
    const path = `/assets/${globalId("asset", id)}/display`;
    const answer = await server.send(await server.token(handle), { method: "GET", path });
    expect([answer.status, header(answer, "cache-control")]).toEqual([200, "no-store"]);
    return Buffer.from(answer.body);
  };

  test("is burnt into what is shown but not released, for that reader alone", async () => {
    const plain = await image("ben", shown);
    const marked = await image("charlotte", shown);
    expect(marked.equals(plain)).toBe(false);
    expect(marked.length).toBeGreaterThan(plain.length / 4);
    expect((await image("charlotte", released)).equals(await image("ben", released))).toBe(true);
  });
});

describe("RE_AUTHENTICATE", () => {
  test("is done by a session in which the person signed in just now, and by no other", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const issuer = await TokenIssuer.of(pem, "test", "caveat");
    const trusted = {
      issuer: "test",
      audience: "caveat",
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    };
    const authenticator = new Authenticator(
      await TokenVerifier.of([trusted]),
      house.house.sessions,
      house.house.store,
      () => new Date(),
    );
    const honors = async (secondsAgo: number): Promise<boolean> => {
      const now = new Date();
      const token = await issuer.issue(
        {
          personId: house.personId("ana"),
          clientId: CLIENT.id,
          sessionId: randomUUID(),
          sessionLevel: "TS",
          purpose: "test",
          authenticatedAt: new Date(now.getTime() - secondsAgo * 1000),
        },
        now,
      );
      const principal = await authenticator.principal(`Bearer ${token}`);
      return principal.profile.environment.honors.includes("RE_AUTHENTICATE");
    };
    expect(await honors(0)).toBe(true);
    expect(await honors(290)).toBe(true);
    expect(await honors(302)).toBe(false);
    expect(await honors(86_400)).toBe(false);
  });
});

describe("hours of work", () => {
  const window = (opens: string, closes: string): Promise<unknown> =>
    house.admin.query(
      `insert into access.time_window (person_id, opens_at, closes_at, source)
       values ($1, now() + $2::interval, now() + $3::interval, 'test')`,
      [house.personId("ben"), opens, closes],
    );
  const clear = (): Promise<unknown> =>
    house.admin.query("delete from access.time_window where person_id = $1", [house.personId("ben")]);
  const reads = async (): Promise<boolean> =>
    house.run(await house.as("ben"), (operation) =>
      operation.nested(async (grant) => (await grant.read.byId("asset", released)) !== null),
    );

  test("I1 a person with hours reads inside of them and not outside", async () => {
    expect(await reads()).toBe(true);
    await window("-2 hours", "-1 hour");
    expect(await reads()).toBe(false);
    await window("1 hour", "2 hours");
    expect(await reads()).toBe(false);
    await window("-1 minute", "1 hour");
    expect(await reads()).toBe(true);
    await clear();
    expect(await reads()).toBe(true);
  });

  test("I1 an operation that outlasts the hours reads nothing more and returns nothing", async () => {
    await window("-1 minute", "2 seconds");
    const operation = await house.open(await house.as("ben"));
    expect(await operation.nested((grant) => grant.read.byId("asset", released))).not.toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await operation.nested((grant) => grant.read.byId("asset", released))).toBeNull();
    await expect(operation.close()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await clear();
  });

  test("I1 a change of the hours works at the next statement", async () => {
    const operation = await house.open(await house.as("ben"));
    expect(await operation.nested((grant) => grant.read.byId("asset", released))).not.toBeNull();
    await window("-2 hours", "-1 hour");
    expect(await operation.nested((grant) => grant.read.byId("asset", released))).toBeNull();
    await operation.close().catch(() => undefined);
    await clear();
  });
});
