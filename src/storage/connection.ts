import { Pool, types } from "pg";

/** Where a PostgreSQL is and as whom to log in. `host` is a directory for a Unix socket. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
  /** TLS, with the server's certificate and name checked; without it bytes are sent in the clear. */
  readonly ssl?: { readonly rejectUnauthorized: true; readonly ca?: string };
}

/** The four logins of one database: the migrating one and the three that the server works with. */
export interface Connections {
  readonly admin: Connection;
  readonly app: Connection;
  readonly policy: Connection;
  readonly ledger: Connection;
}

// bigint columns hold sizes and indexes below 2^53; a value beyond that is a bug and must not be rounded in silence.
types.setTypeParser(20, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError("bigint beyond 2^53");
  return value;
});

/** Opens a pool of at most `max` connections; every statement has a deadline (fail closed, never hang). */
export function openPool(
  connection: Connection,
  max: number,
  statementTimeoutMs = 30_000,
  lockTimeoutMs = 10_000,
): Pool {
  const pool = new Pool({
    ...connection,
    max,
    connectionTimeoutMillis: 5_000,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: 120_000,
    application_name: "caveat",
  });
  // A connection lost while idle is replaced by the pool; without a listener it would end the process.
  pool.on("error", () => undefined);
  return pool;
}
