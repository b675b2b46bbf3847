import { readFileSync } from "node:fs";
import { createPrivateKey, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  FormatError,
  checkpointBody,
  formatCheckpoint,
  formatNote,
  formatProof,
  formatVkey,
  leafIndex,
  nodeCrypto,
  openCheckpoint,
  openNote,
  parseCheckpointBody,
  parseNote,
  parseProof,
  parseVkey,
  treeSize,
  utf8,
} from "../../audit/index.ts";
import { Seeded, ed25519FromSeed, flipBit, noteSigner } from "./seeded.ts";
import { shared } from "./vectors.ts";

const NAME = "caveat.example/log";
const signer = noteSigner(NAME, 1);
const checkpoint = { origin: NAME, size: treeSize(12), root: new Uint8Array(32).fill(3) };
const note = formatCheckpoint(checkpoint, signer.key, signer.sign(checkpointBody(checkpoint)));

interface GoVectors {
  readonly verifier_keys: readonly string[];
  readonly signer_key: string;
  readonly bad_verifier_keys: readonly { readonly key: string }[];
  readonly sign: { readonly text: string; readonly expected: string };
  readonly open_ok: readonly {
    readonly note_base64: string;
    readonly verifiers: readonly string[];
    readonly verified: readonly string[];
  }[];
  readonly open_error: readonly {
    readonly note_base64: string;
    readonly verifiers: readonly string[];
    readonly error: string;
  }[];
}

describe("signed notes", () => {
  test("the example of the C2SP specification verifies", () => {
    const key = parseVkey(nodeCrypto, "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    const text =
      "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    const opened = openNote(nodeCrypto, utf8(text), [key]);
    expect(opened).toMatchObject({ outcome: "verified", note: { text: "This is an example message.\n" } });
    expect(openNote(nodeCrypto, utf8(text.replace("example m", "exampel m")), [key]).outcome).toBe("invalid-signature");
  });

  const go = shared("data/tlog-note-go/signed-note-vectors.json");
  test.skipIf(go.absent)("the vectors of the Go implementation open, fail and sign as they say", () => {
    const vectors = JSON.parse(readFileSync(go.path, "utf8")) as GoVectors;
    const keys = (lines: readonly string[]) => lines.map((line) => parseVkey(nodeCrypto, line));
    expect(keys(vectors.verifier_keys).map(formatVkey)).toEqual(vectors.verifier_keys);
    for (const { key } of vectors.bad_verifier_keys) expect(() => parseVkey(nodeCrypto, key)).toThrow(FormatError);
    for (const { note_base64, verifiers, verified } of vectors.open_ok) {
      const opened = openNote(nodeCrypto, Buffer.from(note_base64, "base64"), keys(verifiers));
      if (opened.outcome !== "verified") throw new Error(opened.outcome);
      expect(opened.note.signedBy.map((key) => key.name)).toEqual(verified);
    }
    for (const { note_base64, verifiers, error } of vectors.open_error) {
      const { outcome } = openNote(nodeCrypto, Buffer.from(note_base64, "base64"), keys(verifiers));
      const expected = error.startsWith("malformed")
        ? "malformed"
        : error.startsWith("invalid")
          ? "invalid-signature"
          : "no-known-key";
      expect(outcome).toBe(expected);
    }
    const seed = Buffer.from(vectors.signer_key.split("+").slice(4).join("+"), "base64").subarray(1);
    const [key] = keys(vectors.verifier_keys);
    if (key === undefined) throw new Error("no key");
    const signature = new Uint8Array(
      sign(
        null,
        Buffer.from(vectors.sign.text),
        createPrivateKey(ed25519FromSeed(seed).export({ format: "pem", type: "pkcs8" })),
      ),
    );
    expect(formatNote(vectors.sign.text, [{ name: key.name, id: key.id, signature }])).toBe(vectors.sign.expected);
  });

  test("keeps malformed, badly signed, unknown and verified apart", () => {
    const other = noteSigner("somebody.else", 2).key;
    expect(openNote(nodeCrypto, utf8(note), [signer.key]).outcome).toBe("verified");
    expect(openNote(nodeCrypto, utf8(note), [other]).outcome).toBe("no-known-key");
    expect(openNote(nodeCrypto, utf8(note.replace("\n12\n", "\n13\n")), [signer.key]).outcome).toBe(
      "invalid-signature",
    );
    expect(openNote(nodeCrypto, utf8("text\n"), [signer.key]).outcome).toBe("malformed");
  });
  test("ignores signatures of unknown keys, as a client must, but not a bad one of a known key", () => {
    const witness = noteSigner("witness.example", 4);
    const body = checkpointBody(checkpoint);
    const line = { name: witness.key.name, id: witness.key.id, signature: new Uint8Array(64) };
    const both = formatNote(body, [{ name: NAME, id: signer.key.id, signature: signer.sign(body) }, line]);
    expect(openNote(nodeCrypto, utf8(both), [signer.key]).outcome).toBe("verified");
    expect(openNote(nodeCrypto, utf8(both), [signer.key, witness.key]).outcome).toBe("invalid-signature");
  });
  test("refuses control characters, other dashes, bad names, bad base64 and missing ends", () => {
    const line = note.slice(note.lastIndexOf("—"));
    for (const bad of [
      note.replace("12", "1\r2"),
      note.replace("12", "1\t2"),
      note.replace("—", "-"),
      note.replace("— ", "—  "),
      note.slice(0, -1),
      note.slice(0, note.length - line.length),
      note.replace(line, `— a+b AAAAAAA=\n`),
      note.replace(line, `— a\u00a0b AAAAAAA=\n`),
      note.replace(line, `—  AAAAAAA=\n`),
      note.replace(line, "— name AAAA\n"),
      `${note.slice(0, -2)}\n`,
      note + line.repeat(100),
      note + "x\n",
    ]) {
      expect(() => parseNote(utf8(bad)), JSON.stringify(bad)).toThrow(expect.objectContaining({ code: "NOTE" }));
    }
    expect(() => parseNote(Uint8Array.of(0xff, ...utf8(note)))).toThrow(expect.objectContaining({ code: "NOTE" }));
    expect(parseNote(utf8(note + line.repeat(99))).signatures.length).toBe(100);
  });
  test("every flipped bit of a checkpoint is refused", () => {
    const bytes = utf8(note);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      expect(openNote(nodeCrypto, flipBit(bytes, bit), [signer.key]).outcome).not.toBe("verified");
    }
  });
  test("refuses every shortened or changed verifier key", () => {
    const line = formatVkey(signer.key);
    expect(parseVkey(nodeCrypto, line)).toEqual(signer.key);
    for (let i = 0; i < line.length; i += 1) {
      const next = String.fromCharCode(line.charCodeAt(i) + 1);
      for (const bad of [line.slice(0, i), line.slice(0, i) + next + line.slice(i + 1)]) {
        expect(() => parseVkey(nodeCrypto, bad), bad).toThrow(expect.objectContaining({ code: "KEY" }));
      }
    }
  });
});

describe("checkpoints", () => {
  test("are exactly three lines; extension lines, leading zeros and short roots are refused", () => {
    const body = checkpointBody(checkpoint);
    expect(parseCheckpointBody(body)).toEqual(checkpoint);
    for (const bad of [
      body + "extension\n",
      body.replace("12", "012"),
      body.replace("12", "-1"),
      body.replace("12", "9007199254740992"),
      body.replace("=\n", "\n"),
      body.slice(0, -1),
      `\n${body}`,
      body.slice(body.indexOf("\n")),
      `${NAME}\n12\nAAAA\n`,
    ]) {
      expect(() => parseCheckpointBody(bad), bad).toThrow(expect.objectContaining({ code: "CHECKPOINT" }));
    }
  });
  test("of the right name but another key are wrong-key, of another name unknown-key", () => {
    const impostor = noteSigner(NAME, 2);
    const forged = formatCheckpoint(checkpoint, impostor.key, impostor.sign(checkpointBody(checkpoint)));
    expect(openCheckpoint(nodeCrypto, forged, signer.key).outcome).toBe("wrong-key");
    expect(openCheckpoint(nodeCrypto, note, noteSigner("other", 1).key).outcome).toBe("unknown-key");
    expect(() => formatCheckpoint(checkpoint, noteSigner("other", 1).key, new Uint8Array(64))).toThrow(FormatError);
  });
});

describe("tlog-proof files", () => {
  const hashes = [new Seeded(1).bytes(32), new Seeded(2).bytes(32)];
  const proof = { extra: null, index: leafIndex(7), hashes, checkpoint: note };
  test("are read back as they were written, with and without extra data and hashes", () => {
    for (const each of [proof, { ...proof, hashes: [] }, { ...proof, extra: utf8("x") }]) {
      expect(parseProof(formatProof(each))).toEqual(each);
    }
  });
  test("refuse another first line, bad indices, short hashes and a missing checkpoint", () => {
    const text = formatProof(proof);
    for (const bad of [
      text.replace("@v1", "@v2"),
      text.replace("index 7", "index 07"),
      text.replace("index 7", "index -7"),
      text.replace("index 7\n", ""),
      text.replace("index 7", "index  7"),
      text.replace("index 7\n", "index 7\nAAAA\n"),
      text.slice(0, text.indexOf("\n\n") + 2),
      text.replace("\n\n", "\n"),
      "",
    ]) {
      expect(() => parseProof(bad), bad).toThrow(expect.objectContaining({ code: "PROOF" }));
    }
  });
});
