import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { nodeCrypto, openCheckpoint } from "../../audit/index.ts";
import type { VerifierKey } from "../../audit/index.ts";
import { SignedHeads } from "../../src/signer/signed-heads.ts";
import { SignerProcess } from "../../src/signer/signer-process.ts";
import { SigningDesk } from "../../src/signer/signing-desk.ts";
import { Seeded, flipBit } from "../audit/seeded.ts";
import { History, ORIGIN, newFolders, removeFolders } from "./signer-fixture.ts";

const first = new History();
let folders: ReturnType<typeof newFolders>;
let signer: SignerProcess;
let key: VerifierKey;

async function keyOf(of: { open: SignerProcess["open"] }): Promise<VerifierKey> {
  const [only] = (await of.open(ORIGIN)).keys;
  if (!only) throw new Error("no key");
  return only.key;
}

/** Size and whether the log's key signed it. */
function signedSize(note: string): number | string {
  const opened = openCheckpoint(nodeCrypto, note, key);
  return opened.outcome === "verified" ? opened.checkpoint.size : opened.outcome;
}

const records = (): string => join(folders.records, encodeURIComponent(ORIGIN));

beforeEach(async () => {
  folders = newFolders();
  signer = new SignerProcess(folders);
  key = await keyOf(signer);
});
afterEach(() => signer.close());
afterAll(removeFolders);

/** A signer that begins anew on the same folders. */
async function restarted(): Promise<SignerProcess> {
  await signer.close();
  signer = new SignerProcess(folders);
  return signer;
}

describe("I5 the signer, a process of its own", () => {
  test("signs a first tree of any size, and every one that is proven to continue the last that it signed", async () => {
    expect(signedSize(await signer.sign(await first.head(0, 5)))).toBe(5);
    let last = 5;
    for (const size of [6, 8, 255, 256, 257, 512, 700]) {
      expect(signedSize(await signer.sign(await first.head(last, size)))).toBe(size);
      last = size;
    }
  });

  test("signs the empty tree of a new log", async () => {
    expect(signedSize(await signer.sign(await first.head(0, 0)))).toBe(0);
    expect(signedSize(await signer.sign(await first.head(0, 1)))).toBe(1);
  });

  test("gives the same note for the same tree, also after a restart", async () => {
    const note = await signer.sign(await first.head(0, 40));
    expect(await signer.sign(await first.head(0, 40))).toBe(note);
    expect(await (await restarted()).sign(await first.head(40, 40))).toBe(note);
  });

  test("refuses a fork: another root of the size that it signed last, and a larger tree of another history", async () => {
    await signer.sign(await first.head(0, 40));
    for (const shared of [0, 17, 39]) {
      const other = new History("second", shared);
      await expect(signer.sign(await other.head(40, 40))).rejects.toMatchObject({ code: "FORK" });
      await expect(signer.sign(await other.head(40, 60))).rejects.toMatchObject({ code: "PROOF_BAD" });
    }
    expect((await signer.open(ORIGIN)).last.size).toBe(40);
  });

  test("refuses a fork and a regression after a restart, too", async () => {
    await signer.sign(await first.head(0, 40));
    const again = await restarted();
    await expect(again.sign(await new History("second").head(40, 60))).rejects.toMatchObject({ code: "PROOF_BAD" });
    await expect(again.sign(await first.head(0, 39))).rejects.toMatchObject({ code: "REGRESSION" });
    await expect(again.sign(await first.head(0, 0))).rejects.toMatchObject({ code: "REGRESSION" });
  });

  test("refuses a proof from another size than it signed last, even a true one", async () => {
    await signer.sign(await first.head(0, 40));
    for (const from of [0, 1, 39, 41]) {
      await expect(signer.sign(await first.head(from, 60))).rejects.toMatchObject({ code: "STALE" });
    }
  });

  test("refuses a proof with a bit changed, a hash too few or a hash too many, and any to the empty tree", async () => {
    const random = new Seeded(7);
    await signer.sign(await first.head(0, 300));
    const head = await first.head(300, 611);
    const { proof } = head;
    const spoiled = [
      ...proof.map((hash, at) => proof.with(at, flipBit(hash, random.below(256)))),
      ...proof.map((_, at) => proof.toSpliced(at, 1)),
      [...proof, random.bytes(32)],
      [random.bytes(32), ...proof],
      [],
    ];
    for (const bad of spoiled)
      await expect(signer.sign({ ...head, proof: bad })).rejects.toMatchObject({ code: "PROOF_BAD" });
    expect(signedSize(await signer.sign(head))).toBe(611);
  });

  test("signs nothing of a log that was never introduced, and takes no name that a note's key cannot have", async () => {
    const head = await first.head(0, 5);
    await expect(signer.sign({ ...head, origin: "other" })).rejects.toMatchObject({ code: "UNKNOWN_LOG" });
    for (const origin of ["a b", "a+b", "..", "\n"])
      await expect(signer.open(origin)).rejects.toMatchObject({ code: "MALFORMED" });
    expect(readdirSync(folders.records)).toEqual([encodeURIComponent(ORIGIN)]);
  });

  test("remembers each log for itself and lists them with their sizes", async () => {
    await signer.open("test.example/recipient/1");
    await signer.sign(await first.head(0, 9));
    expect(await signer.logs()).toEqual([
      { origin: ORIGIN, size: 9 },
      { origin: "test.example/recipient/1", size: 0 },
    ]);
    expect((await signer.open("test.example/recipient/1")).keys[0]?.key.publicKey).not.toEqual(key.publicKey);
  });
});

describe("I9 a signer that has lost what it signed", () => {
  test("signs nothing while a key is there and its record is not, until a person says what it signed last", async () => {
    const note = await signer.sign(await first.head(0, 40));
    rmSync(records(), { recursive: true });
    for (const begin of [() => signer, restarted]) {
      const attempt = await begin();
      await expect(attempt.open(ORIGIN)).rejects.toMatchObject({ code: "STATE_MISSING" });
      await expect(attempt.sign(await first.head(0, 60))).rejects.toMatchObject({ code: "STATE_MISSING" });
    }
    const desk = new SigningDesk(folders);
    await expect(desk.adopt(ORIGIN, note.replace("\n40\n", "\n41\n"))).rejects.toMatchObject({ code: "MALFORMED" });
    expect(await desk.adopt(ORIGIN, note)).toBe(40);
    await expect(signer.sign(await new History("second").head(40, 60))).rejects.toMatchObject({ code: "PROOF_BAD" });
    expect(signedSize(await signer.sign(await first.head(40, 60)))).toBe(60);
  });

  test("is never set back by what a person says", async () => {
    const older = await signer.sign(await first.head(0, 40));
    await signer.sign(await first.head(40, 60));
    await expect(new SigningDesk(folders).adopt(ORIGIN, older)).rejects.toMatchObject({ code: "REGRESSION" });
  });

  test("makes no new key in the place of one that has signed", async () => {
    await signer.sign(await first.head(0, 40));
    rmSync(join(folders.keys, `log.${encodeURIComponent(ORIGIN)}.ed25519.p8`));
    await expect((await restarted()).open(ORIGIN)).rejects.toMatchObject({ code: "KEY_MISSING" });
  });

  test("believes no record that the log's key did not sign, none that is cut, and none of another log", async () => {
    await signer.sign(await first.head(0, 40));
    const stranger = newFolders();
    const other = new SigningDesk(stranger);
    await other.open(ORIGIN);
    await other.sign(await first.head(0, 5));
    const theirs = join(stranger.records, encodeURIComponent(ORIGIN), "000000000002.json");
    const next = join(records(), "000000000009.json");
    const damaged = async (): Promise<void> => {
      await expect(signer.open(ORIGIN)).rejects.toMatchObject({ code: "STATE_DAMAGED" });
      await expect(signer.sign(await first.head(40, 60))).rejects.toMatchObject({ code: "STATE_DAMAGED" });
      rmSync(next);
    };
    copyFileSync(theirs, next);
    await damaged();
    for (const text of ["", "{}\n", '{"caveat":"signed/v1"}\n', "[]"]) {
      writeFileSync(next, text, { mode: 0o600 });
      await damaged();
    }
    expect(signedSize(await signer.sign(await first.head(40, 60)))).toBe(60);
  });

  test("reads no record that others may read or write, and no folder that they may enter", async () => {
    writeFileSync(join(records(), "000000000009.json"), "{}\n", { mode: 0o644 });
    await expect(signer.open(ORIGIN)).rejects.toMatchObject({ code: "KEY_UNUSABLE" });
    const open = newFolders();
    mkdirSync(open.records, { mode: 0o755 });
    await expect(new SigningDesk(open).open(ORIGIN)).rejects.toMatchObject({ code: "KEY_UNUSABLE" });
  });
});

describe("I5 two signers on one folder", () => {
  test("never sign two histories between them: of two that saw the same last record one comes second", async () => {
    const desks = Array.from({ length: 6 }, () => new SigningDesk(folders));
    const wanted = await Promise.all(desks.map((_, at) => new History(`history ${at}`, 20).head(0, 30 + (at % 3))));
    const outcomes = await Promise.allSettled(desks.map((desk, at) => desk.sign(wanted[at] ?? wanted[0] ?? raise())));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const codes = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [(outcome.reason as { code: string }).code] : [],
    );
    expect(codes.filter((code) => !["FORK", "STALE", "REGRESSION"].includes(code))).toEqual([]);
  });

  test("a slow one finds its number free again and still does not sign", async () => {
    const [slow, fast] = [new SigningDesk(folders), new SigningDesk(folders)];
    await fast.sign(await first.head(0, 10));
    const wanted = await new History("second", 10).head(10, 20);
    // The record that the slow one would write next, after two further ones that removed it.
    await fast.sign(await first.head(10, 11));
    await fast.sign(await first.head(11, 12));
    await fast.sign(await first.head(12, 13));
    await expect(slow.sign(wanted)).rejects.toMatchObject({ code: "STALE" });
    const head = { size: wanted.size, root: wanted.root, note: "not given out" };
    for (const sequence of [2, 3, 4, 5])
      expect(await new SignedHeads(folders.records).add(ORIGIN, { sequence, head })).toBe(false);
    expect((await slow.open(ORIGIN)).last.size).toBe(13);
    await slow.sign(await first.head(13, 14));
    expect(readdirSync(records()).toSorted()).toEqual(["000000000005.json", "000000000006.json"]);
  });
});

function raise(): never {
  throw new Error("nothing there");
}
