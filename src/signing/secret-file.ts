import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import { SigningError } from "./errors.ts";
import { createFileOnce, readKeyFile } from "./key-files.ts";

const SECRET_BYTES = 32;

/**
 * A symmetric key of 32 random bytes kept in a file of exactly those bytes; made on first use.
 *
 * @throws {SigningError} `KEY_FILE_UNSAFE`; `KEY_FILE_MALFORMED` when the file has another length: a cut file must stop the
 * server rather than become a weaker key.
 */
export const loadOrCreateSecret = async (path: string): Promise<KeyObject> => {
  let bytes = await readKeyFile(path);
  if (bytes === null) {
    const fresh = randomBytes(SECRET_BYTES);
    try {
      await createFileOnce(path, fresh);
    } finally {
      fresh.fill(0);
    }
    bytes = await readKeyFile(path);
    if (bytes === null) throw new SigningError("KEY_FILE_MISSING", `secret file ${path} vanished while it was made`);
  }
  try {
    if (bytes.length !== SECRET_BYTES)
      throw new SigningError("KEY_FILE_MALFORMED", `secret file ${path} is not ${SECRET_BYTES} bytes`);
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
};
