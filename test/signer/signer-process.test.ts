import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatRequest } from "../../src/signer/messages.ts";
import { SignerProcess } from "../../src/signer/signer-process.ts";
import { isAlive } from "../../src/storage/embedded/postmaster-file.ts";
import { within } from "../server/running-server.ts";
import { History, ORIGIN, RawSigner, newFolders, removeFolders } from "./signer-fixture.ts";

const first = new History();

afterAll(removeFolders);

describe("I9 the signer's lines", () => {
  let raw: RawSigner;
  beforeAll(() => {
    raw = new RawSigner(newFolders());
  });
  afterAll(() => raw.end());

  test("are answered in order, each with the id that it came with", async () => {
    expect((await raw.say(formatRequest(7, { do: "open", origin: ORIGIN }))).line).toMatch(
      /^\{"id":7,"keys":\[\{"from":0,"vkey":"test\.example\/activity\+/,
    );
    const head = await first.head(0, 3);
    raw.write(`${formatRequest(1, { do: "sign", head })}\n${formatRequest(2, { do: "logs" })}\n`);
    expect(JSON.parse(await raw.next())).toMatchObject({ id: 1 });
    expect(await raw.next()).toBe(`{"id":2,"logs":[{"origin":"${ORIGIN}","size":3}]}`);
  });

  test("that are no request are refused, and nothing is signed for them", async () => {
    const head = await first.head(3, 4);
    const good = formatRequest(3, { do: "sign", head });
    const members = JSON.parse(good) as Record<string, unknown>;
    const spelled = (change: Record<string, unknown>): string => JSON.stringify({ ...members, ...change });
    const bad = [
      "",
      "sign",
      "null",
      "[]",
      "{}",
      '{"do":"logs"}',
      '{"do":"exit","id":1}',
      '{"do":"logs","id":-1}',
      '{"do":"logs","id":1.5}',
      '{"do":"logs","id":"1"}',
      '{"do":"logs","id":1,"id":1}',
      '{"do":"logs","id":1,"more":1}',
      '{"id":1,"do":"logs"}',
      ` ${good}`,
      `${good}\r`,
      `${good}${good}`,
      good.slice(0, -1),
      spelled({ size: "4" }),
      spelled({ size: 2 ** 53 }),
      spelled({ root: "" }),
      spelled({ root: Buffer.alloc(31).toString("base64") }),
      spelled({ root: `${"A".repeat(42)}_=` }),
      spelled({ proof: [""] }),
      spelled({ proof: "x" }),
      spelled({ proof: Array.from({ length: 107 }, () => Buffer.alloc(32).toString("base64")) }),
      spelled({ origin: "" }),
      spelled({ origin: "o".repeat(181) }),
      spelled({ text: "anything else to sign" }),
      JSON.stringify(Object.fromEntries(Object.entries(members).filter(([name]) => name !== "proof"))),
    ];
    for (const line of bad)
      expect([line.slice(0, 60), (await raw.say(line)).code]).toEqual([line.slice(0, 60), "MALFORMED"]);
    raw.write(Uint8Array.of(0xff, 0xfe, 0x0a));
    expect(JSON.parse(await raw.next())).toMatchObject({ id: null, refused: { code: "MALFORMED" } });
    expect((await raw.say(formatRequest(9, { do: "logs" }))).line).toBe(
      `{"id":9,"logs":[{"origin":"${ORIGIN}","size":3}]}`,
    );
    expect((await raw.say(good)).code).toBeNull();
  });

  test("that do not end are given up at 16,384 bytes, and the program with them", async () => {
    const own = new RawSigner(newFolders());
    own.write("x".repeat(16_385));
    expect(JSON.parse(await own.next())).toMatchObject({ id: null, refused: { code: "MALFORMED" } });
    expect(await own.ended).toBe(0);
  });

  test("may come in pieces of one byte", async () => {
    for (const byte of Buffer.from(`${formatRequest(5, { do: "logs" })}\n`)) raw.write(Uint8Array.of(byte));
    expect(JSON.parse(await raw.next())).toMatchObject({ id: 5 });
  });
});

describe("I9 the signer's process", () => {
  test("ends when its input ends, and at no signal that a terminal or a service manager sends to a whole group", async () => {
    const own = new RawSigner(newFolders());
    await own.say(formatRequest(1, { do: "logs" }));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) own.child.kill(signal);
    expect((await own.say(formatRequest(2, { do: "logs" }))).id).toBe(2);
    expect(await own.end()).toBe(0);
  });

  test("that was killed is started again, and knows what it signed", async () => {
    const signer = new SignerProcess(newFolders());
    try {
      await signer.open(ORIGIN);
      const note = await signer.sign(await first.head(0, 40));
      for (let round = 0; round < 3; round += 1) {
        const { pid } = signer;
        if (pid === null) throw new Error("no process");
        process.kill(pid, "SIGKILL");
        expect(await signer.sign(await first.head(0, 40))).toBe(note);
        expect(signer.pid).not.toBe(pid);
      }
      await expect(signer.sign(await new History("second").head(40, 60))).rejects.toMatchObject({ code: "PROOF_BAD" });
    } finally {
      await signer.close();
    }
  });

  test("is refused as unavailable where it cannot run, and after it was closed", async () => {
    const { root } = newFolders();
    // Folders that are files: it runs and can keep nothing.
    const signer = new SignerProcess({ keys: "/dev/null", records: `${root}/records` });
    await expect(signer.open(ORIGIN)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const { pid } = signer;
    await signer.close();
    expect(await within(2_000, () => pid !== null && !isAlive(pid))).toBe(true);
    await expect(signer.open(ORIGIN)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
