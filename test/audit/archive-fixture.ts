import {
  Frontier,
  SLOT_NAMES,
  chainStep,
  checkpointBody,
  encodeCanonical,
  encodeLeaf,
  formatCheckpoint,
  formatCheckpointLine,
  formatEnd,
  formatEntry,
  formatHeader,
  formatPolicy,
  leafHash256,
  leafHash384,
  leafIndex,
  nodeCrypto,
  policyVersion,
  sealedHash,
  sectionCommitment,
  treeSize,
  usesSlot,
  verifyLog,
  zeroChain,
} from "../../audit/index.ts";
import type {
  ArchivePolicy,
  ArchiveSlot,
  LeafHeader,
  LeafKind,
  LeafSlot,
  LogReport,
  SectionOpening,
} from "../../audit/index.ts";
import { Seeded, noteSigner } from "./seeded.ts";
import type { NoteSigner } from "./seeded.ts";

export const ORIGIN = "caveat.example/activity";
export const SIGNER = noteSigner(ORIGIN, 7);
const MARKING = encodeCanonical({ banner: "UNCLASSIFIED", effective: { level: "U" } });

/** One entry of an archive in parts that a test can change before it is written. */
export interface Part {
  index: number;
  leaf: Uint8Array;
  chain: Uint8Array;
  slots: (ArchiveSlot | null)[];
}

/** A policy as an archive carries it, under the version that its line says. */
export type CarriedPolicy = Omit<ArchivePolicy, "line">;

/** An archive in parts: policies, entries, and the notes that stand after a number of entries. */
export interface Archive {
  origin: string;
  policies: CarriedPolicy[];
  entries: Part[];
  checkpoints: { after: number; note: string }[];
  end: number | null;
}

/** What an archive carries of the sections: of some one part, of some the other; or what somebody gets who may open none. */
export type Carried = "mixed" | "sealed";

/** A log of `count` entries of two replicas, signed at `sizes`. What is carried changes neither leaves nor signatures. */
export function makeArchive(
  count: number,
  sizes: readonly number[],
  seed = 1,
  signer: NoteSigner = SIGNER,
  carried: Carried = "mixed",
): Archive {
  const random = new Seeded(seed);
  const boots = [random.hex(16), random.hex(16)] as const;
  const counters = [0, 0];
  const leaves = Array.from({ length: count }, (_, i) => {
    const replica = random.below(2);
    const counter = counters[replica] ?? 0;
    counters[replica] = counter + 1;
    const producer = { boot: boots[replica] ?? boots[0], counter, replica: `api-${replica}` };
    return makeEntry(random, i, producer, carried);
  });
  const archive: Archive = { origin: signer.key.name, policies: [], entries: [], checkpoints: [], end: count };
  archive.entries = leaves.map(({ leaf, slots }, index) => ({ index, leaf, slots, chain: zeroChain() }));
  rechain(archive, 0);
  for (const size of sizes) archive.checkpoints.push({ after: size, note: signedNote(archive, size, signer) });
  return archive;
}

/** A policy under the version of its files. */
export function policyOf(files: Readonly<Record<string, string>>): CarriedPolicy {
  const sorted = new Map(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { version: policyVersion(nodeCrypto, sorted), files: sorted };
}

/** Two small policies as an archive carries them, in ascending order of their versions. */
export function samplePolicies(): CarriedPolicy[] {
  const rules = (noun: string, text: string): string => `{"noun": "${noun}", "rules": [${text}]}\n`;
  const older = policyOf({ "label.json": rules("label", ""), "asset.json": rules("asset", "") });
  const newer = policyOf({ "label.json": rules("label", '"é, \\u00e9 and \\""'), "asset.json": rules("asset", "") });
  return [older, newer].toSorted((a, b) => (a.version < b.version ? -1 : 1));
}

/** Computes the recorded chain values anew from entry `from` on, as somebody who can write the database can. */
export function rechain(archive: Archive, from: number): void {
  let value = archive.entries[from - 1]?.chain ?? zeroChain();
  for (const entry of archive.entries.slice(from)) {
    value = chainStep(nodeCrypto, archive.origin, leafIndex(entry.index), value, leafHash384(nodeCrypto, entry.leaf));
    entry.chain = value;
  }
}

/** Numbers the entries by their position. */
export function renumber(archive: Archive): void {
  archive.entries.forEach((entry, i) => (entry.index = i));
}

/** The checkpoint of the first `size` entries as they stand in the archive now. */
export function signedNote(archive: Archive, size: number, signer: NoteSigner = SIGNER): string {
  const frontier = new Frontier(nodeCrypto);
  for (const entry of archive.entries.slice(0, size)) frontier.append(leafHash256(nodeCrypto, entry.leaf));
  return noteOf(size, frontier.root(), signer);
}

/** A checkpoint of the signer's log with any size and root. */
export function noteOf(size: number, root: Uint8Array, signer: NoteSigner = SIGNER): string {
  const checkpoint = { origin: signer.key.name, size: treeSize(size), root };
  return formatCheckpoint(checkpoint, signer.key, signer.sign(checkpointBody(checkpoint)));
}

/** The archive's lines, without newlines. */
export function linesOf(archive: Archive): string[] {
  const header = formatHeader({ made: "2026-09-20T13:00:00.000000Z", origin: archive.origin });
  const lines = [header, ...archive.policies.map(formatPolicy)];
  const place = (after: number): void => {
    for (const checkpoint of archive.checkpoints) {
      if (checkpoint.after === after) lines.push(formatCheckpointLine(checkpoint.note));
    }
  };
  place(0);
  archive.entries.forEach((entry, i) => {
    lines.push(formatEntry({ ...entry, index: leafIndex(entry.index) }));
    place(i + 1);
  });
  if (archive.end !== null) lines.push(formatEnd(archive.end));
  return lines;
}

/** The archive's bytes. */
export function bytesOf(archive: Archive): Uint8Array {
  return textOf(linesOf(archive));
}

function textOf(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
}

function isArchive(value: Archive | readonly string[]): value is Archive {
  return !Array.isArray(value);
}

/** Verifies lines, an archive in parts, or bytes. */
export function check(archive: Archive | readonly string[] | Uint8Array, known?: string): Promise<LogReport> {
  const bytes = archive instanceof Uint8Array ? archive : textOf(isArchive(archive) ? linesOf(archive) : archive);
  return verifyLog({
    crypto: nodeCrypto,
    key: SIGNER.key,
    archive: [bytes],
    ...(known === undefined ? {} : { known }),
  });
}

/** The findings as short texts, `CODE what:where`, in order. */
export function codesOf(report: LogReport): string[] {
  return report.findings.map(({ code, at }) => `${code} ${Object.values(at).join(":")}`);
}

/** A leaf with the sections that belong to it, all opened and sealed. */
function makeEntry(
  random: Seeded,
  index: number,
  producer: LeafHeader["producer"],
  carried: Carried,
): { leaf: Uint8Array; slots: (ArchiveSlot | null)[] } {
  const kinds: readonly LeafKind[] = ["operation.request", "operation.outcome", "log.heartbeat"];
  const kind = kinds[index % kinds.length] ?? "log.boot";
  const slots: (ArchiveSlot | null)[] = [];
  const [a, b, c, d] = SLOT_NAMES.map((name, slot): LeafSlot => {
    const sealed = random.bytes(40);
    const open: SectionOpening = {
      marking: MARKING,
      name,
      salt: random.bytes(32),
      plaintext: encodeCanonical({ entry: index, name }),
    };
    const given = (index + slot) % 4;
    const absent = given === 3 && !usesSlot(kind, name);
    if (carried === "sealed") slots.push(absent ? null : { open: null, sealed });
    else slots.push(absent ? null : { open: given === 1 ? null : open, sealed: given === 2 ? null : sealed });
    return { commitment: sectionCommitment(nodeCrypto, open), sealedHash: sealedHash(nodeCrypto, sealed) };
  });
  if (!a || !b || !c || !d) throw new Error("four slots");
  const leaf = encodeLeaf({
    id: random.uuid(),
    kind,
    producer,
    slots: [a, b, c, d],
    time: `2026-09-20T12:${String(Math.floor(index / 60)).padStart(2, "0")}:${String(index % 60).padStart(2, "0")}.000000Z`,
    salt: random.hex(16),
  });
  return { leaf, slots };
}

/** Size of `sampleArchive`, and the sizes at which it is signed. */
export const COUNT = 40;
export const SIZES: readonly number[] = [10, 25, 40];

/** Forty entries and three checkpoints, new for each call. */
export function sampleArchive(): Archive {
  return makeArchive(COUNT, SIZES);
}

/** The entry at a position, to be changed in place. */
export function partOf(from: Archive, index: number): Part {
  const entry = from.entries[index];
  if (entry === undefined) throw new Error(`no entry ${index}`);
  return entry;
}
