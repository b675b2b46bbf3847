import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { entries, logSize } from "../access/entries.ts";
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
      /^caveat-session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(opened.body.toString()).not.toContain(browser.cookie?.split("=")[1]);
    expect(dataOf(await browser.graphql(VIEWER))).toEqual({ viewer: { handle: "ana", sessionLevel: "C" } });
    const { cookie } = browser;
    const ended = await browser.signOut();
    expect([ended.status, header(ended, "clear-site-data")]).toEqual([200, '"cache", "cookies", "storage"']);
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
    expect((await browser.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
    await house.admin.query("update access.person set suspended = false where handle = 'victor'");
    expect((await browser.graphql(VIEWER)).status).toBe(200);
  });

  test("I9 what is followed over it ends when it does, and is not begun from another site", async () => {
    const browser = await signedIn("otto", "TS");
    const follow = (origin: string): { closed: () => number | null; frames: () => number } => {
      const socket = new WebSocket(`${serving.url.replace("http", "ws")}/graphql`, {
        protocols: ["graphql-transport-ws"],
        headers: { cookie: browser.cookie ?? "", origin },
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
    const own = follow(serving.url);
    await vi.waitFor(() => expect(own.frames()).toBeGreaterThan(0), 10_000);
    await vi.waitFor(() => expect(foreign.closed()).not.toBeNull(), 10_000);
    expect([foreign.frames(), own.closed()]).toEqual([0, null]);
    await browser.signOut();
    await vi.waitFor(() => expect(own.closed()).not.toBeNull(), 10_000);
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
        /^__Host-caveat-session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
      );
      expect(dataOf(await browser.graphql(VIEWER, from))).toEqual({ viewer: { handle: "ana", sessionLevel: "C" } });
      expect((await browser.graphql(VIEWER)).status).toBe(UNAUTHENTICATED);
    } finally {
      await production.close();
    }
  });
});
