import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TokenIssuer } from "../identity/tokens.ts";
import type { TrustedIssuer } from "../identity/tokens.ts";

const AUDIENCE = "caveat";

/** The issuer that demonstration mode brings along: its key lies in the key folder, readable by its owner only. */
export async function demonstrationIssuer(
  keyFolder: string,
  installation: string,
): Promise<{ issuer: TokenIssuer; trusted: TrustedIssuer }> {
  const path = join(keyFolder, "demonstration-issuer.p384.p8");
  let pem = await readFile(path, "utf8").catch(() => null);
  if (pem === null) {
    await mkdir(keyFolder, { recursive: true, mode: 0o700 });
    const made = generateKeyPairSync("ec", { namedCurve: "P-384" })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();
    const partial = `${path}.${process.pid}.tmp`;
    await writeFile(partial, made, { mode: 0o600, flag: "w" });
    await rename(partial, path);
    pem = await readFile(path, "utf8");
  }
  const name = `https://${installation}/demonstration`;
  const publicKey = createPublicKey(createPrivateKey(pem)).export({ type: "spki", format: "pem" }).toString();
  return {
    issuer: await TokenIssuer.of(pem, name, AUDIENCE),
    trusted: { issuer: name, audience: AUDIENCE, publicKey },
  };
}
