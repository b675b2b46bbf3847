/** Why bytes were refused by the format code. Closed: tests assert on these. */
export type FormatCode =
  | "ENCODING" // not UTF-8, not lower-case hex, not canonical base64
  | "JSON" // not JSON, too deep, a float, a bad string
  | "JSON_DUPLICATE" // a member name occurs twice
  | "JSON_NOT_CANONICAL" // not the RFC 8785 form of its value
  | "MEMBERS" // a member is missing, unknown, or of the wrong type
  | "RANGE" // a number, size or length is outside its limits
  | "LEAF"
  | "NOTE"
  | "KEY"
  | "CHECKPOINT"
  | "PROOF"
  | "ARCHIVE"
  | "TRUST"
  | "ENVELOPE"
  | "MANIFEST"
  | "TAR";

/** Thrown when bytes do not have the form that FORMAT.md gives them. The message is one English clause. */
export class FormatError extends Error {
  readonly code: FormatCode;
  constructor(code: FormatCode, message: string) {
    super(message);
    this.name = "FormatError";
    this.code = code;
  }
}

/** What `read` returns, or the FormatError that it throws. Every other error passes through. */
export function formOf<Value>(read: () => Value): Value | FormatError {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}
