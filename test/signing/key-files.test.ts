import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadOrCreateKeyring } from "../../src/signing/keyring.ts";
import { loadOrCreateLogKey } from "../../src/signing/log-key-file.ts";
import { loadOrCreateSigner, loadSigner } from "../../src/signing/file-signer.ts";
import { loadOrCreateSecret } from "../../src/signing/secret-file.ts";
import type { SignatureAlgorithm } from "../../src/signing/signer.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "caveat-keys-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const message = new TextEncoder().encode("one message");
const verifies = (pem: string, algorithm: SignatureAlgorithm, signature: Uint8Array, over = message): boolean =>
  verify(algorithm === "ed25519" ? null : "sha384", over, createPublicKey(pem), signature);

describe("file signer", () => {
  for (const algorithm of ["ed25519", "ecdsa-p384-sha384", "rsa-3072-sha384"] as const) {
    it(`signs with ${algorithm} so that node:crypto verifies it, and keeps the key over a restart`, async () => {
      const path = join(directory, "key.p8");
      const made = await loadOrCreateSigner(path, algorithm);
      const loaded = await loadOrCreateSigner(path, algorithm);
      expect(loaded.publicKeyPem()).toBe(made.publicKeyPem());
      expect(loaded.keyId).toMatch(/^[0-9a-f]{16}$/);
      expect(loaded.keyId).toBe(made.keyId);
      const signature = await loaded.sign(message);
      expect(verifies(made.publicKeyPem(), algorithm, signature)).toBe(true);
      expect(verifies(made.publicKeyPem(), algorithm, signature, message.toReversed())).toBe(false);
    });
  }

  it("writes the key file with mode 0600 and leaves no temporary file", async () => {
    const path = join(directory, "key.p8");
    await loadOrCreateSigner(path, "ed25519");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(["key.p8"]);
  });

  for (const mode of [0o640, 0o604, 0o620, 0o610]) {
    it(`refuses a key file of mode ${mode.toString(8)}`, async () => {
      const path = join(directory, "key.p8");
      await loadOrCreateSigner(path, "ed25519");
      await chmod(path, mode);
      await expect(loadSigner(path, "ed25519")).rejects.toMatchObject({ code: "KEY_FILE_UNSAFE" });
    });
  }

  it("refuses a symbolic link to a key file", async () => {
    await loadOrCreateSigner(join(directory, "true.p8"), "ed25519");
    await symlink(join(directory, "true.p8"), join(directory, "key.p8"));
    await expect(loadSigner(join(directory, "key.p8"), "ed25519")).rejects.toMatchObject({ code: "KEY_FILE_UNSAFE" });
  });

  it("refuses a missing file when asked to load only", async () => {
    await expect(loadSigner(join(directory, "key.p8"), "ed25519")).rejects.toMatchObject({ code: "KEY_FILE_MISSING" });
  });

  it("refuses a file that is no key, without replacing it or quoting it", async () => {
    const path = join(directory, "key.p8");
    await writeFile(path, "SECRET-TEXT", { mode: 0o600 });
    await expect(loadOrCreateSigner(path, "ed25519")).rejects.toMatchObject({ code: "KEY_FILE_MALFORMED" });
    const said = await loadOrCreateSigner(path, "ed25519").then(String, (error: unknown) =>
      JSON.stringify([String(error), error]),
    );
    expect(said).not.toContain("SECRET-TEXT");
    expect(await readFile(path, "utf8")).toBe("SECRET-TEXT");
  });

  it("refuses a key of another kind than the purpose asks for", async () => {
    const path = join(directory, "key.p8");
    await loadOrCreateSigner(path, "ed25519");
    await expect(loadSigner(path, "ecdsa-p384-sha384")).rejects.toMatchObject({ code: "KEY_WRONG_ALGORITHM" });
  });

  it("refuses an RSA key that is too short and an EC key on another curve", async () => {
    const short = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
      type: "pkcs8",
      format: "der",
    });
    const curve = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
      type: "pkcs8",
      format: "der",
    });
    await writeFile(join(directory, "rsa.p8"), short, { mode: 0o600 });
    await writeFile(join(directory, "ec.p8"), curve, { mode: 0o600 });
    await expect(loadSigner(join(directory, "rsa.p8"), "rsa-3072-sha384")).rejects.toMatchObject({
      code: "KEY_WRONG_ALGORITHM",
    });
    await expect(loadSigner(join(directory, "ec.p8"), "ecdsa-p384-sha384")).rejects.toMatchObject({
      code: "KEY_WRONG_ALGORITHM",
    });
  });

  it("ends with one key when many start at once", async () => {
    const path = join(directory, "key.p8");
    const signers = await Promise.all(Array.from({ length: 8 }, async () => loadOrCreateSigner(path, "ed25519")));
    expect(new Set(signers.map((signer) => signer.keyId)).size).toBe(1);
    expect(await readdir(directory)).toEqual(["key.p8"]);
  });
});

describe("secret file", () => {
  it("keeps 32 bytes over a restart and refuses a file that was cut", async () => {
    const path = join(directory, "kek.key");
    const made = await loadOrCreateSecret(path);
    expect(made.symmetricKeySize).toBe(32);
    expect((await loadOrCreateSecret(path)).equals(made)).toBe(true);
    await writeFile(path, new Uint8Array(31));
    await expect(loadOrCreateSecret(path)).rejects.toMatchObject({ code: "KEY_FILE_MALFORMED" });
  });
});

describe("keyring", () => {
  it("gives every purpose a key of its own and finds them all again", async () => {
    const keys = join(directory, "keys");
    const ring = await loadOrCreateKeyring(keys);
    expect((await stat(keys)).mode & 0o777).toBe(0o700);
    const ids = async (from: typeof ring): Promise<string[]> => [
      from.statementSigner.keyId,
      from.cmsSigner.keyId,
      from.caSigner.keyId,
      (await loadOrCreateLogKey(from.directory, "caveat.example/activity")).keyId,
      (await loadOrCreateLogKey(from.directory, "caveat.example/recipient/1")).keyId,
    ];
    const first = await ids(ring);
    expect(new Set(first).size).toBe(5);
    const again = await loadOrCreateKeyring(keys);
    expect(await ids(again)).toEqual(first);
    expect(again.kek.equals(ring.kek)).toBe(true);
    expect((await again.secret("gate-token")).equals(await ring.secret("gate-token"))).toBe(true);
    expect((await again.secret("gate-token")).equals(again.kek)).toBe(false);
  });

  it("refuses a directory that others may enter", async () => {
    await chmod(directory, 0o755);
    await expect(loadOrCreateKeyring(directory)).rejects.toMatchObject({ code: "KEY_DIRECTORY_UNSAFE" });
  });

  it("keeps a hostile origin or purpose inside the directory", async () => {
    const ring = await loadOrCreateKeyring(directory);
    await loadOrCreateLogKey(directory, "../../escape");
    expect(await readdir(directory)).toContain("log...%2F..%2Fescape.ed25519.p8");
    await expect(loadOrCreateLogKey(directory, "")).rejects.toMatchObject({ code: "KEY_NAME_REFUSED" });
    await expect(ring.secret("../x")).rejects.toMatchObject({ code: "KEY_NAME_REFUSED" });
  });
});
