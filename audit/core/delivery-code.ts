/** What can be wrong with a delivery package. */
export type DeliveryCode =
  | "FILE_CHANGED"
  | "FILE_MISSING"
  | "FILE_EXTRA"
  | "MANIFEST_CHANGED"
  | "STATEMENT_BAD"
  | "SIGNATURE_BAD"
  | "UNKNOWN_KEY"
  | "RELEASE_NOT_PROVEN"
  | "RELEASE_MISMATCH"
  | "PATH_UNSAFE"
  | "PACKAGE_MALFORMED";
