import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Migration, Migrator } from "@mikro-orm/migrations";
import { MikroORM } from "@mikro-orm/postgresql";
import { Client } from "pg";
import type { Connection } from "./connection.ts";
import { packageRoot } from "./package-root.ts";

type MigrationClass = new (...args: ConstructorParameters<typeof Migration>) => Migration;

function fromSql({ name, sql }: { name: string; sql: string }): { name: string; class: MigrationClass } {
  return {
    name,
    class: class extends Migration {
      override up(): void {
        this.addSql(sql);
      }
    },
  };
}

/** The migrations in order: the numbered SQL files. Row security follows the policy in force and is installed apart. */
export function migrationTexts(): { readonly name: string; readonly sql: string }[] {
  const folder = join(packageRoot(), "migrations");
  return readdirSync(folder)
    .filter((file) => /^\d{4}_.+\.sql$/.test(file))
    .sort()
    .map((file) => ({ name: file.slice(0, -4), sql: readFileSync(join(folder, file), "utf8") }));
}

/**
 * Brings a database to the current schema, as the migrating login, and makes the table of actions agree with the code.
 * Concurrent calls follow one another under an advisory lock.
 */
export async function migrate(admin: Connection, actions: readonly string[]): Promise<void> {
  const lock = new Client({ ...admin });
  await lock.connect();
  try {
    await lock.query("select pg_advisory_lock(7233, 1)");
    const orm = await MikroORM.init({
      host: admin.host,
      port: admin.port,
      user: admin.user,
      ...(admin.password === undefined ? {} : { password: admin.password }),
      dbName: admin.database,
      ...(admin.ssl === undefined ? {} : { driverOptions: { ssl: admin.ssl } }),
      entities: [],
      discovery: { warnWhenNoEntities: false },
      extensions: [Migrator],
      migrations: { migrationsList: migrationTexts().map(fromSql), snapshot: false, transactional: true, silent: true },
      debug: false,
      preferEnvVars: false,
    });
    try {
      await orm.migrator.up();
    } finally {
      await orm.close();
    }
    await lock.query("begin");
    await lock.query("set local role caveat_owner");
    await lock.query(
      "insert into access.action (name, bit) select a, (i - 1)::smallint from unnest($1::text[]) with ordinality u (a, i) on conflict (name) do nothing",
      [actions],
    );
    await lock.query("commit");
  } finally {
    await lock.end();
  }
}

/**
 * Makes sure that the working roles can log in with this password; where they already can, nothing is changed, so that
 * several servers with the same key folder share one database.
 */
export async function ensureRolePasswords(admin: Connection, password: string): Promise<void> {
  const probe = new Client({ ...admin, user: "caveat_ledger", password });
  try {
    await probe.connect();
    return;
  } catch {
    // refused: set it below
  } finally {
    await probe.end().catch(() => undefined);
  }
  const client = new Client({ ...admin });
  await client.connect();
  try {
    for (const role of ["caveat_app", "caveat_policy", "caveat_ledger"]) {
      await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`);
    }
  } finally {
    await client.end();
  }
}
