import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { logSize } from "../access/entries.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { RawSocket, frame, message } from "./raw-socket.ts";

const TAIL = "subscription { auditTail { size entries { kind sections { content } } } }";

let house: TestHouse;
let serving: Serving;
let otto: string;
const sockets: RawSocket[] = [];

beforeAll(async () => {
  house = await openTestHouse();
  serving = await serve(house);
  otto = await serving.token("otto");
});
afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.destroy();
  await sleep(300);
});
afterAll(async () => {
  await serving.close();
  await house.remove();
});

async function open(at = serving, token = otto, headers: Record<string, string> = {}): Promise<RawSocket> {
  const raw = await RawSocket.open(at.url, token, headers);
  sockets.push(raw);
  return raw;
}

async function kinds(from: number): Promise<string[]> {
  const { rows } = await house.admin.query<{ kind: string }>(
    "select kind from audit.entry where log_id = 0 and idx >= $1 order by idx",
    [from],
  );
  return rows.map(({ kind }) => kind);
}

const act = async (): Promise<void> => {
  await serving.data(await serving.token("ana"), "{ viewer { handle } }");
};
const suspend = (whether: boolean): Promise<unknown> =>
  house.admin.query("update access.person set suspended = $2 where id = $1", [house.personId("otto"), whether]);

/** Whether something happens in time. */
const within = (what: Promise<unknown>, milliseconds: number): Promise<boolean> =>
  Promise.race([what.then(() => true), sleep(milliseconds, false)]);

describe("I9 a connection that keeps to nothing", () => {
  test("I9 takes no slot with it when it has enough before anything began, and the server still stops", async () => {
    const other = await serve(house);
    const rita = await other.token("rita");
    for (let time = 0; time < 2; time += 1) {
      const raw = await open(other, rita);
      raw.socket.write(message({ type: "connection_init" }));
      await raw.until("connection_ack");
      const subscribe = message({ id: "1", type: "subscribe", payload: { query: TAIL } });
      raw.socket.write(Buffer.concat([subscribe, message({ id: "1", type: "complete" })]));
      await sleep(300);
      raw.socket.destroy();
    }
    await sleep(500);
    expect((await open(other, rita)).status).toBe(101);
    expect(await within(other.close(), 6_000)).toBe(true);
  });

  test("I9 is not let in while the server stops, which one that never says goodbye does not hold up", async () => {
    const other = await serve(house);
    const slow = await open(other);
    await slow.subscribe(TAIL);
    expect(await slow.until('"next"')).toBe(true);
    const closing = other.close();
    await sleep(300);
    const late = await RawSocket.open(other.url, otto).catch(() => null);
    expect(late?.status === 101).toBe(false);
    expect(await within(closing, 6_000)).toBe(true);
  });

  test("I9 is ended when it asks more than anybody needs and reads nothing", async () => {
    const raw = await open(serving, await serving.token("ana"));
    raw.socket.write(message({ type: "connection_init" }));
    await raw.until("connection_ack");
    raw.socket.pause();
    const ping = message({ type: "ping", payload: { x: "y".repeat(60_000) } });
    const before = process.memoryUsage().rss;
    for (let time = 0; time < 400 && !raw.closed; time += 1) {
      raw.socket.write(ping);
      raw.socket.write(frame("", 10));
      await sleep(1);
    }
    raw.socket.resume();
    await vi.waitFor(() => expect(raw.closed).toBe(true), 5_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  test("I9 is one of two of its person at most, also when eight come at once", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => open()));
    await sleep(500);
    // 0x1149 is 4429, the code with which the others are closed.
    const stay = all.filter(({ status, text }) => status === 101 && !text.includes("\x88\x02\x11\x4d"));
    expect(stay.length).toBe(2);
  });

  test.each([
    ["a key that is none", { "sec-websocket-key": "bad" }],
    ["another version", { "sec-websocket-version": "99" }],
    ["protocols that are no list", { "sec-websocket-protocol": "a,,b" }],
    ["no protocol", { "sec-websocket-protocol": "" }],
    ["another protocol", { "sec-websocket-protocol": "graphql-ws" }],
  ])("I9 with %s hears the one form of an error, and is on record", async (_, headers) => {
    const from = await logSize(house);
    const raw = await open(serving, otto, headers);
    expect(raw.status).toBe(400);
    expect(await raw.until('{"errors":[{"message":"invalid request","extensions":{"code":"INVALID_REQUEST"}}]}')).toBe(
      true,
    );
    expect(await kinds(from)).toEqual(["operation.request", "operation.outcome"]);
  });

  test("I4 causes no more looks once the server has closed it, whether it says goodbye or not", async () => {
    const raw = await open();
    await raw.subscribe(TAIL);
    await raw.until('"next"');
    raw.socket.write(message({ id: "2", type: "subscribe", payload: { query: TAIL } }));
    await sleep(500);
    const from = await logSize(house);
    for (let time = 0; time < 3; time += 1) {
      await act();
      await sleep(1_000);
    }
    expect((await kinds(from)).filter((kind) => kind === "operation.part")).toEqual([]);
    await vi.waitFor(() => expect(raw.closed).toBe(true), 5_000);
  });
});

describe("what is followed", () => {
  test("I1 who looks is proven after what came is known: a suspension in between shows nothing of it", async () => {
    let armed = false;
    const news = async (from: number): Promise<boolean> => {
      if (!armed) return house.house.news(from);
      armed = false;
      await suspend(true);
      await act();
      return true;
    };
    const other = await serve({ ...house, house: { ...house.house, news } });
    try {
      const raw = await open(other);
      await raw.subscribe(TAIL);
      await raw.until('"next"');
      await sleep(1_200);
      const shown = raw.text.length;
      armed = true;
      expect(await raw.until("UNAUTHENTICATED")).toBe(true);
      expect(raw.text.slice(shown)).not.toContain("operation.request");
    } finally {
      await suspend(false);
      await other.close();
    }
  });

  test.each([
    ["a root from which all is left out", "subscription { auditTail @skip(if: true) { size } }"],
    ["a list that is asked twice", "subscription { auditTail { a: entries { kind } b: entries { kind } } }"],
    [
      "a list twice by a fragment",
      "subscription { auditTail { entries { kind } ...F } } fragment F on AuditTail { b: entries { kind } }",
    ],
    [
      "a list twice below another",
      "subscription { auditTail { entries { a: sections { slot } b: sections { slot } } } }",
    ],
  ])("I9 %s is an invalid request", async (_, query) => {
    const raw = await open();
    await raw.subscribe(query);
    expect(await raw.until("INVALID_REQUEST")).toBe(true);
  });

  test("I4 its end comes into the log when that takes entries again", async () => {
    const from = await logSize(house);
    const raw = await open();
    await raw.subscribe(TAIL);
    await raw.until('"next"');
    await house.admin.query("alter function audit.append_packed rename to append_packed_away");
    try {
      raw.socket.destroy();
      await sleep(700);
    } finally {
      await house.admin.query("alter function audit.append_packed_away rename to append_packed");
    }
    await vi.waitFor(async () => expect(await kinds(from)).toContain("operation.outcome"), 8_000);
    expect((await open()).status).toBe(101);
  });
});
