import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { entries, logSize } from "../access/entries.ts";
import { BrowserSessions } from "../../src/identity/browser-sessions.ts";
import { BrowserSessionStore } from "../../src/storage/browser-session-store.ts";
import { openPool } from "../../src/storage/connection.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { header } from "../server/http.ts";
import type { HttpAnswer } from "../server/http.ts";
import { Browser } from "./browser.ts";
import type { FromPage } from "./browser.ts";

const VIEWER = "{ viewer { handle sessionLevel } }";
const MINUTE = 60_000;
const UNAUTHENTICATED = 401;

let house: TestHouse;
let serving: Serving;
let moment = Date.now();
const clock = (): Date => new Date(moment);

beforeAll(async () => {
  house = await openTestHouse({ clock });
  serving = await serve(house, { mode: "demonstration", clock });
});
afterAll(async () => {
  await serving.close();
  await house.remove();
});

async function signedIn(handle = "ana", level = "S"): Promise<Browser> {
  const browser = new Browser(serving.url);
  moment += 1_000;
  expect((await browser.signIn(handle, level)).status).toBe(200);
  return browser;
}

const dataOf = (answer: HttpAnswer): unknown => (JSON.parse(answer.body.toString()) as { data: unknown }).data;

describe("a session of a browser", () => {
  test("I9 is opened from a page of our own, lets its person in at its level, and ends when he signs out", async () => {
    const browser = new Browser(serving.url);
    const opened = await browser.signIn("ana", "C");
    expect(dataOf(opened)).toEqual({ session: { handle: "ana", displayName: "Ana Analyst", level: "C" } });
    expect(header(opened, "set-cookie")).toMatch(
      /^caveat-session=[A-Za-z0-9_-]{43}; Path=\/; SameSite=Strict; HttpOnly$/,
    );
    expect(opened.body.toString()).not.toContain(browser.cookie?.split("=")[1]);
    expect(dataOf(await browser.graphql(VIEWER))).toEqual({ viewer: { handle: "ana", sessionLevel: "C" } });
    const { cookie } = browser;
    const ended = await browser.signOut();
    expect([ended.status, header(ended, "clear-site-data")]).toEqual([200, '"cache", "storage"']);
    expect(browser.cookie).toBeNull();
    browser.cookie = cookie;
    expect((await browser.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
    expect((await browser.signOut()).status).toBe(UNAUTHENTICATED);
  });

  test("I4 is on record: who opened it and who ended it, in a session of its own", async () => {
    const from = await logSize(house);
    const browser = await signedIn("ben", "S");
    await browser.signOut();
    const written = await entries(house, from);
    const asked = written.filter(({ kind }) => kind === "operation.request");
    const operations = asked.map(({ sections }) => (sections["request"] as { operation: string }).operation);
    expect(operations).toEqual(["sessionOpen", "sessionEnd"]);
    expect(written.filter(({ outcome }) => outcome?.result === "answered")).toHaveLength(2);
    const actors = written.map(({ sections }) => sections["actor"] as { person: string; session: string });
    expect(new Set(actors.map(({ person }) => person))).toEqual(new Set([house.personId("ben")]));
    expect(new Set(actors.map(({ session }) => session)).size).toBe(1);
  });

  test("its secret is stored nowhere: the database has the SHA-256 of it", async () => {
    const browser = await signedIn();
    const secret = browser.cookie?.split("=")[1] ?? "";
    const { rows } = await house.admin.query<{ row: string; hash: Buffer }>(
      "select s::text as row, secret_hash as hash from access.browser_session s",
    );
    expect(rows.some(({ hash }) => hash.equals(createHash("sha256").update(secret).digest()))).toBe(true);
    expect(rows.some(({ row }) => row.includes(secret) || row.includes(Buffer.from(secret).toString("hex")))).toBe(
      false,
    );
  });

  test.each<[string, FromPage]>([
    ["without an origin", { origin: null }],
    ["of another site", { origin: "https://evil.example" }],
    ["of an opaque origin", { origin: "null" }],
    ["of another port", { origin: "http://127.0.0.1:1" }],
    ["of a name that begins like ours", { host: "localhost.evil.example", origin: "http://localhost.evil.example" }],
    ["of a foreign name that leads here", { host: "evil.example", origin: "http://evil.example" }],
    ["that the browser says is of another site", { site: "cross-site" }],
    ["that the browser says is of another origin", { site: "same-site" }],
    ["that no page made", { site: "none" }],
  ])("I9 nothing is opened, answered or ended for a request %s", async (_what, from) => {
    const browser = await signedIn();
    const refused = [await browser.graphql(VIEWER, from), await browser.signOut(from)];
    const other = new Browser(serving.url);
    refused.push(await other.signIn("ana", "S", from));
    expect(other.cookie).toBeNull();
    expect(refused.map(({ status }) => status)).toEqual([UNAUTHENTICATED, UNAUTHENTICATED, UNAUTHENTICATED]);
    // The same bytes for whatever reason.
    expect(new Set(refused.map(({ body }) => body.toString())).size).toBe(1);
    expect((await browser.graphql(VIEWER)).status).toBe(200);
  });

  test("I9 a file is shown in a page of our own only", async () => {
    const browser = await signedIn();
    const get = { method: "GET", path: "/trust" } as const;
    expect((await browser.send(get, { origin: null, site: "same-origin" })).status).toBe(200);
    expect((await browser.send(get, { origin: null })).status).toBe(200);
    expect((await browser.send(get, { origin: null, site: "cross-site" })).status).toBe(UNAUTHENTICATED);
    expect((await browser.send(get, { origin: null, host: "evil.example" })).status).toBe(UNAUTHENTICATED);
  });

  test.each([
    ["somebody whom nobody knows", JSON.stringify({ handle: "mallory", level: "S" }), UNAUTHENTICATED],
    ["a name of every object", JSON.stringify({ handle: "constructor", level: "S" }), UNAUTHENTICATED],
    ["a level that there is not", JSON.stringify({ handle: "ana", level: "X" }), 400],
    ["more than is asked", JSON.stringify({ handle: "ana", level: "S", role: "approver" }), 400],
    ["a member twice", '{"handle":"ana","handle":"ben","level":"S"}', 400],
    ["no JSON", "handle=ana&level=S", 400],
    ["too much", JSON.stringify({ handle: "a".repeat(2_000), level: "S" }), 413],
  ])("I9 nobody is signed in by %s", async (_what, body, status) => {
    const browser = new Browser(serving.url);
    const headers = { "content-type": "application/json" };
    expect((await browser.send({ method: "POST", path: "/session", headers, body })).status).toBe(status);
    expect(browser.cookie).toBeNull();
  });

  test("I9 a secret that nobody has, one of another form, and two at once let nobody in", async () => {
    const browser = await signedIn();
    const own = browser.cookie ?? "";
    for (const cookie of [
      `caveat-session=${randomBytes(32).toString("base64url")}`,
      "caveat-session=",
      `caveat-session=${"a".repeat(44)}`,
      `${own}x`,
      `${own}; ${own}`,
      own.replace("caveat-session", "__Host-caveat-session"),
    ]) {
      browser.cookie = cookie;
      expect([cookie, (await browser.graphql(VIEWER)).status]).toEqual([cookie, UNAUTHENTICATED]);
    }
    browser.cookie = `other=1; ${own}`;
    expect((await browser.graphql(VIEWER)).status).toBe(200);
  });

  test("I9 a row that somebody wrote into the database lets nobody in, nor does another one that was changed", async () => {
    const browser = await signedIn("ana", "S");
    const own = createHash("sha256")
      .update(browser.cookie?.split("=")[1] ?? "")
      .digest();
    const secret = randomBytes(32).toString("base64url");
    const forged = new Browser(serving.url);
    forged.cookie = `caveat-session=${secret}`;
    await house.admin.query(
      `insert into access.browser_session (secret_hash, mac, session_id, person_id, client_id, issuer, level, purpose, authenticated_at, opened_at, used_at)
       select $2, mac, session_id, person_id, client_id, issuer, level, purpose, authenticated_at, opened_at, used_at
       from access.browser_session where secret_hash = $1`,
      [own, createHash("sha256").update(secret).digest()],
    );
    expect((await forged.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
    await house.admin.query("update access.browser_session set level = 'TS' where secret_hash = $1", [own]);
    expect((await browser.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
    await house.admin.query("update access.browser_session set level = 'S' where secret_hash = $1", [own]);
    expect((await browser.graphql(VIEWER)).status).toBe(200);
  });

  test("I7 it ends with the trust in whoever issued its token", async () => {
    const browser = await signedIn();
    const secret = browser.cookie?.split("=")[1] ?? "";
    const pool = openPool(house.database.as("caveat_policy"), 1);
    const key = await house.house.keyring.secret("browser-sessions");
    const as = (trusts: boolean) => new BrowserSessions(new BrowserSessionStore(pool), key, () => trusts, clock);
    expect(await as(true).find(secret)).not.toBeNull();
    expect(await as(false).find(secret)).toBeNull();
    await pool.end();
  });

  test("I3 it is the session of its token: what that was shown before counts for what is written in it", async () => {
    const token = await serving.token("rita", "S");
    const { sid } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { sid: string };
    const from = await logSize(house);
    const browser = new Browser(serving.url);
    await browser.send({ method: "POST", path: "/session", headers: { authorization: `Bearer ${token}` } });
    await browser.graphql(VIEWER);
    // An entry of nobody, as the log's own heartbeat, may have come between.
    const sessions = (await entries(house, from)).flatMap(({ sections }) => {
      const actor = sections["actor"] as { session: string } | null | undefined;
      return actor ? [actor.session] : [];
    });
    expect(new Set(sessions)).toEqual(new Set([sid]));
  });

  test("I9 whoever signs in over a session leaves that one", async () => {
    const browser = await signedIn("ben");
    const { cookie } = browser;
    await browser.signIn("ana", "S");
    expect(dataOf(await browser.graphql(VIEWER))).toMatchObject({ viewer: { handle: "ana" } });
    browser.cookie = cookie;
    expect((await browser.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
  });

  test("I9 nothing is read of a request from another site, and what is refused is noted", async () => {
    const counted = async (): Promise<number> => {
      const { rows } = await house.admin.query<{ count: number }>(
        "select count(*)::int as count from audit.entry where kind = 'refused'",
      );
      return rows[0]?.count ?? 0;
    };
    const headers = { "content-type": "application/json" };
    for (const [body, from, status] of [
      ["x".repeat(5_000), { origin: "https://evil.example" }, UNAUTHENTICATED],
      ["x".repeat(5_000), {}, 413],
      ["{", {}, 400],
    ] as const) {
      const before = await counted();
      const other = new Browser(serving.url);
      expect((await other.send({ method: "POST", path: "/session", headers, body }, from)).status).toBe(status);
      // Refusals of a second and a source are gathered.
      await vi.waitFor(async () => expect(await counted()).toBeGreaterThan(before), 10_000);
    }
  });

  test("I9 of one person no more are opened at once than he may ask", async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => new Browser(serving.url).signIn("wanda", "S")));
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toEqual(new Set([200, 429]));
    const { rows } = await house.admin.query<{ count: number }>(
      "select count(*)::int as count from access.browser_session where person_id = $1",
      [house.personId("wanda")],
    );
    expect(rows[0]?.count).toBeLessThanOrEqual(5);
  });

  test("I4 without the log none is opened, and one ends all the same", async () => {
    const browser = await signedIn("silas");
    const append =
      "function audit.append_packed(smallint, uuid[], text[], bytea[], bytea[], int[], bytea, int[], smallint[], uuid[], int[], bytea)";
    const count = async (): Promise<number> => {
      const { rows } = await house.admin.query<{ count: number }>(
        "select count(*)::int as count from access.browser_session",
      );
      return rows[0]?.count ?? 0;
    };
    const before = await count();
    const { cookie } = browser;
    await house.admin.query(`revoke execute on ${append} from caveat_ledger`);
    try {
      const other = new Browser(serving.url);
      expect((await other.signIn("sofia", "S")).status).toBe(503);
      expect([other.cookie, await count()]).toEqual([null, before]);
      expect((await browser.signOut()).status).toBe(503);
    } finally {
      await house.admin.query(`grant execute on ${append} to caveat_ledger`);
    }
    expect(await count()).toBe(before - 1);
    browser.cookie = cookie;
    expect((await browser.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
  });

  test("I9 it ends a quarter of an hour after it was last used, and eight hours after it was opened", async () => {
    const idle = await signedIn("charlotte", "S");
    const used = await signedIn("rita", "S");
    moment += 14 * MINUTE;
    expect((await used.graphql(VIEWER)).status).toBe(200);
    moment += 2 * MINUTE;
    expect((await idle.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
    for (let quarter = 0; quarter < 33; quarter += 1) {
      expect((await used.graphql(VIEWER)).status).toBe(200);
      moment += 14 * MINUTE;
    }
    expect((await used.graphql(VIEWER)).status).toBe(200);
    moment += 14 * MINUTE;
    expect((await used.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
  });

  test("I9 one that is over holds no place: of one person in use and four that are idle the first goes on", async () => {
    const used = await signedIn("petra");
    for (let at = 0; at < 4; at += 1) await signedIn("petra");
    for (let at = 0; at < 2; at += 1) {
      moment += 10 * MINUTE;
      expect((await used.graphql(VIEWER)).status).toBe(200);
    }
    await signedIn("petra");
    expect((await used.graphql(VIEWER)).status).toBe(200);
    moment += 8 * 60 * MINUTE;
  });

  test("I9 of six sessions of one person the oldest has ended", async () => {
    const browsers: Browser[] = [];
    for (let at = 0; at < 6; at += 1) {
      browsers.push(await signedIn("petra"));
      moment += 1_000;
    }
    const statuses = await Promise.all(browsers.map(async (browser) => (await browser.graphql(VIEWER)).status));
    expect(statuses).toEqual([UNAUTHENTICATED, 200, 200, 200, 200, 200]);
  });

  test("I7 it lets nobody in who was suspended meanwhile", async () => {
    const browser = await signedIn("victor");
    await house.admin.query("update access.person set suspended = true where handle = 'victor'");
    moment += 14 * MINUTE;
    expect((await browser.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
    await house.admin.query("update access.person set suspended = false where handle = 'victor'");
    // What was refused has not made it last longer.
    moment += 2 * MINUTE;
    expect((await browser.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
  });

  test("I9 what is followed over it ends when it does, and is not begun from another site", async () => {
    const browser = await signedIn("otto", "TS");
    const follow = (origin: string | null): { closed: () => number | null; frames: () => number } => {
      const socket = new WebSocket(`${serving.url.replace("http", "ws")}/graphql`, {
        protocols: ["graphql-transport-ws"],
        headers: { cookie: browser.cookie ?? "", ...(origin === null ? {} : { origin }) },
      });
      let [closed, frames]: [number | null, number] = [null, 0];
      const payload = { query: "subscription { auditTail { size } }" };
      socket.addEventListener("open", () => socket.send('{"type":"connection_init"}'));
      socket.addEventListener("message", ({ data }) => {
        const { type } = JSON.parse(String(data)) as { type: string };
        if (type === "connection_ack") socket.send(JSON.stringify({ id: "1", type: "subscribe", payload }));
        if (type === "next") frames += 1;
      });
      socket.addEventListener("close", ({ code }) => (closed = code));
      return { closed: () => closed, frames: () => frames };
    };
    const foreign = follow("https://evil.example");
    const unknown = follow(null);
    const own = follow(serving.url);
    await vi.waitFor(() => expect(own.frames()).toBeGreaterThan(0), 10_000);
    for (const refused of [foreign, unknown]) await vi.waitFor(() => expect(refused.closed()).not.toBeNull(), 10_000);
    expect([foreign.frames(), unknown.frames(), own.closed()]).toEqual([0, 0, null]);
    await browser.signOut();
    await vi.waitFor(() => expect(own.closed()).not.toBeNull(), 10_000);
    // Whoever only listens does not use his session.
    await browser.signIn("otto", "TS");
    const idle = follow(serving.url);
    await vi.waitFor(() => expect(idle.frames()).toBeGreaterThan(0), 10_000);
    moment += 10 * MINUTE;
    await sleep(1_500);
    expect(idle.closed()).toBeNull();
    moment += 6 * MINUTE;
    await vi.waitFor(() => expect(idle.closed()).not.toBeNull(), 10_000);
  });

  test("I9 a token is no session here: it opens one, and ends none", async () => {
    const browser = new Browser(serving.url);
    const authorization = `Bearer ${await serving.token("ana", "C")}`;
    expect((await browser.send({ method: "DELETE", path: "/session", headers: { authorization } })).status).toBe(404);
    expect((await browser.send({ method: "POST", path: "/session", headers: { authorization } })).status).toBe(200);
    expect(dataOf(await browser.graphql(VIEWER))).toEqual({ viewer: { handle: "ana", sessionLevel: "C" } });
  });
});

describe("in production", () => {
  test("I9 there are no sessions where the server was not told where its pages are", async () => {
    const production = await serve(house, { clock });
    try {
      const browser = new Browser(production.url);
      const authorization = `Bearer ${await production.token("ana")}`;
      for (const method of ["POST", "DELETE"])
        expect((await browser.send({ method, path: "/session", headers: { authorization } })).status).toBe(404);
      browser.cookie = (await signedIn()).cookie;
      expect((await browser.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
    } finally {
      await production.close();
    }
  });

  test("I9 a trusted issuer's token opens one, over TLS only, and a name does not", async () => {
    const origin = "https://caveat.example.mil";
    const from = { origin, host: "caveat.example.mil" };
    const production = await serve(house, { origin, clock });
    try {
      const browser = new Browser(production.url);
      expect((await browser.signIn("ana", "S", from)).status).toBe(UNAUTHENTICATED);
      const headers = { authorization: `Bearer ${await production.token("ana", "C")}` };
      const foreign = await browser.send({ method: "POST", path: "/session", headers });
      expect([foreign.status, browser.cookie]).toEqual([UNAUTHENTICATED, null]);
      const opened = await browser.send({ method: "POST", path: "/session", headers }, from);
      expect(header(opened, "set-cookie")).toMatch(
        /^__Host-caveat-session=[A-Za-z0-9_-]{43}; Path=\/; SameSite=Strict; Secure; HttpOnly$/,
      );
      expect(dataOf(await browser.graphql(VIEWER, from))).toEqual({ viewer: { handle: "ana", sessionLevel: "C" } });
      expect((await browser.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
    } finally {
      await production.close();
    }
  });
});
