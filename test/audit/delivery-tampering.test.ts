import { describe, expect, test } from "vitest";
import {
  CMS_COMMAND,
  FormatError,
  PROOF_PATHS,
  fromUtf8,
  nodeCrypto,
  parseManifest,
  utf8,
  verifyDelivery,
} from "../../audit/index.ts";
import { readTarEntries } from "../../audit/tar.ts";
import {
  LOG_SIGNER,
  OTHER_KEY,
  checkDelivery,
  deliveryCodes,
  makeDelivery,
  memoryPackage,
  trust,
} from "./delivery-fixture.ts";
import type { Files, Variation } from "./delivery-fixture.ts";
import { makeTar } from "./tar-fixture.ts";
import { Seeded, flipBit, noteSigner } from "./seeded.ts";

const files = await makeDelivery();

function changed(path: string, change: (text: string) => string): Files {
  const before = fromUtf8(files.get(path) ?? new Uint8Array(0));
  const after = change(before);
  expect(after).not.toBe(before);
  return new Map(files).set(path, utf8(after));
}
async function codes(tampered: Files): Promise<string[]> {
  const report = await checkDelivery(tampered);
  expect(report.verified).toBe(report.findings.length === 0);
  if (!report.verified) expect(report.delivery).toBeNull();
  return deliveryCodes(report);
}

describe("a delivery that nobody touched", () => {
  test("I8 verifies, shows what is signed, and names the openssl command for the rest", async () => {
    const report = await checkDelivery(files);
    expect(deliveryCodes(report)).toEqual([]);
    expect(report.delivery).toMatchObject({
      approvers: ["p-2", "p-3"],
      release: { index: 6, size: 9 },
      manifest: { requester: "p-1" },
    });
    expect(report.notChecked).toMatch(/except that the CMS signature/);
    expect(report.cmsCommand).toBe(CMS_COMMAND);
  });
});

describe("I8 files", () => {
  test.each([...files.keys()])("%s changed in one bit is refused, and named", async (path) => {
    const bytes = files.get(path) ?? new Uint8Array(0);
    const random = new Seeded(41);
    for (let i = 0; i < 60; i += 1) {
      const found = await codes(new Map(files).set(path, flipBit(bytes, random.below(bytes.length * 8))));
      expect(found.length).toBeGreaterThan(0);
      expect(
        found.some((code) => code.endsWith(` ${path}`) || path.startsWith("proof/release")),
        `${path}: ${found.join()}`,
      ).toBe(true);
    }
  });
  test("every seventh bit of the leaf, the openings and the proof, flipped, is refused", async () => {
    for (const path of [PROOF_PATHS.leaf, PROOF_PATHS.openings, PROOF_PATHS.proof]) {
      const bytes = files.get(path) ?? new Uint8Array(0);
      for (let bit = 0; bit < bytes.length * 8; bit += 7) {
        const report = await checkDelivery(new Map(files).set(path, flipBit(bytes, bit)));
        expect(report.verified, `${path} bit ${bit}`).toBe(false);
      }
    }
  });
  test("a changed, longer or shorter file is FILE_CHANGED", async () => {
    const path = "data/images/a1.png";
    const bytes = files.get(path) ?? new Uint8Array(0);
    for (const other of [flipBit(bytes, 4_000), bytes.slice(1), Uint8Array.of(...bytes, 0), new Uint8Array(0)]) {
      expect(await codes(new Map(files).set(path, other))).toEqual([`FILE_CHANGED ${path}`]);
    }
  });
  test.each([...files.keys()])("%s left out is FILE_MISSING", async (path) => {
    const less = new Map(files);
    less.delete(path);
    expect(await codes(less)).toEqual([`FILE_MISSING ${path}`]);
  });
  test("an added file is FILE_EXTRA", async () => {
    expect(await codes(new Map(files).set("data/images/more.png", utf8("x")))).toEqual([
      "FILE_EXTRA data/images/more.png",
    ]);
    expect(await codes(new Map(files).set("README", utf8("x")))).toEqual(["FILE_EXTRA README"]);
  });
  test.each([
    "../x",
    "/etc/x",
    "data/../x",
    "data\\x",
    "./manifest.json",
    "DATA/images/A1.png",
    "data/.x",
    "Manifest.json",
  ])("the path %s is PATH_UNSAFE, and nothing more is read", async (path) => {
    expect(await codes(new Map(files).set(path, utf8("x")))).toEqual([`PATH_UNSAFE ${path}`]);
  });
  test("anything but a regular file is PATH_UNSAFE", async () => {
    const reader = memoryPackage(files);
    const list = async () => [...(await reader.list()), { path: "data/link", kind: "other" as const }];
    const report = await verifyDelivery({ crypto: nodeCrypto, trust: trust(), package: { ...reader, list } });
    expect(deliveryCodes(report)).toEqual(["PATH_UNSAFE data/link"]);
  });
});

describe("I8 manifest and statement", () => {
  test("a changed manifest is MANIFEST_CHANGED", async () => {
    expect(
      await codes(changed("manifest.json", (text) => text.replace('"purpose":"a test"', '"purpose":"other"'))),
    ).toEqual(["MANIFEST_CHANGED manifest.json"]);
  });
  test("a statement without its form is STATEMENT_BAD", async () => {
    for (const change of [
      (text: string) => `${text}\n`,
      (text: string) => text.replace('"signatures":[', '"signatures":[{"keyid":"x","sig":"AAAA"},'),
      (text: string) => text.replace('{"payload"', '{"more":1,"payload"'),
      () => "{}",
    ]) {
      expect(await codes(changed(PROOF_PATHS.statement, change))).toEqual([`STATEMENT_BAD ${PROOF_PATHS.statement}`]);
    }
  });
  test("a statement of another key in the name of the known one is SIGNATURE_BAD", async () => {
    expect(await codes(await makeDelivery({ key: OTHER_KEY }))).toEqual([`SIGNATURE_BAD ${PROOF_PATHS.statement}`]);
  });
  test("a statement of a key that the trust file has not is UNKNOWN_KEY", async () => {
    expect(await codes(await makeDelivery({ keyid: "other", key: OTHER_KEY }))).toEqual([
      `UNKNOWN_KEY ${PROOF_PATHS.statement}`,
    ]);
  });
  test("a signed payload of another type is STATEMENT_BAD", async () => {
    expect(await codes(await makeDelivery({ payloadType: "text/plain" }))).toEqual([
      `STATEMENT_BAD ${PROOF_PATHS.statement}`,
    ]);
  });
  test.each<[string, Variation["statement"]]>([
    ["delivery", { deliveryId: "other" }],
    ["recipient", { recipient: "other" }],
    ["marking", { marking: { banner: "UNCLASSIFIED", effective: { level: "R" } } }],
  ])("a signed statement of another %s than the manifest is STATEMENT_BAD", async (_, statement) => {
    expect(await codes(await makeDelivery({ statement: statement ?? {} }))).toContain(
      `STATEMENT_BAD ${PROOF_PATHS.statement}`,
    );
  });
  test("a statement laid over from another delivery is MANIFEST_CHANGED", async () => {
    const other = await makeDelivery({ manifest: { purpose: "other" } });
    expect(
      await codes(new Map(files).set(PROOF_PATHS.statement, other.get(PROOF_PATHS.statement) ?? new Uint8Array(0))),
    ).toEqual(["MANIFEST_CHANGED manifest.json"]);
  });
});

describe("I8 release", () => {
  const entry = "ab".repeat(48);
  test.each([
    ["one person twice", ["p-2", "p-2"]],
    ["the requester", ["p-1", "p-3"]],
  ] as const)("I7 an approval by %s is RELEASE_MISMATCH", async (_, [a, b]) => {
    const approvals = [
      { approver: a, entrySha384: entry },
      { approver: b, entrySha384: entry },
    ] as const;
    expect(await codes(await makeDelivery({ approvals }))).toEqual([`RELEASE_MISMATCH ${PROOF_PATHS.statement}`]);
  });
  test("an entry that releases something else, or is of another kind, is RELEASE_MISMATCH", async () => {
    expect(await codes(await makeDelivery({ outcome: "{}" }))).toEqual([`RELEASE_MISMATCH ${PROOF_PATHS.openings}`]);
    expect(await codes(await makeDelivery({ header: { kind: "delivery.approval" } }))).toEqual([
      `RELEASE_MISMATCH ${PROOF_PATHS.openings}`,
    ]);
  });
  test("a changed opening, and one that is withheld, are RELEASE_MISMATCH", async () => {
    expect(await codes(changed(PROOF_PATHS.openings, (text) => text.replace("p-2", "p-9")))).toEqual([
      `RELEASE_MISMATCH ${PROOF_PATHS.openings}`,
    ]);
    expect(await codes(changed(PROOF_PATHS.openings, () => '{"s":[null,null,null,null]}'))).toEqual([
      `RELEASE_MISMATCH ${PROOF_PATHS.openings}`,
    ]);
  });
  test("the release of another delivery of the same log is RELEASE_NOT_PROVEN", async () => {
    const other = await makeDelivery({ manifest: { purpose: "other" } });
    const mixed = new Map(files);
    for (const path of [PROOF_PATHS.leaf, PROOF_PATHS.openings, PROOF_PATHS.proof])
      mixed.set(path, other.get(path) ?? new Uint8Array(0));
    expect(await codes(mixed)).toEqual([`RELEASE_NOT_PROVEN ${PROOF_PATHS.leaf}`]);
  });
  test("another index, surplus and missing hashes, extra data and a changed checkpoint are RELEASE_NOT_PROVEN", async () => {
    const hash = Buffer.alloc(32, 1).toString("base64");
    for (const change of [
      (text: string) => text.replace("index 6", "index 7"),
      (text: string) => text.replace("index 6\n", `index 6\n${hash}\n`),
      (text: string) => text.replace("\n\n", `\n${hash}\n\n`),
      (text: string) => text.replace(/(index 6\n)[^\n]+\n/, "$1"),
      (text: string) => text.replace("index 6", "extra AAAA\nindex 6"),
      (text: string) => text.replace("\n9\n", "\n10\n"),
      () => "nothing",
    ]) {
      expect(await codes(changed(PROOF_PATHS.proof, change))).toEqual([`RELEASE_NOT_PROVEN ${PROOF_PATHS.proof}`]);
    }
  });
  test("a log that the trust file has not, has for another purpose or with another key is UNKNOWN_KEY", async () => {
    const believed = trust();
    const expected = [`UNKNOWN_KEY ${PROOF_PATHS.proof}`];
    const other = noteSigner(LOG_SIGNER.key.name, 6).key;
    for (const logs of [
      [],
      believed.logs.map((log) => ({ ...log, purpose: "activity" as const })),
      believed.logs.map((log) => ({ ...log, key: other })),
    ]) {
      expect(deliveryCodes(await checkDelivery(files, { ...believed, logs }))).toEqual(expected);
    }
  });
  test("a damaged CMS file is FILE_CHANGED, though only openssl checks its signature", async () => {
    expect(await codes(new Map(files).set(PROOF_PATHS.cms, Uint8Array.of(0x30, 0)))).toEqual([
      `FILE_CHANGED ${PROOF_PATHS.cms}`,
    ]);
  });
});

describe("manifests", () => {
  const text = fromUtf8(files.get("manifest.json") ?? new Uint8Array(0));
  test("with unsafe, unsorted or repeated paths, or members that do not belong, are refused", () => {
    for (const bad of [
      text.replace("data/images/a1.png", "data/images/../a1.png"),
      text.replace("data/images/a1.png", "proof/a1.png"),
      text.replace("data/images/a1.png", "data/zzz.png"),
      text.replace("data/images/a1.png", "data/labels.coco.json"),
      text.replace('"caveat":"delivery/v1"', '"caveat":"delivery/v2"'),
      text.replace('"dataset":', '"data":1,"dataset":'),
      text.replace('"bytes":1000', '"bytes":-1'),
      text.replace('"requester":"p-1",', ""),
      `${text}\n`,
    ]) {
      expect(bad).not.toBe(text);
      expect(() => parseManifest(utf8(bad))).toThrow(FormatError);
    }
    expect(parseManifest(utf8(text)).files).toHaveLength(3);
  });
});

describe("tar packages", () => {
  const tar = makeTar(files);
  const list = (bytes: Uint8Array) =>
    readTarEntries(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length);
  test("list their files with place and length", async () => {
    const entries = await list(tar);
    expect(entries.map((entry) => entry.path)).toEqual([...files.keys()]);
    for (const { path, offset, bytes } of entries) expect(tar.slice(offset, offset + bytes)).toEqual(files.get(path));
  });
  test("every flipped bit outside the files is refused, or leads to another path that is", async () => {
    const entries = await list(tar);
    const random = new Seeded(51);
    for (let i = 0; i < 2_000; i += 1) {
      const bit = random.below(tar.length * 8);
      const at = Math.floor(bit / 8);
      if (entries.some(({ offset, bytes }) => at >= offset && at < offset + bytes)) continue;
      await expect(list(flipBit(tar, bit)), `bit ${bit}`).rejects.toMatchObject({ code: "TAR" });
    }
  });
  test("cut, empty, with links or with anything after the end are refused", async () => {
    const link = makeTar(files, "2");
    for (const bad of [
      new Uint8Array(0),
      tar.slice(0, 512),
      tar.slice(0, -1),
      tar.slice(0, -1024),
      link,
      Uint8Array.of(...tar, ...tar),
    ]) {
      await expect(list(bad)).rejects.toMatchObject({ code: "TAR" });
    }
  });
});
