import { describe, expect, it } from "vitest";
import { encodeCanonical, fromUtf8, nodeCrypto, parseManifest, toHex, utf8 } from "../../audit/index.ts";
import { versionDigest, type FrozenRow } from "../../src/deliveries/frozen-version.ts";
import { buildManifest, type ManifestInput } from "../../src/deliveries/manifest-builder.ts";
import { AUTHORITY, effective, manifestInput, PLAIN, SECRET, uuid } from "./delivery-fixture.ts";

describe("manifest", () => {
  it("is the same canonical bytes however often it is built and in whatever order the files come", async () => {
    const input = await manifestInput();
    const first = buildManifest(input);
    expect(buildManifest(await manifestInput())).toEqual(first);
    expect(buildManifest({ ...input, files: input.files.toReversed() })).toEqual(first);
    expect(toHex(nodeCrypto.sha256(first))).toMatchInlineSnapshot(
      `"48e0979255db96752c3fad06e5ac84163fc44cc03bfa989480aedf478ef74506"`,
    );
  });

  it("gives every file a marking and lists size and both digests", async () => {
    const { files } = parseManifest(buildManifest(await manifestInput()));
    expect(files.map((file) => file.marking.banner)).toEqual([PLAIN.banner, SECRET.banner]);
    for (const file of files) {
      expect(file.bytes).toBeGreaterThan(0);
      expect([file.sha256.length, file.sha384.length]).toEqual([64, 96]);
    }
  });

  it("I3 marks the whole with at least the join of every file and of what the dataset adds", async () => {
    const input = await manifestInput();
    expect(parseManifest(buildManifest(input)).marking.effective).toEqual({ ...SECRET.effective });
    const higher = buildManifest({ ...input, atLeast: [effective("TS", { sci: ["SI"], noforn: true })] });
    expect(parseManifest(higher).marking.effective).toMatchObject({
      level: "TS",
      sci: ["SI"],
      noforn: true,
      relTo: [],
    });
  });

  it("lets nothing into the signed bytes that the format does not name", async () => {
    const input = await manifestInput();
    const surplus = { ...input, note: "SURPLUS", recipient: { ...input.recipient, note: "SURPLUS" } };
    expect(fromUtf8(buildManifest(surplus))).not.toContain("SURPLUS");
    const marked = input.files.map((file) => ({
      ...file,
      marking: { ...file.marking, effective: { ...file.marking.effective, note: "SURPLUS" } },
    }));
    expect(fromUtf8(buildManifest({ ...input, files: marked }))).not.toContain("SURPLUS");
  });

  it("refuses input that would not be a manifest", async () => {
    const input = await manifestInput();
    const [file] = input.files;
    if (file === undefined) throw new Error("the fixture has files");
    const cases: readonly (readonly [string, Partial<ManifestInput>])[] = [
      ["NO_FILES", { files: [] }],
      ["PATH_TWICE", { files: [file, file] }],
      ["PATH_REFUSED", { files: [{ ...file, path: "data/../x" }] }],
      ["VALUE_REFUSED", { deliveryId: "X" }],
      ["VALUE_REFUSED", { counts: { images: 2, labels: 0 } }],
      ["VALUE_REFUSED", { authority: { ...AUTHORITY, derivedFrom: null } }],
      ["MANIFEST", { authority: { ...AUTHORITY, declassifyOn: "20510919" } }],
      ["MANIFEST", { authority: null }],
      ["MEMBERS", { requestedAt: "2026-09-20T12:34:56Z" }],
      ["LEAF", { requestedAt: "2026-02-30T12:34:56.000000Z" }],
      ["MEMBERS", { purpose: "" }],
      ["JSON", { purpose: "e\u0301" }],
    ];
    for (const [code, change] of cases) {
      expect(() => buildManifest({ ...input, ...change })).toThrow(expect.objectContaining({ code }));
    }
  });
});

describe("frozen version", () => {
  const row = (noun: string, name: string, revision: string | null = null): FrozenRow => ({
    noun,
    id: uuid(name),
    revision,
    sha384: toHex(nodeCrypto.sha384(utf8(name))),
  });

  it("has one digest for the same rows in any order, namely that of their canonical list", () => {
    const rows = [row("label", "b", uuid("r")), row("asset", "a"), row("label", "a", uuid("q"))];
    const sorted = [
      row("asset", "a"),
      ...[row("label", "b", uuid("r")), row("label", "a", uuid("q"))].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    ];
    const expected = toHex(nodeCrypto.sha384(utf8(encodeCanonical(sorted.map((item) => ({ ...item }))))));
    expect(versionDigest(rows)).toBe(expected);
    expect(versionDigest(rows.toReversed())).toBe(expected);
  });

  it("changes with a revision, a digest, a noun, and a row more or less", () => {
    const rows = [row("label", "a", uuid("q"))];
    const others = [
      [],
      [row("label", "a")],
      [row("label", "a", uuid("z"))],
      [row("asset", "a", uuid("q"))],
      [{ ...row("label", "a", uuid("q")), sha384: "0" }],
      [...rows, row("asset", "b")],
    ];
    expect(new Set([rows, ...others].map(versionDigest)).size).toBe(7);
  });

  it("refuses a row that is listed with two revisions", () => {
    expect(() => versionDigest([row("label", "a", uuid("q")), row("label", "a", uuid("z"))])).toThrow(
      expect.objectContaining({ code: "ROW_TWICE" }),
    );
  });
});
