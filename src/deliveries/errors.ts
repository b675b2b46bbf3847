/**
 * Why a delivery could not be put together. Closed; the codes are for tests and the operator's log, callers of the service see
 * only the public errors.
 *
 * - `CERTIFICATE_MISMATCH`  a certificate does not belong to the key or the authority it is used with
 * - `CERTIFICATE_EXPIRED`   the moment asked about is outside a certificate's validity
 * - `NO_FILES`              a manifest without any file
 * - `PATH_REFUSED`          a path that an unpacking program could read in two ways, or that is reserved
 * - `FILE_TOO_LARGE`        a file of 8 GiB or more, which a ustar header cannot state
 * - `PATH_TWICE`            two files under one path
 * - `ROW_TWICE`             the frozen version lists one row twice
 * - `VALUE_REFUSED`         a field of the manifest has not the form that the format states
 * - `TARGET_PRESENT`        what was to be written is there already
 * - `CONTENT_CHANGED`       a file's bytes are not those that the approved manifest names
 * - `APPROVALS_REFUSED`     not exactly two approvals, or two by one person, or by the requester
 * - `RELEASE_MISMATCH`      the release entry, its openings or its proof are not about this manifest and these approvals
 */
export type DeliveryErrorCode =
  | "CERTIFICATE_MISMATCH"
  | "CERTIFICATE_EXPIRED"
  | "NO_FILES"
  | "PATH_REFUSED"
  | "FILE_TOO_LARGE"
  | "PATH_TWICE"
  | "ROW_TWICE"
  | "VALUE_REFUSED"
  | "TARGET_PRESENT"
  | "CONTENT_CHANGED"
  | "APPROVALS_REFUSED"
  | "RELEASE_MISMATCH";

/** A refusal of the deliveries room. The message is for the operator and may name paths and ids. */
export class DeliveryError extends Error {
  readonly code: DeliveryErrorCode;

  constructor(code: DeliveryErrorCode, message: string) {
    super(message);
    this.name = "DeliveryError";
    this.code = code;
  }
}
