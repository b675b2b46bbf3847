import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHouse } from "../../src/composition/house.ts";
import { readConfig } from "../../src/config.ts";
import { catalogAssertions } from "../../src/storage/catalog-assertions.ts";
import { CatalogError, catalogViolations, leavesTheMachine } from "../../src/storage/catalog-check.ts";
import { startEmbeddedPostgres } from "../../src/storage/embedded/index.ts";
import type { EmbeddedPostgres } from "../../src/storage/embedded/index.ts";

/** What somebody did to a database, and how it is put right. */
interface Wrong {
  readonly code: string;
  readonly name: string;
  readonly does: string;
  readonly undoes: string;
}

const wrong = (code: string, name: string, does: string, undoes: string): Wrong => ({ code, name, does, undoes });
const definer = (options: string): string =>
  `create function access.extra() returns int language sql security definer ${options} as 'select 1'; alter function access.extra() owner to caveat_owner`;

const WRONGS: readonly Wrong[] = [
  wrong("role-superuser", "superuser", "alter role caveat_app superuser", "alter role caveat_app nosuperuser"),
  wrong("role-bypassrls", "BYPASSRLS", "alter role caveat_app bypassrls", "alter role caveat_app nobypassrls"),
  wrong(
    "role-createrole",
    "CREATEROLE",
    "alter role caveat_policy createrole",
    "alter role caveat_policy nocreaterole",
  ),
  wrong("role-createdb", "CREATEDB", "alter role caveat_ledger createdb", "alter role caveat_ledger nocreatedb"),
  wrong("role-replication", "REPLICATION", "alter role caveat_app replication", "alter role caveat_app noreplication"),
  wrong(
    "role-member",
    "member of the owner",
    "grant caveat_owner to caveat_app",
    "revoke caveat_owner from caveat_app",
  ),
  wrong(
    "role-member",
    "member of a role that reads everything",
    "grant pg_read_all_data to caveat_app",
    "revoke pg_read_all_data from caveat_app",
  ),
  wrong("owner-not-plain", "an owner who logs in", "alter role caveat_owner login", "alter role caveat_owner nologin"),
  wrong(
    "owner-not-plain",
    "an owner who bypasses row security",
    "alter role caveat_owner bypassrls",
    "alter role caveat_owner nobypassrls",
  ),
  wrong(
    "role-owns",
    "owner of a table",
    "alter table data.blob owner to caveat_app",
    "alter table data.blob owner to caveat_owner",
  ),
  wrong(
    "object-owner",
    "a function of the superuser",
    "alter function gate.claims() owner to postgres",
    "alter function gate.claims() owner to caveat_owner",
  ),
  wrong(
    "role-setting",
    "row_security off for a role",
    "alter role caveat_app set row_security = off",
    "alter role caveat_app reset row_security",
  ),
  wrong(
    "role-setting",
    "synchronous_commit off for a role",
    "alter role caveat_ledger set synchronous_commit = off",
    "alter role caveat_ledger reset synchronous_commit",
  ),
  wrong(
    "role-setting",
    "a search path for everybody in this database",
    "alter database house set search_path = public",
    "alter database house reset search_path",
  ),
  wrong(
    "privilege-truncate",
    "TRUNCATE",
    "grant truncate on data.label to caveat_app",
    "revoke truncate on data.label from caveat_app",
  ),
  wrong(
    "privilege-truncate",
    "TRUNCATE for everybody",
    "grant truncate on audit.outbox to public",
    "revoke truncate on audit.outbox from public",
  ),
  wrong(
    "privilege-change",
    "UPDATE on entries",
    "grant update on audit.entry to caveat_ledger",
    "revoke update on audit.entry from caveat_ledger",
  ),
  wrong(
    "privilege-change",
    "UPDATE on one column of entries",
    "grant update (leaf) on audit.entry to caveat_ledger",
    "revoke update (leaf) on audit.entry from caveat_ledger",
  ),
  wrong(
    "privilege-change",
    "DELETE on entries",
    "grant delete on audit.entry to caveat_ledger",
    "revoke delete on audit.entry from caveat_ledger",
  ),
  wrong(
    "privilege-change",
    "UPDATE on labels",
    "grant update on data.label to caveat_app",
    "revoke update on data.label from caveat_app",
  ),
  wrong(
    "privilege-change",
    "UPDATE on the matrix",
    "grant update on access.profile_marking to caveat_policy",
    "revoke update on access.profile_marking from caveat_policy",
  ),
  wrong(
    "privilege-structure",
    "TRIGGER",
    "grant trigger on data.label to caveat_app",
    "revoke trigger on data.label from caveat_app",
  ),
  wrong(
    "privilege-structure",
    "REFERENCES",
    "grant references on data.label to caveat_app",
    "revoke references on data.label from caveat_app",
  ),
  wrong(
    "privilege-key",
    "SELECT on the token key",
    "grant select on gate.key to caveat_app",
    "revoke select on gate.key from caveat_app",
  ),
  wrong(
    "privilege-key",
    "SELECT on one column of the token key",
    "grant select (inner_pad) on gate.key to caveat_policy",
    "revoke select (inner_pad) on gate.key from caveat_policy",
  ),
  wrong(
    "privilege-create",
    "making objects in a schema",
    "grant create on schema data to caveat_app",
    "revoke create on schema data from caveat_app",
  ),
  wrong(
    "privilege-mint",
    "registering a key",
    "grant execute on function gate.register_key(uuid, bytea, bytea) to caveat_app",
    "revoke execute on function gate.register_key(uuid, bytea, bytea) from caveat_app",
  ),
  wrong(
    "privilege-matrix",
    "writing the matrix",
    "grant insert on access.profile_marking to caveat_app",
    "revoke insert on access.profile_marking from caveat_app",
  ),
  wrong(
    "rls-disabled",
    "row security off",
    "alter table data.label disable row level security",
    "alter table data.label enable row level security",
  ),
  wrong(
    "rls-disabled",
    "the matrix open to the application role",
    "alter table access.profile_marking disable row level security",
    "alter table access.profile_marking enable row level security",
  ),
  wrong(
    "rls-disabled",
    "a table of another schema that the application role reads",
    "grant select on access.action to caveat_app",
    "revoke select on access.action from caveat_app",
  ),
  wrong(
    "rls-not-forced",
    "row security not forced",
    "alter table data.label no force row level security",
    "alter table data.label force row level security",
  ),
  wrong(
    "rls-policy-true",
    "a policy USING (true)",
    "create policy easy on data.label for select to caveat_app using (true)",
    "drop policy easy on data.label",
  ),
  wrong(
    "rls-policy-public",
    "a policy TO PUBLIC",
    "create policy easy on data.label for select to public using (id = (select gate.person()))",
    "drop policy easy on data.label",
  ),
  wrong(
    "rls-policy-ungated",
    "a policy that is always true in other words",
    "create policy easy on data.label for select to caveat_app using (id is not null)",
    "drop policy easy on data.label",
  ),
  wrong(
    "view-definer",
    "a view without security_invoker",
    "create view public.easy as select * from data.label",
    "drop view public.easy",
  ),
  wrong(
    "view-materialized",
    "a materialized view over labels",
    "create materialized view public.easy as select * from data.label",
    "drop materialized view public.easy",
  ),
  wrong(
    "table-inherited",
    "a table that inherits from labels",
    "create table public.easy () inherits (data.label)",
    "drop table public.easy",
  ),
  wrong(
    "table-rule",
    "a rewrite rule",
    "create rule easy as on insert to data.recipient do also select 1",
    "drop rule easy on data.recipient",
  ),
  wrong(
    "function-search-path",
    "a SECURITY DEFINER function without search_path",
    `${definer("")}; revoke execute on function access.extra() from public`,
    "drop function access.extra()",
  ),
  wrong(
    "function-public",
    "a SECURITY DEFINER function for everybody",
    `${definer("set search_path = pg_catalog, pg_temp")}; grant execute on function access.extra() to public`,
    "drop function access.extra()",
  ),
  wrong(
    "function-leakproof",
    "a LEAKPROOF function",
    "create function public.easy(text, text) returns boolean language sql immutable leakproof as 'select $1 like $2'",
    "drop function public.easy(text, text)",
  ),
  // The embedded PostgreSQL brings no such extension: the catalog says that it is there.
  wrong(
    "extension-forbidden",
    "dblink",
    "insert into pg_extension select 99999, 'dblink', extowner, extnamespace, false, '1.2', null, null from pg_extension limit 1",
    "delete from pg_extension where oid = 99999",
  ),
  wrong(
    "extension-forbidden",
    "an untrusted language",
    "update pg_language set lanpltrusted = false where lanname = 'plpgsql'",
    "update pg_language set lanpltrusted = true where lanname = 'plpgsql'",
  ),
  wrong(
    "trigger-append-only",
    "a guard of the log that replicas skip",
    "alter table audit.entry enable trigger append_only",
    "alter table audit.entry enable always trigger append_only",
  ),
  wrong(
    "trigger-append-only",
    "a guard of the log switched off",
    "alter table audit.log disable trigger head_only_grows",
    "alter table audit.log enable always trigger head_only_grows",
  ),
  wrong(
    "trigger-disabled",
    "epochs that stand still",
    "alter table access.clearance disable trigger epoch",
    "alter table access.clearance enable trigger epoch",
  ),
  wrong(
    "setting-row-security",
    "row_security off for all",
    "alter system set row_security = off",
    "alter system reset row_security",
  ),
  wrong(
    "setting-durability",
    "commits that are not waited for",
    "alter system set synchronous_commit = off",
    "alter system reset synchronous_commit",
  ),
];

let cluster: EmbeddedPostgres;
let folder: string;
let admin: Client;

const open = (): Promise<unknown> => {
  const { host, port, user } = cluster.connectionOptions("house", cluster.superuser);
  const databaseUrl = `postgresql://${user}@localhost:${port}/house?host=${encodeURIComponent(host)}`;
  const stateFolder = join(folder, "state");
  return openHouse({ ...readConfig({}, stateFolder), stateFolder, databaseUrl }).then((house) => house.close());
};

const codes = async (): Promise<string[]> => {
  const found = await catalogViolations(cluster.connectionOptions("house", cluster.superuser));
  return [...new Set(found.map(({ code }) => code))];
};

/** Roles and settings belong to a whole cluster: this file has one of its own. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "caveat-catalog-"));
  chmodSync(folder, 0o755);
  cluster = await startEmbeddedPostgres({ dataDir: join(folder, "postgres"), fsync: false });
  const maintenance = new Client(cluster.connectionOptions("postgres", cluster.superuser));
  await maintenance.connect();
  await maintenance.query("create database house");
  await maintenance.end();
  await open();
  admin = new Client(cluster.connectionOptions("house", cluster.superuser));
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await cluster.stop("immediate");
  rmSync(folder, { recursive: true, force: true });
});

describe("I9 the server does not start on a database that its locks cannot rest on, and names what is wrong", () => {
  test.each(WRONGS.map((one) => [one.name, one.code, one] as const))(
    "%s (%s)",
    async (_name, code, { does, undoes }) => {
      const run = async (sql: string): Promise<void> => {
        await admin.query(sql);
        if (sql.startsWith("alter system")) await admin.query("select pg_reload_conf(), pg_sleep(0.3)");
      };
      await run(does);
      try {
        const refused = await open().then(
          () => null,
          (error: unknown) => error,
        );
        expect(refused).toBeInstanceOf(CatalogError);
        expect((refused as CatalogError).violations.map((found) => found.code)).toContain(code);
        expect((refused as CatalogError).message).toContain(code);
      } finally {
        await run(undoes);
      }
      expect(await codes()).toEqual([]);
    },
  );

  test("and starts when all is put right", async () => {
    await expect(open()).resolves.toBeUndefined();
  });

  test("every assertion about a local database has a case here", () => {
    const known = catalogAssertions(false, false).map(({ code }) => code);
    // The embedded server is given this one on its command line: nothing inside can change it.
    const fixed = ["setting-logged-parameters"];
    expect(known.filter((code) => !WRONGS.some((one) => one.code === code))).toEqual(fixed);
  });

  test("a database that is reached over a network needs TLS, and durability of its machine", async () => {
    const found = await catalogViolations(cluster.connectionOptions("house", cluster.superuser), true);
    expect([...new Set(found.map(({ code }) => code))]).toEqual(["network-plain", "network-durability"]);
  });

  test("a Unix socket and a loopback address stay on the machine, everything else leaves it", () => {
    const stays = ["/run/postgresql", "127.0.0.1", "127.8.8.8", "::1", "localhost"];
    const leaves = ["db.example", "10.0.0.1", "128.0.0.1", "127.0.0.1.example", "fe80::1", "localhost.example", ""];
    expect(stays.filter((host) => leavesTheMachine({ host }))).toEqual([]);
    expect(leaves.filter((host) => !leavesTheMachine({ host }))).toEqual([]);
  });
});

describe("a database whose owner is no superuser serves as well", () => {
  async function opens(owner: string): Promise<void> {
    const { host, port } = cluster.connectionOptions(owner, owner);
    const databaseUrl = `postgresql://${owner}@localhost:${port}/${owner}?host=${encodeURIComponent(host)}`;
    const stateFolder = join(folder, owner);
    const house = await openHouse({ ...readConfig({}, stateFolder), stateFolder, databaseUrl });
    expect(await house.ready()).toBe(true);
    await house.close();
  }

  test("who was granted the roles by an administrator", async () => {
    await admin.query("create role ordinary login");
    await admin.query("create database ordinary owner ordinary");
    await admin.query("grant caveat_owner to ordinary");
    await admin.query("grant caveat_app, caveat_policy, caveat_ledger to ordinary with admin option");
    await opens("ordinary");
  });

  test("who makes the roles himself (CREATEROLE) in a cluster that has none", async () => {
    const second = await startEmbeddedPostgres({ dataDir: join(folder, "second"), fsync: false });
    const first = cluster;
    try {
      const maintenance = new Client(second.connectionOptions("postgres", second.superuser));
      await maintenance.connect();
      await maintenance.query("create role maker login createrole");
      await maintenance.query("create database maker owner maker");
      await maintenance.end();
      cluster = second;
      await opens("maker");
    } finally {
      cluster = first;
      await second.stop("immediate");
    }
  });
});
