import { join } from "node:path";
import { SigningError } from "./errors.ts";
import { loadOrCreateSigner, loadSigner } from "./file-signer.ts";
import type { Signer } from "./signer.ts";

const MAX_ORIGIN_IN_NAME = 180;

/**
 * A log's origin as one file name. Percent-encoding is injective, so no two origins share a file, and leaves no path separator.
 *
 * @throws {SigningError} `KEY_NAME_REFUSED` for an empty origin, or one of more than 180 bytes once encoded.
 */
export const logFileName = (origin: string): string => {
  const encoded = encodeURIComponent(origin);
  if (origin.length === 0 || encoded.length > MAX_ORIGIN_IN_NAME || /^\.+$/.test(encoded)) {
    throw new SigningError("KEY_NAME_REFUSED", "a log origin must have 1 to 180 bytes once percent-encoded");
  }
  return encoded;
};

const pathOf = (directory: string, origin: string): string => join(directory, `log.${logFileName(origin)}.ed25519.p8`);

/** The Ed25519 key of a log (activity or a recipient's); null where there is none. Throws SigningError. */
export const loadLogKey = async (directory: string, origin: string): Promise<Signer | null> => {
  const path = pathOf(directory, origin);
  return loadSigner(path, "ed25519").catch((error: unknown) => {
    if (error instanceof SigningError && error.code === "KEY_FILE_MISSING") return null;
    throw error;
  });
};

/** The same, made where there is none. Throws SigningError. */
export const loadOrCreateLogKey = async (directory: string, origin: string): Promise<Signer> =>
  loadOrCreateSigner(pathOf(directory, origin), "ed25519");
