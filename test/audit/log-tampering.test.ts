import { describe, expect, test } from 'vitest';
import { encodeCanonical, encodeLeaf, fromBase64, parseLeaf, toBase64, zeroChain } from '../../audit/index.ts';
import { ORIGIN, SIGNER, bytesOf, check, codesOf, linesOf, makeArchive, noteOf, rechain, renumber, signedNote } from './archive-fixture.ts';
import type { Archive, Part } from './archive-fixture.ts';
import { Seeded, flipBit, noteSigner } from './seeded.ts';

const COUNT = 40;
const SIZES = [10, 25, 40];

function archive(): Archive {
  return makeArchive(COUNT, SIZES);
}
function part(from: Archive, index: number): Part {
  const entry = from.entries[index];
  if (entry === undefined) throw new Error(`no entry ${index}`);
  return entry;
}
/** Another valid leaf in place of the entry's: the time is a second later. */
function changeLeaf(entry: Part): void {
  const header = parseLeaf(entry.leaf);
  entry.leaf = encodeLeaf({ ...header, time: header.time.replace('.000000Z', '.500000Z') });
}
function swap<Item>(items: Item[], a: number, b: number): void {
  const [x, y] = [items[a], items[b]];
  if (x === undefined || y === undefined) throw new Error('nothing to swap');
  items[a] = y;
  items[b] = x;
}

describe('an archive that nobody touched', () => {
  test('I5 verifies, and shows only what the signed root covers', async () => {
    const report = await check(archive());
    expect(codesOf(report)).toEqual([]);
    expect(report.warnings).toEqual([]);
    expect(report).toMatchObject({ verified: true, origin: ORIGIN, knownSize: null });
    expect(report.signed).toMatchObject({ size: 40, firstTime: '2026-09-20T12:00:00.000000Z', lastTime: '2026-09-20T12:00:39.000000Z' });
    expect(report.signed?.sections).toEqual({ opened: 80, sealed: 40, absent: 40 });
  });
  test('says what it cannot exclude without a kept checkpoint, and less with one', async () => {
    const whole = archive();
    const without = await check(whole);
    expect(without.cannotExclude.join()).toMatch(/truncation to an older signed size.*second history/);
    const withKept = await check(whole, signedNote(whole, 33));
    expect(withKept).toMatchObject({ verified: true, knownSize: 33 });
    expect(withKept.cannotExclude.join()).toMatch(/first 33 entries are those that your kept checkpoint signed/);
  });
  test('verifies at every size up to 40 with its one checkpoint', async () => {
    for (let size = 1; size <= 40; size += 1) expect((await check(makeArchive(size, [size]))).verified).toBe(true);
  });
  test('of an empty log verifies when its empty root is signed, and not without', async () => {
    expect((await check(makeArchive(0, [0]))).verified).toBe(true);
    expect(codesOf(await check(makeArchive(0, [])))).toEqual(['CHECKPOINT_BAD input']);
  });
  test('may hold several checkpoints of one size', async () => {
    expect((await check(makeArchive(COUNT, [10, 10, 40, 40]))).verified).toBe(true);
  });
  test('names the entries that no checkpoint covers as a warning', async () => {
    const report = await check(makeArchive(COUNT, [10, 25]));
    expect(report.verified).toBe(true);
    expect(report.signed?.size).toBe(25);
    expect(report.warnings.map(({ code, at }) => [code, at])).toEqual([['UNSIGNED_SUFFIX', { what: 'entries', first: 25, last: 39 }]]);
  });
  test('counts the uncovered entries as covered when the kept checkpoint covers them', async () => {
    const whole = makeArchive(COUNT, [10]);
    expect(await check(whole, signedNote(whole, 40))).toMatchObject({ verified: true, knownSize: 40, warnings: [] });
  });
  test('does not verify without any checkpoint that covers an entry', async () => {
    expect(codesOf(await check(makeArchive(COUNT, [])))).toEqual(['CHECKPOINT_BAD input']);
    expect(codesOf(await check(makeArchive(COUNT, [0])))).toEqual(['CHECKPOINT_BAD input']);
  });
});

describe('I5 leaves', () => {
  test.each([0, 3, 9, 10, 24, 38])('a changed leaf %i is named LEAF_CHANGED', async (index) => {
    const changed = archive();
    changeLeaf(part(changed, index));
    const report = await check(changed);
    expect(codesOf(report)).toEqual([`LEAF_CHANGED entry:${index}`]);
    expect(report.verified).toBe(false);
  });
  test('a changed last leaf is named, although nothing stands after it', async () => {
    const changed = archive();
    changeLeaf(part(changed, 39));
    expect(codesOf(await check(changed))).toEqual(['LEAF_CHANGED entry:39']);
  });
  test('a changed leaf in the unsigned rest is named', async () => {
    const changed = makeArchive(COUNT, [10]);
    changeLeaf(part(changed, 30));
    expect(codesOf(await check(changed))).toEqual(['LEAF_CHANGED entry:30']);
  });
  test('several changed leaves are named one by one', async () => {
    const changed = archive();
    for (const index of [5, 6, 30]) changeLeaf(part(changed, index));
    expect(codesOf(await check(changed))).toEqual(['LEAF_CHANGED entry:5', 'LEAF_CHANGED entry:6', 'LEAF_CHANGED entry:30']);
  });
  test.each([0, 5, 10, 24])('a removed entry %i is named LEAF_MISSING', async (index) => {
    const cut = linesOf(archive());
    cut.splice(cut.findIndex((line) => line.includes(`"i":${index},`)), 1);
    expect(codesOf(await check(cut))).toEqual([`LEAF_MISSING entry:${index}`]);
  });
  test('a removed range is named with both ends, across a checkpoint', async () => {
    const lines = linesOf(archive()).filter((line) => !/"i":(?:[89]|1[0-4]),/.test(line));
    expect(codesOf(await check(lines))).toEqual(['LEAF_MISSING entries:8:14']);
  });
  test.each([1, 12, 23])('a removed entry %i is named although the others were renumbered', async (index) => {
    const cut = archive();
    cut.entries.splice(index, 1);
    cut.checkpoints = cut.checkpoints.map(({ after, note }) => ({ after: after > index ? after - 1 : after, note }));
    renumber(cut);
    cut.end = 39;
    expect(codesOf(await check(cut))).toContain(`LEAF_MISSING entry:${index}`);
  });
  test('three removed entries are named as a range although the others were renumbered', async () => {
    const cut = archive();
    cut.entries.splice(12, 3);
    cut.checkpoints = cut.checkpoints.map(({ after, note }) => ({ after: after > 12 ? after - 3 : after, note }));
    renumber(cut);
    expect(codesOf(await check(cut))).toEqual(['LEAF_MISSING entries:12:14']);
  });
  test('an inserted leaf is named LEAF_INSERTED', async () => {
    const grown = archive();
    const foreign = makeArchive(3, [], 99).entries[2];
    if (foreign === undefined) throw new Error('no entry');
    grown.entries.splice(15, 0, foreign);
    renumber(grown);
    grown.checkpoints = grown.checkpoints.map(({ after, note }) => ({ after: after > 15 ? after + 1 : after, note }));
    grown.end = 41;
    expect(codesOf(await check(grown))).toContain('LEAF_INSERTED entry:15');
  });
  test.each([
    [4, 5],
    [12, 20],
    [5, 30],
  ])('swapped lines %i and %i are named LEAF_REORDERED', async (a, b) => {
    const swapped = linesOf(archive());
    const at = (index: number): number => swapped.findIndex((line) => line.includes(`"i":${index},`));
    swap(swapped, at(a), at(b));
    const codes = codesOf(await check(swapped));
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.every((code) => code.startsWith('LEAF_REORDERED'))).toBe(true);
    expect(codes).toContain(`LEAF_REORDERED entry:${a}`);
  });
  test.each([
    [4, 5],
    [12, 20],
    [5, 30],
  ])('swapped and renumbered entries %i and %i are named LEAF_REORDERED', async (a, b) => {
    const swapped = archive();
    swap(swapped.entries, a, b);
    renumber(swapped);
    expect(codesOf(await check(swapped))).toEqual([`LEAF_REORDERED entry:${a}`, `LEAF_REORDERED entry:${b}`]);
  });
  test('leaves swapped under their chain values are named LEAF_REORDERED', async () => {
    const swapped = archive();
    const [x, y] = [part(swapped, 12), part(swapped, 20)];
    [x.leaf, y.leaf, x.slots, y.slots] = [y.leaf, x.leaf, y.slots, x.slots];
    expect(codesOf(await check(swapped))).toEqual(['LEAF_REORDERED entry:12', 'LEAF_REORDERED entry:20']);
  });
  test('an entry that stands there twice is refused', async () => {
    const lines = linesOf(archive());
    lines.splice(8, 0, lines[5] ?? '');
    expect(codesOf(await check(lines))).toEqual(['ARCHIVE_MALFORMED line:9']);
  });
});

describe('I5 chain', () => {
  test.each([0, 5, 24, 39])('a changed chain value %i is named CHAIN_CHANGED, its leaf being right', async (index) => {
    const changed = archive();
    part(changed, index).chain = flipBit(part(changed, index).chain, 100);
    expect(codesOf(await check(changed))).toEqual([`CHAIN_CHANGED entry:${index}`]);
  });
  test.each([
    [0, 0, 9],
    [12, 10, 24],
    [39, 25, 39],
  ])('a leaf %i changed and chained anew is named by the range between two checkpoints', async (index, first, last) => {
    const forged = archive();
    changeLeaf(part(forged, index));
    rechain(forged, index);
    const report = await check(forged);
    expect(codesOf(report)).toEqual([`CHAIN_RECOMPUTED entries:${first}:${last}`]);
    expect(report.confirmedSize).toBe(first);
    expect(report.signed).toBeNull();
  });
  test('an entry taken out and all chained anew is named by the range between two checkpoints', async () => {
    const forged = archive();
    forged.entries.splice(15, 1);
    renumber(forged);
    rechain(forged, 15);
    forged.end = 39;
    expect(codesOf(await check(forged))).toContain('CHAIN_RECOMPUTED entries:10:24');
    forged.checkpoints = forged.checkpoints.map(({ after, note }) => ({ after: after > 15 ? after - 1 : after, note }));
    expect(codesOf(await check(forged))).toContain('CHAIN_RECOMPUTED entries:10:24');
  });
  test('an entry put in and all chained anew is named by the range between two checkpoints', async () => {
    const forged = archive();
    const foreign = makeArchive(3, [], 99).entries[2];
    if (foreign === undefined) throw new Error('no entry');
    forged.entries.splice(15, 0, foreign);
    renumber(forged);
    rechain(forged, 15);
    forged.end = 41;
    expect(codesOf(await check(forged))).toEqual(['CHAIN_RECOMPUTED entries:10:24']);
    forged.checkpoints = forged.checkpoints.map(({ after, note }) => ({ after: after > 15 ? after + 1 : after, note }));
    expect(codesOf(await check(forged))).toEqual(['CHAIN_RECOMPUTED entries:10:24']);
  });
  test('a whole log made anew without the key leads to none of the signed roots', async () => {
    const other = makeArchive(COUNT, [], 2);
    other.checkpoints = archive().checkpoints;
    expect(codesOf(await check(other))).toEqual(['CHAIN_RECOMPUTED entries:0:9']);
  });
  test('a chain recomputed from zero chain values is refused', async () => {
    const forged = archive();
    for (const entry of forged.entries) entry.chain = zeroChain();
    expect((await check(forged)).verified).toBe(false);
  });
});

describe('I5 truncation, forks and kept checkpoints', () => {
  function cutTo(size: number): Archive {
    const cut = archive();
    cut.entries = cut.entries.slice(0, size);
    cut.checkpoints = cut.checkpoints.filter((checkpoint) => checkpoint.after <= size);
    cut.end = size;
    return cut;
  }
  test('truncation to an older signed size verifies without, and is TRUNCATED with, a kept checkpoint', async () => {
    expect((await check(cutTo(25))).verified).toBe(true);
    expect(codesOf(await check(cutTo(25), signedNote(archive(), 33)))).toEqual(['TRUNCATED entries:25:32']);
  });
  test('entries cut off before a checkpoint that counts them are TRUNCATED', async () => {
    const lines = linesOf(archive()).filter((line) => !/"i":3[5-9],/.test(line));
    expect(codesOf(await check(lines))).toEqual(['TRUNCATED entries:35:39']);
  });
  test('entries cut off under an end line that counts them are TRUNCATED', async () => {
    const cut = cutTo(25);
    cut.end = 40;
    expect(codesOf(await check(cut))).toEqual(['TRUNCATED entries:25:39']);
  });
  test('a kept checkpoint of a second history with the true key is a FORK', async () => {
    const second = makeArchive(COUNT, [], 2);
    expect(codesOf(await check(archive(), signedNote(second, 20)))).toEqual(['FORK known']);
    expect(codesOf(await check(archive(), signedNote(second, 25)))).toEqual(['FORK known']);
    expect(codesOf(await check(archive(), signedNote(second, 40)))).toEqual(['FORK known']);
  });
  test('a rest replaced after the kept checkpoint was made is a FORK', async () => {
    const kept = signedNote(archive(), 33);
    const forged = cutTo(25);
    forged.entries.push(...makeArchive(COUNT, [], 3).entries.slice(25));
    forged.end = 40;
    rechain(forged, 25);
    expect(codesOf(await check(forged, kept))).toEqual(['FORK entries:25:32']);
  });
  test('two signed roots of one size in an archive are a FORK', async () => {
    const forked = archive();
    forked.checkpoints.push({ after: 25, note: signedNote(makeArchive(COUNT, [], 2), 25) });
    expect(codesOf(await check(forked))).toEqual(['FORK checkpoint:25:29']);
  });
  test('a signed root that differs while a later one agrees is a FORK', async () => {
    const forked = archive();
    forked.checkpoints[1] = { after: 25, note: signedNote(makeArchive(COUNT, [], 2), 25) };
    expect(codesOf(await check(forked))).toEqual(['FORK checkpoint:25:28']);
  });
  test('a kept checkpoint that is damaged, of another key or another log is refused', async () => {
    const note = signedNote(archive(), 25);
    expect(codesOf(await check(archive(), note.replace('\n25\n', '\n26\n')))).toEqual(['CHECKPOINT_BAD known']);
    expect(codesOf(await check(archive(), 'no note'))).toEqual(['CHECKPOINT_BAD known']);
    expect(codesOf(await check(archive(), signedNote(archive(), 25, noteSigner(ORIGIN, 9))))).toEqual(['WRONG_KEY known']);
    expect(codesOf(await check(archive(), signedNote(archive(), 25, noteSigner('other.example', 7))))).toEqual(['UNKNOWN_KEY known']);
  });
});

describe('I5 checkpoints in the archive', () => {
  test('a checkpoint of another key in the same name is WRONG_KEY', async () => {
    const forged = archive();
    forged.checkpoints[1] = { after: 25, note: signedNote(forged, 25, noteSigner(ORIGIN, 9)) };
    expect(codesOf(await check(forged))).toEqual(['WRONG_KEY checkpoint:25:28']);
  });
  test('a checkpoint of another name is UNKNOWN_KEY', async () => {
    const forged = archive();
    forged.checkpoints[1] = { after: 25, note: signedNote(forged, 25, noteSigner('other.example/log', 9)) };
    expect(codesOf(await check(forged))).toEqual(['UNKNOWN_KEY checkpoint:25:28']);
  });
  test('a checkpoint whose text was changed is CHECKPOINT_BAD', async () => {
    const forged = archive();
    forged.checkpoints[1] = { after: 25, note: signedNote(forged, 25).replace('\n25\n', '\n24\n') };
    expect(codesOf(await check(forged))).toEqual(['CHECKPOINT_BAD checkpoint:25:28']);
  });
  test('a text of another origin signed by the log key is ORIGIN_MISMATCH', async () => {
    const forged = archive();
    const body = 'other.example\n25\n' + toBase64(new Uint8Array(32)) + '\n';
    const id = Buffer.alloc(4);
    id.writeUInt32BE(SIGNER.key.id);
    const note = `${body}\n— ${ORIGIN} ${Buffer.concat([id, SIGNER.sign(body)]).toString('base64')}\n`;
    forged.checkpoints[1] = { after: 25, note };
    expect(codesOf(await check(forged))).toEqual(['ORIGIN_MISMATCH checkpoint:25:28']);
  });
  test.each([24, 26])('a checkpoint of size 25 after entry %i was moved', async (after) => {
    const moved = archive();
    moved.checkpoints[1] = { after, note: signedNote(moved, 25) };
    expect((await check(moved)).findings.map((finding) => finding.code)).toEqual(['ARCHIVE_MALFORMED']);
  });
  test('a checkpoint of a size never reached is refused', async () => {
    const forged = archive();
    forged.checkpoints.push({ after: 40, note: noteOf(50, new Uint8Array(32)) });
    expect(codesOf(await check(forged))).toEqual(['TRUNCATED entries:40:49']);
  });
});

describe('I5 sections', () => {
  const withSlots = (index: number, change: (slots: Part['slots']) => void): Archive => {
    const changed = archive();
    change(part(changed, index).slots);
    return changed;
  };
  test('changed sealed bytes are SECTION_DAMAGED, even where nothing was opened', async () => {
    const changed = withSlots(1, (slots) => (slots[0] = { open: null, sealed: flipBit(slots[0]?.sealed ?? new Uint8Array(1), 9) }));
    expect(codesOf(await check(changed))).toEqual(['SECTION_DAMAGED section:1:actor']);
  });
  test.each(['marking', 'plaintext', 'salt', 'name'] as const)('a changed %s of an opening is SECTION_MISMATCH', async (member) => {
    const changed = withSlots(8, (slots) => {
      const open = slots[0]?.open;
      if (!open) throw new Error('not opened');
      const other = { marking: '{}', plaintext: '{"entry":9}', salt: flipBit(open.salt, 3), name: 'detail' }[member];
      slots[0] = { sealed: null, open: { ...open, [member]: other } };
    });
    expect(codesOf(await check(changed))).toEqual(['SECTION_MISMATCH section:8:actor']);
  });
  test('an opening moved to another slot is SECTION_MISMATCH', async () => {
    const changed = withSlots(8, (slots) => (slots[1] = { sealed: null, open: slots[0]?.open ?? null }));
    expect(codesOf(await check(changed))).toEqual(['SECTION_MISMATCH section:8:request']);
  });
});

describe('I5 form', () => {
  test('the archive of another log is ORIGIN_MISMATCH', async () => {
    const other = makeArchive(5, [5], 1, noteSigner('caveat.example/other', 8));
    expect(codesOf(await check(other))).toEqual(['ORIGIN_MISMATCH line:1']);
  });
  test('the archive of another key with the same origin is WRONG_KEY', async () => {
    const other = makeArchive(5, [5], 1, noteSigner(ORIGIN, 8));
    expect(codesOf(await check(other))).toEqual(['WRONG_KEY checkpoint:5:7']);
  });
  test('a file cut at any byte is refused', async () => {
    const bytes = bytesOf(makeArchive(4, [2, 4]));
    for (let length = 0; length < bytes.length; length += 97) {
      const report = await check(bytes.slice(0, length));
      expect(report.findings.map((finding) => finding.code)).toEqual(['ARCHIVE_CUT_SHORT']);
    }
  });
  test('a missing end line is ARCHIVE_CUT_SHORT', async () => {
    const cut = archive();
    cut.end = null;
    expect(codesOf(await check(cut))).toEqual(['ARCHIVE_CUT_SHORT line:44']);
  });
  test('a line after the end, a second header and an end that counts too few are refused', async () => {
    const lines = linesOf(archive());
    expect(codesOf(await check([...lines, lines[5] ?? '']))).toEqual(['ARCHIVE_MALFORMED line:46']);
    expect(codesOf(await check(lines.toSpliced(5, 0, lines[0] ?? '')))).toEqual(['ARCHIVE_MALFORMED line:6']);
    expect(codesOf(await check(lines.with(-1, '{"end":39}')))).toEqual(['ARCHIVE_MALFORMED line:45']);
  });
  test('duplicate, unknown and missing members and other spellings are refused with their line', async () => {
    const lines = linesOf(archive());
    const line = lines[7] ?? '';
    const spellings = [
      line.replace('"i":6', '"i":6,"i":6'),
      line.replace('"i":6', '"i":6,"j":1'),
      line.replace(/"i":6,/, ''),
      line.replace('"i":6', '"i": 6'),
      line.replace('"i":6', '"i":6.0'),
      line.replace('"i":6', '"i":-6'),
      line.replace('"i":6', '"i":"6"'),
      line.replace('{"chain"', '{"\\u0063hain"'),
      `${line}\r`,
      '',
      'null',
      '[]',
    ];
    for (const spelling of spellings) {
      expect(spelling).not.toBe(line);
      expect(codesOf(await check(lines.with(7, spelling)))[0]).toBe('ARCHIVE_MALFORMED line:8');
    }
  });
  test('a leaf that the writer made badly is refused although the chain holds', async () => {
    const bad = archive();
    part(bad, 6).leaf = new TextEncoder().encode(encodeCanonical({ id: 'x' }));
    rechain(bad, 6);
    bad.checkpoints = SIZES.map((after) => ({ after, note: signedNote(bad, after) }));
    expect(codesOf(await check(bad))).toEqual(['ARCHIVE_MALFORMED entry:6']);
  });
  test('every one of 3,000 sampled single flipped bits is refused', async () => {
    const small = makeArchive(6, [3, 6]);
    const bytes = bytesOf(small);
    const text = new TextDecoder().decode(bytes);
    // Nothing signs when the archive was made; it is never shown, and the document says so.
    const made = text.indexOf('2026-09-20T13:00');
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
  test('every flipped bit in the leaf of entry 3 names entry 3', async () => {
    const small = makeArchive(6, [3, 6]);
    const leaf = part(small, 3).leaf;
    for (let bit = 0; bit < leaf.length * 8; bit += 11) {
      part(small, 3).leaf = flipBit(leaf, bit);
      const report = await check(small);
      expect(codesOf(report)).toContain('LEAF_CHANGED entry:3');
    }
    expect(fromBase64(toBase64(leaf))).toEqual(leaf);
  });
});

describe('warnings', () => {
  const replace = (from: Archive, index: number, change: (header: ReturnType<typeof parseLeaf>) => ReturnType<typeof parseLeaf>): void => {
    part(from, index).leaf = encodeLeaf(change(parseLeaf(part(from, index).leaf)));
  };
  const resign = (changed: Archive): Archive => {
    rechain(changed, 0);
    changed.checkpoints = [{ after: COUNT, note: signedNote(changed, COUNT) }];
    return changed;
  };
  test('a producer number that never comes is PRODUCER_GAP, and does not refuse', async () => {
    const lost = archive();
    const boot = parseLeaf(part(lost, 20).leaf).producer.boot;
    for (let i = 20; i < COUNT; i += 1) {
      replace(lost, i, (header) =>
        header.producer.boot === boot ? { ...header, producer: { ...header.producer, counter: header.producer.counter + 3 } } : header,
      );
    }
    const report = await check(resign(lost));
    expect(report.verified).toBe(true);
    expect(report.warnings.map(({ code, at }) => [code, at])).toEqual([['PRODUCER_GAP', { what: 'entry', index: 20 }]]);
  });
  test('numbers of one producer may come in another order, but none twice', async () => {
    const mixed = archive();
    const boot = parseLeaf(part(mixed, 0).leaf).producer;
    const own = mixed.entries.filter((entry) => parseLeaf(entry.leaf).producer.boot === boot.boot);
    const [first, second, third] = own.map((entry) => entry.index);
    if (first === undefined || second === undefined || third === undefined) throw new Error('too few');
    replace(mixed, first, (header) => ({ ...header, producer: { ...boot, counter: 1 } }));
    replace(mixed, second, (header) => ({ ...header, producer: { ...boot, counter: 0 } }));
    expect((await check(resign(mixed))).warnings).toEqual([]);
    replace(mixed, third, (header) => ({ ...header, producer: { ...boot, counter: 1 } }));
    const codes = (await check(resign(mixed))).warnings.map((warning) => warning.code);
    expect(codes).toContain('PRODUCER_REPEAT');
  });
  test('a time that runs back by more than a minute is CLOCK_BACK', async () => {
    const late = archive();
    replace(late, 20, (header) => ({ ...header, time: '2026-09-20T11:58:00.000000Z' }));
    replace(late, 30, (header) => ({ ...header, time: '2026-09-20T12:00:01.000000Z' }));
    const report = await check(resign(late));
    expect(report.verified).toBe(true);
    expect(report.warnings.map(({ code, at }) => [code, at])).toEqual([['CLOCK_BACK', { what: 'entry', index: 20 }]]);
  });
});
