import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KeyObject } from "node:crypto";
import type { Config } from "../config.ts";
import { ConfigError } from "../config.ts";
import { ensureDatabase } from "../storage/administration.ts";
import { placeOf } from "../storage/catalog-check.ts";
import { openPool } from "../storage/connection.ts";
import type { Connection, Connections } from "../storage/connection.ts";
import { startEmbeddedPostgres } from "../storage/embedded/index.ts";

/** A database that can be reached, and how to let go of it. */
export interface Reached {
  readonly admin: Connection;
  /** The working logins, once their password is known to the database. */
  readonly working: (password: string | null) => Connections;
  readonly embedded: boolean;
  readonly stop: () => Promise<void>;
}

const DATABASE = "caveat";

function logins(admin: Connection, password: string | null): Connections {
  const as = (user: string): Connection => ({
    host: admin.host,
    port: admin.port,
    user,
    database: admin.database,
    ...(password === null ? {} : { password }),
    ...(admin.ssl === undefined ? {} : { ssl: admin.ssl }),
  });
  return { admin, app: as("caveat_app"), policy: as("caveat_policy"), ledger: as("caveat_ledger") };
}

function parseUrl(text: string, mayLack: Config["databaseMayLack"]): Connection {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new ConfigError("DATABASE_URL", "not a URL");
  }
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:")
    throw new ConfigError("DATABASE_URL", "a postgresql:// URL");
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === "") throw new ConfigError("DATABASE_URL", "names no database");
  const host = url.searchParams.get("host") ?? decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, "$1");
  return {
    host,
    port: url.port === "" ? 5432 : Number(url.port),
    user: decodeURIComponent(url.username) || "postgres",
    ...(url.password === "" ? {} : { password: decodeURIComponent(url.password) }),
    database,
    ...tlsOf(url, host, mayLack.includes("tls")),
  };
}

/**
 * TLS for every database that is reached by an address; over the loopback it may be said to lack it, and then has it where
 * sslmode asks for it. The certificate is always checked, against the authorities of the system or those in the file that
 * sslrootcert names. A Unix socket has no TLS.
 */
function tlsOf(url: URL, host: string, mayLackTls: boolean): Pick<Connection, "ssl"> {
  const mode = url.searchParams.get("sslmode");
  if (mode !== null && !["disable", "require", "verify-ca", "verify-full"].includes(mode))
    throw new ConfigError("DATABASE_URL", "sslmode is disable, require, verify-ca or verify-full");
  const plain = mode === null || mode === "disable";
  const place = placeOf({ host });
  if (place === "socket") {
    if (plain) return {};
    throw new ConfigError("DATABASE_URL", "a Unix socket has no TLS");
  }
  if (plain && place === "loopback" && mayLackTls) return {};
  if (mode === "disable") {
    const unless = place === "loopback" ? ", unless CAVEAT_DATABASE_MAY_LACK holds tls" : "";
    throw new ConfigError("DATABASE_URL", `a database that is not the embedded one is reached over TLS${unless}`);
  }
  const file = url.searchParams.get("sslrootcert");
  try {
    return { ssl: { rejectUnauthorized: true, ...(file === null ? {} : { ca: readFileSync(file, "utf8") }) } };
  } catch {
    throw new ConfigError("DATABASE_URL", "sslrootcert is no readable file");
  }
}

/** Starts the embedded PostgreSQL, or takes the one that DATABASE_URL names (its login must be able to migrate). */
export async function reachDatabase(config: Config, log: (line: string) => void): Promise<Reached> {
  if (config.databaseUrl !== null) {
    const admin = parseUrl(config.databaseUrl, config.databaseMayLack);
    return { admin, working: (password) => logins(admin, password), embedded: false, stop: () => Promise.resolve() };
  }
  const server = await startEmbeddedPostgres({ dataDir: join(config.stateFolder, "postgres"), log });
  try {
    await ensureDatabase(server.connectionOptions("postgres", server.superuser), DATABASE);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const admin = server.connectionOptions(DATABASE, server.superuser);
  return { admin, working: () => logins(admin, null), embedded: true, stop: () => server.stop() };
}

/** The embedded PostgreSQL of a server that runs now; null when none does, or the database is another one. */
export async function runningDatabase(config: Config): Promise<Pick<Reached, "working"> | null> {
  if (config.databaseUrl !== null) return null;
  const record = join(config.stateFolder, "postgres", "socket-directory");
  if (!existsSync(record)) return null;
  const admin: Connection = {
    host: readFileSync(record, "utf8").trim(),
    port: 5432,
    user: "postgres",
    database: DATABASE,
  };
  const pool = openPool({ ...admin, user: "caveat_ledger" }, 1);
  try {
    await pool.query("select 1");
    return { working: () => logins(admin, null) };
  } catch {
    return null;
  } finally {
    await pool.end();
  }
}

/** The password of the working roles, from the key folder; 64 hexadecimal digits. */
export function rolePassword(secret: KeyObject): string {
  return secret.export().toString("hex");
}
