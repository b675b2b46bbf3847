/** Why the embedded PostgreSQL does not run. */
export type EmbeddedErrorCode =
  | "PLATFORM"
  | "TOOL_MISSING"
  | "USER_NAMESPACES"
  | "OWNER"
  | "VERSION"
  | "IN_USE"
  | "SOCKET_PATH"
  | "INITDB_FAILED"
  | "START_FAILED"
  | "START_TIMEOUT";

/** An error of the launcher: the code for programs, the message with advice for the operator. */
export class EmbeddedError extends Error {
  readonly code: EmbeddedErrorCode;

  constructor(code: EmbeddedErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "EmbeddedError";
    this.code = code;
  }
}
