import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  Frontier,
  leafHash256,
  leafIndex,
  nodeCrypto,
  openCheckpoint,
  readUnverifiedCheckpoint,
  toHex,
} from "../../audit/index.ts";
import { LogTiles } from "../../src/ledger/log-tiles.ts";
import type { PublisherParts } from "../../src/ledger/publisher.ts";
import { SigningDesk } from "../../src/signer/signing-desk.ts";
import { FileTiles } from "../../src/storage/blobs/tile-port.ts";
import { ORIGIN, codesOf, draft, judge, openLedger } from "./ledger-fixture.ts";
import type { TestLedger } from "./ledger-fixture.ts";

let ledger: TestLedger;

async function append(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, at) => ledger.writer.append(draft(`entry ${at}`))));
}
const folderOf = (name: string): string => join(ledger.folder, name);
const tileFile = (path: string): string => join(folderOf("logs"), encodeURIComponent(ORIGIN), path);

/** Root over the first entries, computed from nothing but the leaves in the database. */
async function recomputed(size: number): Promise<string> {
  const frontier = new Frontier(nodeCrypto);
  for (const leaf of await ledger.store.leaves(ledger.logId, 0, size))
    frontier.append(leafHash256(nodeCrypto, new Uint8Array(leaf)));
  return toHex(frontier.root());
}

/** After whatever happened: a server that starts now finds one history, signs all of it, and every tile of it is sound. */
async function goesOn(): Promise<void> {
  const publisher = await ledger.publisher();
  await publisher.inspect();
  const { size, root, note } = await publisher.publish();
  expect(size).toBe((await ledger.store.head(ledger.logId)).size);
  expect(toHex(root)).toBe(await recomputed(size));
  expect(openCheckpoint(nodeCrypto, note, ledger.verifier).outcome).toBe("verified");
  expect(readFileSync(tileFile("checkpoint"), "utf8")).toBe(note);
  expect(await ledger.store.lastCheckpoint(ledger.logId)).toEqual({ size, note });
  expect(await new LogTiles(new FileTiles(folderOf("logs")), ORIGIN).sound({ size, root })).toBe(true);
}

/** Thrown where a process would have been killed. */
class Killed extends Error {}

/** The real parts, ending at one step: after it is done, or before. */
function killedAt(step: string): Partial<PublisherParts> {
  const tiles = new FileTiles(folderOf("logs"));
  const signer = new SigningDesk({ keys: folderOf("keys"), records: folderOf("records") });
  const { store } = ledger;
  const killed = (): never => {
    throw new Killed(step);
  };
  return {
    tiles: {
      read: (log, path) => tiles.read(log, path),
      keep: async (log, files) => {
        const first = files[0]?.path ?? "";
        const kind = first === "checkpoint" ? "checkpoint" : first.startsWith("tile/entries/") ? "bundles" : "tiles";
        if (step === `half of the ${kind}`) {
          await tiles.keep(log, files.slice(0, Math.ceil(files.length / 2)));
          killed();
        }
        await tiles.keep(log, files);
        if (files.length > 0 && step === `the ${kind}`) killed();
      },
      remove: (log, paths) => (step === "before removing partial tiles" ? killed() : tiles.remove(log, paths)),
    },
    signer: {
      open: (origin) => signer.open(origin),
      logs: () => signer.logs(),
      sign: async (head) => {
        const note = await signer.sign(head);
        return step === "the signer's record" ? killed() : note;
      },
    },
    store: new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name !== "keepCheckpoint" || typeof value !== "function")
          return typeof value === "function" ? (value.bind(target) as unknown) : value;
        return async (...given: unknown[]) => {
          if (step === "before the note is kept") killed();
          await (Reflect.apply(value, target, given) as Promise<void>);
          if (step === "the kept note") killed();
        };
      },
    }),
  };
}

const STEPS = [
  "half of the bundles",
  "the bundles",
  "half of the tiles",
  "the tiles",
  "the signer's record",
  "before the note is kept",
  "the kept note",
  "the checkpoint",
  "before removing partial tiles",
];

describe("I10 a process that ends while it publishes", () => {
  beforeAll(async () => {
    ledger = await openLedger();
    await append(100);
    await (await ledger.publisher()).publish();
  });
  afterAll(() => ledger.remove());

  test.each(STEPS)("after %s leaves what the next start finishes", async (step) => {
    // Over the boundary of a tile each time or each second time.
    await append(190);
    const publisher = await ledger.publisher(killedAt(step));
    await expect(publisher.publish()).rejects.toBeInstanceOf(Killed);
    await goesOn();
    await append(3);
    await goesOn();
  });

  test.each(STEPS)(
    "after %s, and then entries come before the next start, leaves what that one finishes",
    async (step) => {
      await append(150);
      await expect((await ledger.publisher(killedAt(step))).publish()).rejects.toBeInstanceOf(Killed);
      await append(150);
      await goesOn();
    },
  );

  test("leaves an archive that verifies, with every checkpoint that was ever kept", async () => {
    expect(codesOf(await judge(await ledger.archive(), ledger.verifier))).toEqual([]);
  });

  test("nobody was given a note before the entries and tiles under it were durable, and none that the signer does not remember", async () => {
    await append(5);
    const order: string[] = [];
    const tiles = new FileTiles(folderOf("logs"));
    const signer = new SigningDesk({ keys: folderOf("keys"), records: folderOf("records") });
    const publisher = await ledger.publisher({
      tiles: {
        read: (log, path) => tiles.read(log, path),
        remove: (log, paths) => tiles.remove(log, paths),
        keep: async (log, files) => {
          await tiles.keep(log, files);
          for (const { path } of files) order.push(path.replace(/[/0-9x.p]+$/, ""));
        },
      },
      signer: {
        open: (origin) => signer.open(origin),
        logs: () => signer.logs(),
        sign: async (head) => {
          const note = await signer.sign(head);
          expect((await signer.open(ORIGIN)).last.note).toBe(note);
          order.push("signed");
          return note;
        },
      },
    });
    await publisher.publish();
    const steps = order.filter((step, at) => order[at - 1] !== step);
    expect(steps).toEqual(["tile/entries", "tile", "signed", "checkpoint"]);
  });
});

describe("I9 a start where database, tiles and signer do not agree", () => {
  beforeEach(async () => {
    ledger = await openLedger();
    await append(300);
    await (await ledger.publisher()).publish();
    await append(20);
    await (await ledger.publisher()).publish();
  });
  afterEach(() => ledger.remove());

  const asIntruder = (...statements: string[]): Promise<unknown> =>
    ledger.admin.query(
      [
        "begin",
        ...["log", "entry", "section", "checkpoint"].map((table) => `alter table audit.${table} disable trigger all`),
        ...statements,
        "commit",
      ].join(";"),
    );
  const inspected = async (): Promise<void> => (await ledger.publisher()).inspect();

  test("is refused with both sizes where the database holds less than was signed", async () => {
    await asIntruder(
      "delete from audit.section where idx >= 300",
      "delete from audit.entry where idx >= 300",
      "delete from audit.checkpoint where size > 300",
      "update audit.log set size = 300, chain = (select chain from audit.entry where idx = 299)",
    );
    await expect(inspected()).rejects.toMatchObject({ code: "DATABASE_SMALLER" });
    await expect(inspected()).rejects.toThrow("the database holds 300 entries, the signer signed 320");
    await expect((await ledger.publisher()).publish()).rejects.toMatchObject({ code: "DATABASE_SMALLER" });
    // Grown again past what was signed, it is another history.
    await append(40);
    await expect(inspected()).rejects.toMatchObject({ code: "DATABASE_DIFFERS" });
  });

  test("is refused where the database keeps a checkpoint that the signer does not remember", async () => {
    rmSync(folderOf("records"), { recursive: true });
    const desk = new SigningDesk({ keys: folderOf("keys"), records: folderOf("records") });
    const [older] = await ledger.store.checkpoints(ledger.logId, 300, 300);
    expect(await desk.adopt(ORIGIN, older?.note ?? "")).toBe(300);
    await expect(inspected()).rejects.toMatchObject({ code: "SIGNER_BEHIND" });
    const newest = await ledger.store.lastCheckpoint(ledger.logId);
    expect(await desk.adopt(ORIGIN, newest?.note ?? "")).toBe(320);
    await goesOn();
  });

  test.each(["tile/0/000", "tile/0/001.p/64", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/64"])(
    "writes %s anew where it was damaged or taken away, from entries that lead to the signed root",
    async (path) => {
      const bytes = readFileSync(tileFile(path));
      writeFileSync(tileFile(path), Buffer.from(bytes.map((byte, at) => (at === 9 ? byte ^ 1 : byte))));
      await inspected();
      expect(readFileSync(tileFile(path))).toEqual(bytes);
      rmSync(tileFile(path));
      await inspected();
      expect(readFileSync(tileFile(path))).toEqual(bytes);
      await goesOn();
    },
  );

  test("is refused where tiles are gone and the entries do not lead to the signed root", async () => {
    rmSync(tileFile("tile"), { recursive: true });
    await asIntruder("update audit.entry set leaf = set_byte(leaf, 700, get_byte(leaf, 700) # 1) where idx = 17");
    await expect(inspected()).rejects.toMatchObject({ code: "TILE_DAMAGED" });
    await append(1);
    await expect((await ledger.publisher()).publish()).rejects.toMatchObject({ code: "TILE_DAMAGED" });
  });

  test("a tile that is damaged while the server runs gives no proof, and is written anew by the next checkpoint", async () => {
    const publisher = await ledger.publisher();
    const tree = await publisher.publish();
    const [leaf] = await ledger.store.leaves(ledger.logId, 17, 18);
    if (!leaf) throw new Error("no leaf");
    const prove = (bytes: Uint8Array): Promise<readonly Uint8Array[]> => publisher.prove(bytes, leafIndex(17), tree);
    const before = await prove(new Uint8Array(leaf));
    const bytes = readFileSync(tileFile("tile/0/000"));
    writeFileSync(tileFile("tile/0/000"), Buffer.from(bytes).fill(0, 32 * 16, 32 * 17));
    await expect(prove(new Uint8Array(leaf))).rejects.toMatchObject({ code: "TILE_DAMAGED" });
    expect(await publisher.publish()).toEqual(tree);
    expect(await prove(new Uint8Array(leaf))).toEqual(before);
    // Nor is there a proof of an entry that was changed in the database.
    await expect(prove(new Uint8Array(leaf).fill(0x20, 0, 1))).rejects.toMatchObject({ code: "TILE_DAMAGED" });
  });

  test("a note of another tree than was asked for is not given out", async () => {
    const signer = new SigningDesk({ keys: folderOf("keys"), records: folderOf("records") });
    const old = (await signer.open(ORIGIN)).last.note ?? "";
    const liar = { open: (origin: string) => signer.open(origin), logs: () => signer.logs(), sign: async () => old };
    await append(1);
    await expect((await ledger.publisher({ signer: liar })).publish()).rejects.toMatchObject({
      code: "CHECKPOINT_BAD",
    });
    expect((await ledger.store.lastCheckpoint(ledger.logId))?.size).toBe(readUnverifiedCheckpoint(old).size);
  });
});
