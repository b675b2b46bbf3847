/**
 * Why a key could not be used. Closed: tests and the operator's command rely on the codes, people read the message.
 *
 * - `KEY_DIRECTORY_UNSAFE`  the key directory can be read or written by others, or is not a directory
 * - `KEY_FILE_MISSING`      there is no key file and the caller did not ask for a new one
 * - `KEY_FILE_UNSAFE`       the key file can be read or written by others, is not a plain file, or has another owner
 * - `KEY_FILE_MALFORMED`    the file's bytes are not a PKCS#8 key (or, for a secret, not exactly 32 bytes)
 * - `KEY_WRONG_ALGORITHM`   the file holds a sound key of another kind than its purpose asks for
 * - `KEY_NAME_REFUSED`      a purpose or origin that cannot be a file name
 */
export type SigningErrorCode =
  | "KEY_DIRECTORY_UNSAFE"
  | "KEY_FILE_MISSING"
  | "KEY_FILE_UNSAFE"
  | "KEY_FILE_MALFORMED"
  | "KEY_WRONG_ALGORITHM"
  | "KEY_NAME_REFUSED";

/** A refusal of the signing room. The message names the file, never anything of the key. */
export class SigningError extends Error {
  readonly code: SigningErrorCode;

  constructor(code: SigningErrorCode, message: string) {
    super(message);
    this.name = "SigningError";
    this.code = code;
  }
}
