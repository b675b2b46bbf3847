import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FormatError, nodeCrypto, parseTrust, PROOF_PATHS, utf8 } from "../../audit/index.ts";
import type { PackageReader } from "../../audit/core/package-reader.ts";
import { verifyDelivery, type DeliveryReport } from "../../audit/core/verify-delivery.ts";
import { openPackage } from "../../audit/package-files.ts";
import { assemblePackage, packageTar, writePackageDirectory } from "../../src/deliveries/package.ts";
import { trustFile } from "../../src/deliveries/trust-file.ts";
import { loadOrCreateKeyring } from "../../src/signing/keyring.ts";
import { loadOrCreateLogKey } from "../../src/signing/log-key-file.ts";
import { logVerifierKey } from "../../src/signing/log-key.ts";
import { makeDelivery, ORIGIN, type Delivery } from "./delivery-fixture.ts";
import { itAsksOpenssl, openssl } from "./openssl.ts";

let directory = "";
let delivery: Delivery;
let files: ReadonlyMap<string, Uint8Array>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "caveat-delivery-"));
  delivery = await makeDelivery(directory);
  files = new Map(
    await Promise.all(
      assemblePackage(delivery.parts).map(
        async (entry) => [entry.path, new Uint8Array(await buffer(entry.content.read()))] as const,
      ),
    ),
  );
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

const inMemory = (contents: ReadonlyMap<string, Uint8Array>): PackageReader => ({
  list: async () => [...contents.keys()].map((path) => ({ path, kind: "file" })),
  read: async function* (path) {
    yield contents.get(path) ?? new Uint8Array(0);
  },
});

const check = async (reader: PackageReader, trust = delivery.trust): Promise<DeliveryReport> =>
  verifyDelivery({ crypto: nodeCrypto, trust: parseTrust(nodeCrypto, utf8(trust)), package: reader });

const refusals = (report: DeliveryReport): readonly string[] =>
  report.findings.map((finding) => `${finding.code} ${finding.at.what === "file" ? finding.at.path : finding.at.what}`);

/** Every byte of small files, a spread of positions of others. */
const positions = (length: number, most: number): readonly number[] =>
  Array.from({ length: Math.min(length, most) }, (_, index) => Math.floor((index * length) / Math.min(length, most)));

const flipped = (bytes: Uint8Array, index: number): Uint8Array =>
  bytes.with(index, (bytes[index] ?? 0) ^ (1 << (index % 8)));

describe("delivery", () => {
  it("I8 verifies offline as a directory and as a tar", async () => {
    await writePackageDirectory(join(directory, "delivery"), delivery.parts);
    await writeFile(join(directory, "delivery.tar"), packageTar(delivery.parts));
    for (const name of ["delivery", "delivery.tar"]) {
      const report = await check(await openPackage(join(directory, name)));
      expect(refusals(report)).toEqual([]);
      expect(report.verified).toBe(true);
      expect(report.delivery).toMatchObject({
        approvers: ["person-a", "person-b"],
        release: { origin: ORIGIN, index: 3, size: 6 },
      });
    }
  });

  it("I8 holds exactly the files of the format", () => {
    expect([...files.keys()].filter((path) => !path.startsWith("data/images/"))).toEqual([
      "data/labels.coco.json",
      "manifest.json",
      "proof/manifest.cms",
      "proof/release.leaf",
      "proof/release.open.json",
      "proof/release.tlog-proof",
      "proof/statement.dsse.json",
    ]);
  });

  it("I8 refuses and names every file in which one bit is flipped", async () => {
    for (const [path, bytes] of files) {
      for (const index of positions(bytes.length, 400)) {
        const report = await check(inMemory(new Map([...files, [path, flipped(bytes, index)]])));
        expect(report.verified, `${path} byte ${index}`).toBe(false);
        expect(refusals(report).join("\n"), `${path} byte ${index}`).toContain(path);
      }
    }
  });

  it("I8 refuses a tar in which one bit is flipped anywhere", async () => {
    const bytes = new Uint8Array(await buffer(packageTar(delivery.parts)));
    for (const index of positions(bytes.length, 300)) {
      await writeFile(join(directory, "flipped.tar"), flipped(bytes, index));
      const report = await check(await openPackage(join(directory, "flipped.tar")));
      expect(report.verified, `byte ${index}`).toBe(false);
    }
  });

  it("I8 refuses and names every file that is missing, and one that was added", async () => {
    for (const path of files.keys()) {
      const report = await check(inMemory(new Map([...files].filter(([other]) => other !== path))));
      expect(refusals(report)).toContain(`FILE_MISSING ${path}`);
    }
    const added = await check(inMemory(new Map([...files, ["data/images/added.png", new Uint8Array(1)]])));
    expect(refusals(added)).toEqual(["FILE_EXTRA data/images/added.png"]);
  });

  it("I8 refuses another delivery's proof beside this manifest", async () => {
    const other = await makeDelivery(directory, { purpose: "another purpose" });
    const exchange = (paths: readonly string[]): Promise<DeliveryReport> =>
      check(
        inMemory(
          new Map(
            [...files].map(([path, bytes]) => [
              path,
              paths.includes(path) ? (other.parts.proof.get(path) ?? bytes) : bytes,
            ]),
          ),
        ),
      );
    expect(refusals(await exchange(Object.values(PROOF_PATHS)))).toEqual(["MANIFEST_CHANGED manifest.json"]);
    expect((await exchange([PROOF_PATHS.cms])).verified).toBe(false);
    expect((await exchange([PROOF_PATHS.leaf, PROOF_PATHS.openings, PROOF_PATHS.proof])).verified).toBe(false);
  });

  it("I8 refuses under a trust file of another installation, and under the wrong purpose of the log", async () => {
    const stranger = await loadOrCreateKeyring(join(directory, "stranger"));
    const own = { statementSigners: [delivery.keyring.statementSigner], authorities: [] };
    const logs = async (
      ring: typeof stranger,
      purpose: "activity" | "recipient",
    ): Promise<{ logs: Parameters<typeof trustFile>[0]["logs"] }> => ({
      logs: [{ key: logVerifierKey(ORIGIN, await loadOrCreateLogKey(ring.directory, ORIGIN)), purpose }],
    });
    const trusts = [
      trustFile({
        ...own,
        statementSigners: [stranger.statementSigner],
        ...(await logs(delivery.keyring, "recipient")),
      }),
      trustFile({ ...own, ...(await logs(stranger, "recipient")) }),
      trustFile({ ...own, ...(await logs(delivery.keyring, "activity")) }),
      trustFile({ ...own, logs: [] }),
    ];
    for (const trust of trusts) expect((await check(inMemory(files), trust)).verified).toBe(false);
  });

  itAsksOpenssl("I8 passes the command that the report tells the recipient to run", async () => {
    const report = await check(inMemory(files));
    await writePackageDirectory(join(directory, "for-openssl"), delivery.parts);
    await writeFile(join(directory, "CA.pem"), delivery.authorityPem);
    const inside = (word: string): string =>
      word === "CA.pem"
        ? join(directory, "CA.pem")
        : /^(?:manifest\.json|proof\/.*)$/.test(word)
          ? join(directory, "for-openssl", word)
          : word;
    const [program, ...words] = report.cmsCommand.split(" ");
    expect(program).toBe("openssl");
    expect(openssl(...words.map(inside))).toMatchObject({ ok: true });
  });

  it("reads a broken tar as an error of the format and never as a package", async () => {
    const bytes = new Uint8Array(await buffer(packageTar(delivery.parts)));
    await writeFile(join(directory, "cut.tar"), bytes.subarray(0, bytes.length - 1024));
    const reader = await openPackage(join(directory, "cut.tar"));
    await expect(reader.list()).rejects.toBeInstanceOf(FormatError);
  });
});
