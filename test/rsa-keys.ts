import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { loadOrCreateSigner } from "../src/signing/file-signer.ts";

/** The keys of a key folder that take long to make: a quarter of a second of work for each. */
const NAMES = ["delivery-cms.rsa3072.p8", "delivery-cms-ca.rsa3072.p8"] as const;

/** Makes the RSA keys that test houses and test servers of this run begin with. */
export async function makeRsaKeys(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await Promise.all(NAMES.map((name) => loadOrCreateSigner(join(folder, name), "rsa-3072-sha384")));
}

/** Puts this run's RSA keys into the key folder of a new state folder; every other key is made there. */
export function placeRsaKeys(stateFolder: string): void {
  const folder = join(stateFolder, "keys");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of NAMES) copyFileSync(join(inject("cluster").rsaKeys, name), join(folder, name));
}
