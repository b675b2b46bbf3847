import { describe, expect, test } from "vitest";
import { encodeCanonical, encodeLeaf, fromBase64, parseLeaf, toBase64 } from "../../audit/index.ts";
import {
  COUNT,
  ORIGIN,
  SIZES,
  SIGNER,
  bytesOf,
  check,
  codesOf,
  linesOf,
  makeArchive,
  noteOf,
  partOf,
  rechain,
  sampleArchive,
  signedNote,
} from "./archive-fixture.ts";
import type { Archive, Part } from "./archive-fixture.ts";
import { Seeded, flipBit, noteSigner } from "./seeded.ts";

describe("I5 checkpoints in the archive", () => {
  test("a checkpoint of another key in the same name is WRONG_KEY", async () => {
    const forged = sampleArchive();
    forged.checkpoints[1] = { after: 25, note: signedNote(forged, 25, noteSigner(ORIGIN, 9)) };
    expect(codesOf(await check(forged))).toEqual(["WRONG_KEY checkpoint:25:28"]);
  });
  test("a checkpoint of another name is UNKNOWN_KEY", async () => {
    const forged = sampleArchive();
    forged.checkpoints[1] = { after: 25, note: signedNote(forged, 25, noteSigner("other.example/log", 9)) };
    expect(codesOf(await check(forged))).toEqual(["UNKNOWN_KEY checkpoint:25:28"]);
  });
  test("a checkpoint whose text was changed is CHECKPOINT_BAD", async () => {
    const forged = sampleArchive();
    forged.checkpoints[1] = { after: 25, note: signedNote(forged, 25).replace("\n25\n", "\n24\n") };
    expect(codesOf(await check(forged))).toEqual(["CHECKPOINT_BAD checkpoint:25:28"]);
  });
  test("a text of another origin signed by the log key is ORIGIN_MISMATCH", async () => {
    const forged = sampleArchive();
    const body = "other.example\n25\n" + toBase64(new Uint8Array(32)) + "\n";
    const id = Buffer.alloc(4);
    id.writeUInt32BE(SIGNER.key.id);
    const note = `${body}\n— ${ORIGIN} ${Buffer.concat([id, SIGNER.sign(body)]).toString("base64")}\n`;
    forged.checkpoints[1] = { after: 25, note };
    expect(codesOf(await check(forged))).toEqual(["ORIGIN_MISMATCH checkpoint:25:28"]);
  });
  test.each([24, 26])("a checkpoint of size 25 after entry %i was moved", async (after) => {
    const moved = sampleArchive();
    moved.checkpoints[1] = { after, note: signedNote(moved, 25) };
    expect((await check(moved)).findings.map((finding) => finding.code)).toEqual(["ARCHIVE_MALFORMED"]);
  });
  test("a checkpoint of a size never reached is refused", async () => {
    const forged = sampleArchive();
    forged.checkpoints.push({ after: 40, note: noteOf(50, new Uint8Array(32)) });
    expect(codesOf(await check(forged))).toEqual(["TRUNCATED entries:40:49"]);
  });
});

describe("I5 sections", () => {
  const withSlots = (index: number, change: (slots: Part["slots"]) => void): Archive => {
    const changed = sampleArchive();
    change(partOf(changed, index).slots);
    return changed;
  };
  test("a section that was left out with its sealed bytes is SECTION_MISSING", async () => {
    // Entry 1 is an operation.outcome: it has an actor, an outcome and a detail.
    const changed = withSlots(1, (slots) => slots.fill(null));
    expect(codesOf(await check(changed))).toEqual([
      "SECTION_MISSING section:1:actor",
      "SECTION_MISSING section:1:outcome",
      "SECTION_MISSING section:1:detail",
    ]);
  });
  test("changed sealed bytes are SECTION_DAMAGED, even where nothing was opened", async () => {
    const changed = withSlots(
      1,
      (slots) => (slots[0] = { open: null, sealed: flipBit(slots[0]?.sealed ?? new Uint8Array(1), 9) }),
    );
    expect(codesOf(await check(changed))).toEqual(["SECTION_DAMAGED section:1:actor"]);
  });
  test.each(["marking", "plaintext", "salt", "name"] as const)(
    "a changed %s of an opening is SECTION_MISMATCH",
    async (member) => {
      const changed = withSlots(8, (slots) => {
        const open = slots[0]?.open;
        if (!open) throw new Error("not opened");
        const other = { marking: "{}", plaintext: '{"entry":9}', salt: flipBit(open.salt, 3), name: "detail" }[member];
        slots[0] = { sealed: null, open: { ...open, [member]: other } };
      });
      expect(codesOf(await check(changed))).toEqual(["SECTION_MISMATCH section:8:actor"]);
    },
  );
  test("an opening moved to another slot is SECTION_MISMATCH", async () => {
    const changed = withSlots(8, (slots) => (slots[1] = { sealed: null, open: slots[0]?.open ?? null }));
    expect(codesOf(await check(changed))).toEqual(["SECTION_MISMATCH section:8:request"]);
  });
});

describe("I5 form", () => {
  test("the archive of another log is ORIGIN_MISMATCH", async () => {
    const other = makeArchive(5, [5], 1, noteSigner("caveat.example/other", 8));
    expect(codesOf(await check(other))).toEqual(["ORIGIN_MISMATCH line:1"]);
  });
  test("the archive of another key with the same origin is WRONG_KEY", async () => {
    const other = makeArchive(5, [5], 1, noteSigner(ORIGIN, 8));
    expect(codesOf(await check(other))).toEqual(["WRONG_KEY checkpoint:5:7"]);
  });
  test("a file cut at any byte is refused", async () => {
    const bytes = bytesOf(makeArchive(4, [2, 4]));
    for (let length = 0; length < bytes.length; length += 97) {
      const report = await check(bytes.slice(0, length));
      expect(report.findings.map((finding) => finding.code)).toEqual(["ARCHIVE_CUT_SHORT"]);
    }
  });
  test("a missing end line is ARCHIVE_CUT_SHORT", async () => {
    const cut = sampleArchive();
    cut.end = null;
    expect(codesOf(await check(cut))).toEqual(["ARCHIVE_CUT_SHORT line:44"]);
  });
  test("a line after the end, a second header and an end that counts too few are refused", async () => {
    const lines = linesOf(sampleArchive());
    expect(codesOf(await check([...lines, lines[5] ?? ""]))).toEqual(["ARCHIVE_MALFORMED line:46"]);
    expect(codesOf(await check(lines.toSpliced(5, 0, lines[0] ?? "")))).toEqual(["ARCHIVE_MALFORMED line:6"]);
    expect(codesOf(await check(lines.with(lines.length - 1, '{"end":39}')))).toEqual(["ARCHIVE_MALFORMED line:45"]);
  });
  test("duplicate, unknown and missing members and other spellings are refused with their line", async () => {
    const lines = linesOf(sampleArchive());
    const line = lines[7] ?? "";
    const spellings = [
      line.replace('"i":6', '"i":6,"i":6'),
      line.replace('"i":6', '"i":6,"j":1'),
      line.replace(/"i":6,/, ""),
      line.replace('"i":6', '"i": 6'),
      line.replace('"i":6', '"i":6.0'),
      line.replace('"i":6', '"i":-6'),
      line.replace('"i":6', '"i":"6"'),
      line.replace('{"chain"', '{"\\u0063hain"'),
      `${line}\r`,
      "",
      "null",
      "[]",
    ];
    for (const spelling of spellings) {
      expect(spelling).not.toBe(line);
      expect(codesOf(await check(lines.with(7, spelling)))[0]).toBe("ARCHIVE_MALFORMED line:8");
    }
  });
  test("a leaf that the writer made badly is refused although the chain holds", async () => {
    const bad = sampleArchive();
    partOf(bad, 6).leaf = new TextEncoder().encode(encodeCanonical({ id: "x" }));
    rechain(bad, 6);
    bad.checkpoints = SIZES.map((after) => ({ after, note: signedNote(bad, after) }));
    expect(codesOf(await check(bad))).toEqual(["ARCHIVE_MALFORMED entry:6"]);
  });
  test("every one of 3,000 sampled single flipped bits is refused", async () => {
    const small = makeArchive(6, [3, 6]);
    const bytes = bytesOf(small);
    const text = new TextDecoder().decode(bytes);
    // Nothing signs when the archive was made; it is never shown, and the document says so.
    const made = text.indexOf("2026-09-20T13:00");
    const random = new Seeded(4);
    for (let i = 0; i < 3_000; i += 1) {
      const bit = random.below(bytes.length * 8);
      const at = Math.floor(bit / 8);
      if (at >= made && at < made + 27) continue;
      const report = await check(flipBit(bytes, bit));
      expect(report.verified, `bit ${bit}`).toBe(false);
      expect(report.findings.length, `bit ${bit}`).toBeGreaterThan(0);
    }
  });
  test("every flipped bit in the leaf of entry 3 names entry 3", async () => {
    const small = makeArchive(6, [3, 6]);
    const leaf = partOf(small, 3).leaf;
    for (let bit = 0; bit < leaf.length * 8; bit += 11) {
      partOf(small, 3).leaf = flipBit(leaf, bit);
      const report = await check(small);
      expect(codesOf(report)).toContain("LEAF_CHANGED entry:3");
    }
    expect(fromBase64(toBase64(leaf))).toEqual(leaf);
  });
});

describe("warnings", () => {
  const replace = (
    from: Archive,
    index: number,
    change: (header: ReturnType<typeof parseLeaf>) => ReturnType<typeof parseLeaf>,
  ): void => {
    partOf(from, index).leaf = encodeLeaf(change(parseLeaf(partOf(from, index).leaf)));
  };
  const resign = (changed: Archive): Archive => {
    rechain(changed, 0);
    changed.checkpoints = [{ after: COUNT, note: signedNote(changed, COUNT) }];
    return changed;
  };
  test("a producer number that never comes is PRODUCER_GAP, and does not refuse", async () => {
    const lost = sampleArchive();
    const boot = parseLeaf(partOf(lost, 20).leaf).producer.boot;
    for (let i = 20; i < COUNT; i += 1) {
      replace(lost, i, (header) =>
        header.producer.boot === boot
          ? { ...header, producer: { ...header.producer, counter: header.producer.counter + 3 } }
          : header,
      );
    }
    const report = await check(resign(lost));
    expect(report.verified).toBe(true);
    expect(report.warnings.map(({ code, at }) => [code, at])).toEqual([["PRODUCER_GAP", { what: "entry", index: 20 }]]);
  });
  test("numbers of one producer may come in another order, but none twice", async () => {
    const mixed = sampleArchive();
    const boot = parseLeaf(partOf(mixed, 0).leaf).producer;
    const own = mixed.entries.filter((entry) => parseLeaf(entry.leaf).producer.boot === boot.boot);
    const [first, second, third] = own.map((entry) => entry.index);
    if (first === undefined || second === undefined || third === undefined) throw new Error("too few");
    replace(mixed, first, (header) => ({ ...header, producer: { ...boot, counter: 1 } }));
    replace(mixed, second, (header) => ({ ...header, producer: { ...boot, counter: 0 } }));
    expect((await check(resign(mixed))).warnings).toEqual([]);
    replace(mixed, third, (header) => ({ ...header, producer: { ...boot, counter: 1 } }));
    const codes = (await check(resign(mixed))).warnings.map((warning) => warning.code);
    expect(codes).toContain("PRODUCER_REPEAT");
  });
  test("a time that runs back by more than a minute is CLOCK_BACK", async () => {
    const late = sampleArchive();
    replace(late, 20, (header) => ({ ...header, time: "2026-09-20T11:58:00.000000Z" }));
    replace(late, 30, (header) => ({ ...header, time: "2026-09-20T12:00:01.000000Z" }));
    const report = await check(resign(late));
    expect(report.verified).toBe(true);
    expect(report.warnings.map(({ code, at }) => [code, at])).toEqual([["CLOCK_BACK", { what: "entry", index: 20 }]]);
  });
});
