export { EmbeddedError, type EmbeddedErrorCode } from "./embedded-error.ts";
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
