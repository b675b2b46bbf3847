import { randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "graphql-ws";
import type { Client, ExecutionResult } from "graphql-ws";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { chainStep, fromHex, leafIndex, nodeCrypto, toHex } from "../../audit/index.ts";
import { entries, logSize } from "../access/entries.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";

interface Linked {
  readonly index: number;
  readonly leafHash: string;
  readonly chain: string;
}

interface Tail {
  readonly agrees: boolean;
  readonly origin: string;
  readonly entries: readonly (Linked & {
    readonly kind: string;
    readonly sections: readonly { readonly state: string; readonly content: string | null }[];
  })[];
  readonly passed: readonly Linked[];
  readonly behind: boolean;
  readonly size: number;
  readonly chain: string;
}

const FIELDS =
  "agrees origin behind size chain passed { index leafHash chain } entries { index kind leafHash chain sections { state content } }";
const TAIL = `subscription ($size: Float, $chain: String) { auditTail(size: $size, chain: $chain) { ${FIELDS} } }`;

let house: TestHouse;
let serving: Serving;
let otto: string;
const followers: Follower[] = [];

/** Somebody who follows the log over a real connection, by the client of graphql-ws. */
class Follower {
  readonly frames: ExecutionResult<{ auditTail: Tail }>[] = [];
  readonly client: Client;
  closed: number | null = null;
  ended = false;
  refused: unknown = null;

  constructor(token: string, query = TAIL, variables: Record<string, unknown> = {}) {
    class Socket extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, { protocols, headers: { authorization: `Bearer ${token}` } });
      }
    }
    this.client = createClient({
      url: `${serving.url.replace("http", "ws")}/graphql`,
      webSocketImpl: Socket,
      retryAttempts: 0,
      lazy: true,
      on: { closed: (event) => (this.closed = (event as CloseEvent).code) },
    });
    this.client.subscribe<{ auditTail: Tail }>(
      { query, variables },
      {
        next: (frame) => this.frames.push(frame as ExecutionResult<{ auditTail: Tail }>),
        error: (why) => {
          this.refused = why;
          this.ended = true;
        },
        complete: () => (this.ended = true),
      },
    );
    followers.push(this);
  }

  get tails(): Tail[] {
    return this.frames.flatMap(({ data }) => (data ? [data.auditTail] : []));
  }

  async until(done: (follower: this) => boolean): Promise<void> {
    await vi.waitFor(() => expect(done(this)).toBe(true), { timeout: 10_000, interval: 20 });
  }
}

beforeAll(async () => {
  house = await openTestHouse();
  serving = await serve(house);
  otto = await serving.token("otto");
});
afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.client.dispose();
  // The ends of what was followed are on record before the next test counts.
  await sleep(200);
});
afterAll(async () => {
  await serving.close();
  await house.remove();
});

const act = async (handle = "ana"): Promise<void> => {
  await serving.data(await serving.token(handle), "{ viewer { handle } }");
};

/** A follower that has its first head. */
async function following(variables: Record<string, unknown> = {}): Promise<Follower> {
  const follower = new Follower(otto, TAIL, variables);
  await follower.until(({ frames }) => frames.length > 0);
  return follower;
}

/** Works the chain out from the first head over all that was shown. */
function linked(tails: readonly Tail[]): { size: number; chain: string } {
  const [first, ...rest] = tails;
  if (!first) throw new Error("nothing was shown");
  let [size, chain] = [first.size, first.chain];
  for (const entry of rest.flatMap((tail) => [...tail.entries, ...tail.passed].sort((a, b) => a.index - b.index))) {
    expect(entry.index).toBe(size);
    chain = toHex(chainStep(nodeCrypto, first.origin, leafIndex(size), fromHex(chain), fromHex(entry.leafHash)));
    expect(entry.chain).toBe(chain);
    size += 1;
  }
  return { size, chain };
}

describe("I4 a compliance officer follows the log", () => {
  test("I4 is shown what comes, as far as he may open it, in an answer with its banner, and can work the chain out", async () => {
    const follower = await following();
    await act("rita");
    await follower.until(({ tails }) => tails.flatMap((tail) => tail.entries).length >= 2);
    const shown = follower.tails.flatMap((tail) => tail.entries);
    expect(shown.map(({ kind }) => kind)).toEqual(["operation.request", "operation.outcome"]);
    expect(JSON.stringify(shown)).toContain(house.personId("rita"));
    expect(follower.frames.at(-1)?.extensions).toMatchObject({
      marking: "TOP SECRET//NOFORN",
      receipt: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
    expect(linked(follower.tails)).toMatchObject({ size: follower.tails.at(-1)?.size });
  });

  test("I4 is never shown what his own following wrote, and two who follow do not keep each other awake", async () => {
    const [one, two] = [await following(), await following()];
    await act();
    for (const each of [one, two]) await each.until(({ tails }) => tails.flatMap((tail) => tail.entries).length >= 2);
    await sleep(2_500);
    const size = await logSize(house);
    await sleep(2_500);
    expect(await logSize(house)).toBe(size);
    await act();
    await one.until(({ tails }) => tails.flatMap((tail) => tail.entries).length >= 5);
    const passed = one.tails.flatMap((tail) => tail.passed);
    expect(passed.length).toBeGreaterThanOrEqual(one.frames.length - 1);
    const shown = one.tails.flatMap((tail) => tail.entries).map(({ index }) => index);
    expect(passed.filter(({ index }) => shown.includes(index))).toEqual([]);
    linked(one.tails);
  });

  test("I4 his request, what each look disclosed and his end are on record, at most one entry a second", async () => {
    const from = await logSize(house);
    const follower = await following();
    const began = performance.now();
    for (let time = 0; time < 30; time += 1) {
      await act();
      await sleep(50);
    }
    await follower.until(({ tails }) => tails.flatMap((tail) => tail.entries).length >= 60);
    const seconds = (performance.now() - began) / 1_000;
    await follower.client.dispose();
    const own = async (): Promise<string[]> => {
      const { rows } = await house.admin.query<{ kind: string }>(
        `select kind from audit.entry where log_id = 0 and idx >= $1 and person_tag =
           (select person_tag from audit.entry where log_id = 0 and idx = $1) order by idx`,
        [from],
      );
      return rows.map(({ kind }) => kind);
    };
    await vi.waitFor(async () => expect((await own()).at(-1)).toBe("operation.outcome"), 5_000);
    const kinds = await own();
    expect(kinds[0]).toBe("operation.request");
    const parts = kinds.filter((kind) => kind === "operation.part").length;
    expect(parts).toBe(follower.frames.length);
    expect(parts).toBeLessThanOrEqual(2 + seconds);
    const { rows } = await house.admin.query<{ id: string }>(
      "select id from audit.entry where log_id = 0 and idx >= $1 and kind = 'operation.part'",
      [from],
    );
    expect(rows.length).toBe(parts);
    const again = await following({ size: from, chain: await chainAt(from) });
    const contents = again.tails.flatMap((tail) => tail.entries).map(({ sections }) => sections[2]?.content ?? "");
    expect(contents.filter((content) => content.includes('"ended":"by the caller"'))).toEqual([
      expect.stringMatching(/"entries":60,.*"looks":\d+,"size":\d+/),
    ]);
  });

  async function chainAt(size: number): Promise<string> {
    const { rows } = await house.admin.query<{ chain: string }>(
      "select encode(chain, 'hex') as chain from audit.entry where log_id = 0 and idx = $1",
      [size - 1],
    );
    return rows[0]?.chain ?? "";
  }

  test("I4 goes on from a chain head, and is told that a head is not one of this log, which ends it", async () => {
    const follower = await following();
    const { size, chain } = follower.tails[0] ?? { size: 0, chain: "" };
    await follower.client.dispose();
    await act();
    const again = await following({ size, chain });
    const shown = again.tails.flatMap((tail) => tail.entries);
    expect(shown[0]?.index).toBe(size);
    // What an earlier following wrote is no secret of the one that goes on.
    expect(shown.map(({ kind }) => kind)).toContain("operation.part");
    await again.client.dispose();
    for (const wrong of [
      { size, chain: toHex(fromHex(chain).toReversed()) },
      { size: size + 1_000_000, chain },
    ]) {
      const other = new Follower(otto, TAIL, wrong);
      await other.until(({ ended }) => ended);
      expect(other.tails).toMatchObject([{ agrees: false, entries: [], size: wrong.size }]);
    }
  });

  test("I4 with a session of a lower level the same entries come, their sections withheld", async () => {
    const low = new Follower(await serving.token("otto", "U"));
    await low.until(({ frames }) => frames.length > 0);
    await act("rita");
    await low.until(({ tails }) => tails.flatMap((tail) => tail.entries).length >= 2);
    const text = JSON.stringify(low.frames);
    expect(text).toContain("withheld");
    expect(text).not.toContain(house.personId("rita"));
  });

  test("I1 is shown nothing more from the moment on in which he is suspended", async () => {
    const follower = await following();
    await house.admin.query("update access.person set suspended = true where id = $1", [house.personId("otto")]);
    try {
      const seen = follower.frames.length;
      await act();
      await follower.until(({ ended }) => ended);
      expect(follower.frames.slice(seen)).toMatchObject([
        { errors: [{ message: "unauthenticated", extensions: { code: "UNAUTHENTICATED" } }] },
      ]);
    } finally {
      await house.admin.query("update access.person set suspended = false where id = $1", [house.personId("otto")]);
    }
    await vi.waitFor(async () => {
      const ends = (await entries(house, (follower.tails[0]?.size ?? 0) - 1)).length;
      expect(ends).toBeGreaterThan(0);
    });
  });
});

describe("I9 whoever may not follow is told what everybody is told", () => {
  /** What a request to upgrade is answered with, where it is not upgraded. */
  function upgrade(headers: Record<string, string>, path = "/graphql"): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(new URL(path, serving.url), {
        headers: {
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": Buffer.from(randomUUID().slice(0, 16)).toString("base64"),
          "sec-websocket-protocol": "graphql-transport-ws",
          ...headers,
        },
      });
      sent.on("response", (reply) => {
        let body = "";
        reply.on("data", (chunk: Buffer) => (body += chunk.toString()));
        reply.on("end", () => resolve({ status: reply.statusCode ?? 0, body }));
      });
      sent.on("upgrade", (_reply, socket) => {
        socket.destroy();
        resolve({ status: 101, body: "" });
      });
      sent.on("error", reject);
      sent.end();
    });
  }

  test("I9 no connection is made before it is known who asks, nor on a path that has none", async () => {
    expect(await upgrade({})).toMatchObject({ status: 401 });
    expect(await upgrade({ authorization: "Bearer nonsense" })).toMatchObject({ status: 401 });
    expect(await upgrade({ authorization: `Bearer ${otto}` })).toEqual({ status: 101, body: "" });
    expect(await upgrade({ authorization: `Bearer ${otto}` }, "/nowhere")).toMatchObject({ status: 404 });
  });

  test("I9 an analyst hears what he hears of anything that is not there, and it is on record", async () => {
    const from = await logSize(house);
    const follower = new Follower(await serving.token("ana"));
    await follower.until(({ ended }) => ended);
    expect(follower.frames).toEqual([{ errors: [{ message: "not found", extensions: { code: "NOT_FOUND" } }] }]);
    const kinds = async (): Promise<string[]> => (await entries(house, from)).map(({ kind }) => kind);
    await vi.waitFor(async () =>
      expect(await kinds()).toEqual(["operation.request", "operation.part", "operation.outcome"]),
    );
  });

  test.each([
    ["a query", "{ viewer { handle } }"],
    [
      "a mutation",
      'mutation { personSuspend(input: { idempotencyKey: "x", personId: "x", reason: "x" }) { userErrors { code } } }',
    ],
    ["two fields at once", `subscription { a: auditTail { size } b: auditTail { size } }`],
    ["a field that there is not", "subscription { assetTail { size } }"],
    ["no document", "{"],
    ["a chain value that is none", 'subscription { auditTail(size: 3, chain: "abc") { size } }'],
    ["half a head", "subscription { auditTail(size: 3) { size } }"],
  ])("I9 %s on this way is refused in the one form, and is on record", async (_, query) => {
    const from = await logSize(house);
    const follower = new Follower(otto, query);
    await follower.until(({ ended }) => ended);
    const told = follower.refused ?? follower.frames[0]?.errors;
    expect(told).toEqual([{ message: "invalid request", extensions: { code: "INVALID_REQUEST" } }]);
    expect(await logSize(house)).toBeGreaterThan(from);
  });

  test("I9 a subscription that comes as a request is refused in the one form", async () => {
    const answer = await serving.graphql(otto, "subscription { auditTail { size } }");
    expect([answer.status, answer.body.toString()]).toEqual([
      400,
      '{"errors":[{"message":"invalid request","extensions":{"code":"INVALID_REQUEST"}}]}',
    ]);
  });

  test("I9 a third one of the same person is refused, until another one has ended", async () => {
    const [one] = [await following(), await following()];
    expect(await upgrade({ authorization: `Bearer ${otto}` })).toMatchObject({ status: 429 });
    await one.client.dispose();
    await vi.waitFor(
      async () => expect(await upgrade({ authorization: `Bearer ${otto}` })).toMatchObject({ status: 101 }),
      {
        timeout: 5_000,
        interval: 100,
      },
    );
  });
});

test("I4 a server that stops says goodbye, after the end of what was followed is on record", async () => {
  const other = await serve(house);
  const usual = serving;
  serving = other;
  const follower = new Follower(otto);
  serving = usual;
  await follower.until(({ frames }) => frames.length > 0);
  const from = await logSize(house);
  await other.close();
  await follower.until(({ closed }) => closed !== null);
  expect(follower.closed).toBe(1001);
  const { rows } = await house.admin.query<{ kind: string }>(
    "select kind from audit.entry where log_id = 0 and idx >= $1 order by idx",
    [from],
  );
  expect(rows.map(({ kind }) => kind)).toContain("operation.outcome");
});
