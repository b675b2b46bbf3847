/**
 * Why a log is not signed, or no proof made. Closed: tests assert the codes, people read the message.
 *
 * - `DATABASE_SMALLER`  the database holds fewer entries than were signed: it was restored, or is another one
 * - `DATABASE_DIFFERS`  it holds as many, but the last that was signed is not the one that the tiles have
 * - `ENTRIES_MISSING`   there are entries missing below the head
 * - `SIGNER_BEHIND`     the database keeps a checkpoint that the signer has no record of: its record was set back
 * - `CHECKPOINT_BAD`    the signer gave a note that is not of this tree, or not by its key
 * - `TILE_DAMAGED`      the tiles do not lead to the signed root
 */
export type LogErrorCode =
  | "DATABASE_SMALLER"
  | "DATABASE_DIFFERS"
  | "ENTRIES_MISSING"
  | "SIGNER_BEHIND"
  | "CHECKPOINT_BAD"
  | "TILE_DAMAGED";

/** A refusal of the log. The message names origin and sizes. */
export class LogError extends Error {
  readonly code: LogErrorCode;

  constructor(code: LogErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "LogError";
    this.code = code;
  }
}
