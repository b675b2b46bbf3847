/** What somebody did to a database, and how it is put right. */
export interface Wrong {
  readonly code: string;
  readonly name: string;
  readonly does: string;
  readonly undoes: string;
}

const wrong = (code: string, name: string, does: string, undoes: string): Wrong => ({ code, name, does, undoes });
const definer = (options: string): string =>
  `create function access.extra() returns int language sql security definer ${options} as 'select 1'; alter function access.extra() owner to caveat_owner`;

/** One or more for each assertion about an embedded database. */
export const WRONGS: readonly Wrong[] = [
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
    "rls-altered",
    "a policy that the rules do not ask for, though it asks the gate",
    "create policy easy on data.label for select to caveat_app using (gate.person() is not null)",
    "drop policy easy on data.label",
  ),
  wrong(
    "rls-altered",
    "a policy for another role",
    "create policy easy on data.label for select to caveat_ledger using (id is not null)",
    "drop policy easy on data.label",
  ),
  wrong(
    "rls-altered",
    "a policy for another role, renamed",
    "alter policy label_locate on data.label rename to easy",
    "alter policy easy on data.label rename to label_locate",
  ),
  wrong(
    "trigger-altered",
    "a trigger that is gone: what is taken away would not end a token",
    "drop trigger epoch on access.clearance",
    "create trigger epoch after insert or update or delete on access.clearance for each row execute function access.bump_epoch()",
  ),
  wrong(
    "trigger-altered",
    "a trigger that is not ours",
    "create trigger easy after insert on data.label for each row execute function access.bump_epochs()",
    "drop trigger easy on data.label",
  ),
  wrong(
    "function-altered",
    "a function that is not ours",
    `${definer("set search_path = pg_catalog, pg_temp")}; revoke execute on function access.extra() from public`,
    "drop function access.extra()",
  ),
  wrong(
    "function-altered",
    "a check that runs with the rights of whoever asks",
    "alter function access.check_proposal() security invoker",
    "alter function access.check_proposal() security definer",
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
