/** The roles that the server works as. */
export const WORKING_ROLES = ["caveat_app", "caveat_policy", "caveat_ledger"] as const;

/** One thing that must not be so. `finds` is a query that returns a row with a text `object` for each place where it is. */
export interface CatalogAssertion {
  readonly code: string;
  /** What must hold, for the operator who reads the refusal. */
  readonly sentence: string;
  readonly finds: string;
}

const ROLES = `(${WORKING_ROLES.map((role) => `'${role}'`).join(", ")})`;
const SCHEMAS = "('access', 'audit', 'data', 'gate')";
const SYSTEM =
  "n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname !~ '^pg_(?:toast_)?temp_'";

/** Tables of our schemas, each with each working role and one of the privileges. */
const holding = (privileges: readonly string[], where = "true"): string => `
  select p || ' on ' || n.nspname || '.' || c.relname || ' by ' || r.rolname as object
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  cross join unnest(array['${privileges.join("','")}']) p
  join pg_roles r on r.rolname in ${ROLES}
  where n.nspname in ${SCHEMAS} and c.relkind in ('r', 'p', 'v', 'm', 'f') and ${where}
    and (has_table_privilege(r.oid, c.oid, p)
         or (p in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') and has_any_column_privilege(r.oid, c.oid, p)))`;

const role = (attribute: string, roles = ROLES): string =>
  `select rolname::text as object from pg_roles where ${attribute} and rolname in ${roles}`;

const policies = (where: string): string => `
  select p.schemaname || '.' || p.tablename || ': ' || p.policyname as object from pg_policies p where ${where}`;

/** What must hold of the roles: none can step around row security or become somebody who can. */
const OF_ROLES: readonly CatalogAssertion[] = [
  { code: "role-superuser", sentence: "no working role is a superuser", finds: role("rolsuper") },
  { code: "role-bypassrls", sentence: "no working role bypasses row security", finds: role("rolbypassrls") },
  { code: "role-createrole", sentence: "no working role makes roles", finds: role("rolcreaterole") },
  { code: "role-createdb", sentence: "no working role makes databases", finds: role("rolcreatedb") },
  { code: "role-replication", sentence: "no working role reads the write-ahead log", finds: role("rolreplication") },
  {
    code: "role-member",
    sentence: "no working role is a member of another role",
    finds: `select m.member::regrole || ' in ' || m.roleid::regrole as object from pg_auth_members m
            join pg_roles r on r.oid = m.member where r.rolname in ${ROLES}`,
  },
  {
    code: "owner-not-plain",
    sentence: "the owner of the tables cannot log in and is nothing special, so that forced row security binds it",
    finds: role("(rolsuper or rolbypassrls or rolcreaterole or rolreplication or rolcanlogin)", "('caveat_owner')"),
  },
  {
    code: "role-owns",
    sentence: "no working role owns anything",
    finds: `select r.rolname || ' ' || d.classid::regclass || ' ' || d.objid as object from pg_shdepend d
            join pg_roles r on r.oid = d.refobjid
            where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o' and r.rolname in ${ROLES}
              and d.dbid in (0, (select oid from pg_database where datname = current_database()))`,
  },
  {
    code: "object-owner",
    sentence: "everything in our schemas belongs to caveat_owner",
    finds: `select n.nspname || '.' || o.name as object from (
              select relnamespace as namespace, relname as name, relowner as owner from pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
              union all select pronamespace, proname, proowner from pg_proc
              union all select oid, nspname, nspowner from pg_namespace) o
            join pg_namespace n on n.oid = o.namespace
            where n.nspname in ${SCHEMAS} and o.owner <> 'caveat_owner'::regrole`,
  },
  {
    code: "role-setting",
    sentence: "no setting is laid on a working role or on this database, but deadlines and memory",
    finds: `select coalesce(nullif(s.setrole, 0)::regrole::text, 'everybody') || ' ' || split_part(c, '=', 1) as object
            from pg_db_role_setting s cross join unnest(s.setconfig) c
            where (s.setrole = 0 or s.setrole in (select oid from pg_roles where rolname in ${ROLES}))
              and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
              and split_part(c, '=', 1) not in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',
                                                'work_mem', 'application_name', 'timezone', 'TimeZone', 'jit')`,
  },
];

/** What must hold of privileges: read and add, under row security, and nothing else. */
const OF_PRIVILEGES: readonly CatalogAssertion[] = [
  { code: "privilege-truncate", sentence: "no working role empties a table", finds: holding(["TRUNCATE"]) },
  {
    code: "privilege-change",
    sentence: "no working role changes or removes a row anywhere",
    finds: holding(["UPDATE", "DELETE"]),
  },
  {
    code: "privilege-structure",
    sentence: "no working role refers to tables, lays triggers on them or maintains them",
    finds: holding(["REFERENCES", "TRIGGER"]),
  },
  {
    code: "privilege-key",
    sentence: "no working role touches the keys of gate tokens",
    finds: holding(["SELECT", "INSERT"], "n.nspname = 'gate'"),
  },
  {
    code: "privilege-create",
    sentence: "no working role makes objects in any schema",
    finds: `select n.nspname || ' by ' || r.rolname as object from pg_namespace n join pg_roles r on r.rolname in ${ROLES}
            where ${SYSTEM} and has_schema_privilege(r.oid, n.oid, 'CREATE')`,
  },
  {
    code: "privilege-mint",
    sentence: "the application role can neither register a key nor append to the log itself",
    finds: `select p.oid::regprocedure || ' by caveat_app' as object from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where ((n.nspname = 'gate' and p.proname in ('register_key', 'claims'))
                or (n.nspname = 'audit' and p.proname <> 'propose'))
              and has_function_privilege('caveat_app', p.oid, 'EXECUTE')`,
  },
  {
    code: "privilege-matrix",
    sentence: "the application role writes no marking, profile or cell of the matrix",
    finds: `select p || ' on access.' || c.relname || ' by caveat_app' as object from pg_class c
            cross join unnest(array['INSERT', 'UPDATE', 'DELETE']) p
            where c.relnamespace = 'access'::regnamespace and c.relkind in ('r', 'p') and has_table_privilege('caveat_app', c.oid, p)
              and c.relname in ('marking', 'profile', 'profile_marking', 'policy', 'action', 'client', 'person', 'clearance',
                                'read_on', 'membership', 'person_epoch')`,
  },
];

/** What must hold of row security. */
const OF_ROWS: readonly CatalogAssertion[] = [
  {
    code: "rls-disabled",
    sentence: "every table of the schema data, and every other that the application role reads, has row security",
    finds: `select n.nspname || '.' || c.relname as object from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where ${SYSTEM} and c.relkind in ('r', 'p') and not c.relrowsecurity
              and (n.nspname = 'data' or has_any_column_privilege('caveat_app', c.oid, 'SELECT'))`,
  },
  {
    code: "rls-not-forced",
    sentence: "row security of the schema data binds the owner, too",
    finds: `select 'data.' || relname as object from pg_class
            where relnamespace = 'data'::regnamespace and relkind in ('r', 'p') and not relforcerowsecurity`,
  },
  {
    code: "rls-policy-true",
    sentence: "no policy lets every row through",
    finds: policies(
      `coalesce(p.qual, 'false') in ('true', '(true)') or coalesce(p.with_check, 'false') in ('true', '(true)')`,
    ),
  },
  {
    code: "rls-policy-public",
    sentence: "no policy is for everybody",
    finds: policies("'public' = any(p.roles)"),
  },
  {
    code: "rls-policy-ungated",
    sentence: "every policy of the application role asks the gate token",
    finds: policies(`p.permissive = 'PERMISSIVE' and 'caveat_app' = any(p.roles)
      and coalesce(p.qual, p.with_check, '') !~ 'gate\\.(?:markings|person|programs|profile|reader|scope)\\('`),
  },
  {
    code: "view-definer",
    sentence: "every view reads with the rights of whoever asks (security_invoker)",
    finds: `select n.nspname || '.' || c.relname as object from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'v' and ${SYSTEM} and not exists (
              select from unnest(c.reloptions) o where lower(o) in ('security_invoker=true', 'security_invoker=on', 'security_invoker=1', 'security_invoker=yes'))`,
  },
  {
    code: "view-materialized",
    sentence: "there is no materialized view: it would hold rows without row security",
    finds: `select n.nspname || '.' || c.relname as object from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'm' and ${SYSTEM}`,
  },
  {
    code: "table-inherited",
    sentence: "no table inherits from one of ours, for it would have policies of its own",
    finds: `select i.inhrelid::regclass::text as object from pg_inherits i join pg_class c on c.oid = i.inhparent
            join pg_namespace n on n.oid = c.relnamespace where n.nspname in ${SCHEMAS} and c.relkind in ('r', 'p')`,
  },
  {
    code: "table-rule",
    sentence: "no rewrite rule stands on one of our tables",
    finds: `select c.oid::regclass || ': ' || w.rulename as object from pg_rewrite w join pg_class c on c.oid = w.ev_class
            join pg_namespace n on n.oid = c.relnamespace where n.nspname in ${SCHEMAS} and c.relkind in ('r', 'p')`,
  },
];

/** What must hold of functions, extensions, triggers and settings. */
const OF_CODE: readonly CatalogAssertion[] = [
  {
    code: "function-search-path",
    sentence: "every SECURITY DEFINER function fixes its search path and ends it with pg_temp",
    finds: `select p.oid::regprocedure::text as object from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where p.prosecdef and ${SYSTEM}
              and not exists (select from unnest(p.proconfig) c where c ~ '^search_path=([^"]*, *)?"?pg_temp"?$')`,
  },
  {
    code: "function-public",
    sentence: "no SECURITY DEFINER function is executable by everybody",
    finds: `select p.oid::regprocedure::text as object from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            where p.prosecdef and ${SYSTEM} and a.grantee = 0 and a.privilege_type = 'EXECUTE'`,
  },
  {
    code: "function-leakproof",
    sentence: "no function of ours is called leakproof: it would be run on rows before row security",
    finds: `select p.oid::regprocedure::text as object from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where p.proleakproof and ${SYSTEM}`,
  },
  {
    code: "extension-forbidden",
    sentence: "no extension or language reaches files, programs or other servers",
    finds: `select extname::text as object from pg_extension
            where extname in ('dblink', 'postgres_fdw', 'file_fdw', 'adminpack', 'lo', 'xml2')
               or extname ~ '^pl(?:python|perlu|tclu|sh|java|r$)'
            union all select lanname::text from pg_language where not lanpltrusted and lanname not in ('internal', 'c')
            union all select srvname::text from pg_foreign_server`,
  },
  {
    code: "trigger-append-only",
    sentence: "the guards of the log are there and always fire",
    finds: `select 'audit.' || g.t || ': ' || g.name as object
            from (values ('entry', 'append_only'), ('entry', 'append_only_truncate'), ('section', 'append_only'),
                         ('section', 'append_only_truncate'), ('checkpoint', 'append_only'), ('checkpoint', 'append_only_truncate'),
                         ('log', 'head_only_grows'), ('log', 'head_no_truncate'),
                         ('section_key', 'guarded'), ('section_key', 'append_only_truncate')) g (t, name)
            where not exists (select from pg_trigger x where x.tgrelid = ('audit.' || g.t)::regclass and x.tgname = g.name and x.tgenabled = 'A')`,
  },
  {
    code: "trigger-disabled",
    sentence: "no trigger of ours is switched off",
    finds: `select x.tgrelid::regclass || ': ' || x.tgname as object from pg_trigger x join pg_class c on c.oid = x.tgrelid
            join pg_namespace n on n.oid = c.relnamespace where n.nspname in ${SCHEMAS} and x.tgenabled in ('D', 'R')`,
  },
  {
    code: "setting-row-security",
    sentence: "row_security is on",
    finds: "select 'row_security' as object where current_setting('row_security') <> 'on'",
  },
  {
    code: "setting-durability",
    sentence: "a commit that was answered is on disk (synchronous_commit), and triggers fire",
    finds: `select name as object from pg_settings
            where (name = 'synchronous_commit' and setting = 'off') or (name = 'session_replication_role' and setting <> 'origin')`,
  },
  {
    code: "setting-logged-parameters",
    sentence: "the database's own log holds no statement's parameters: they are labeled text",
    finds: `select name as object from pg_settings
            where (name = 'log_parameter_max_length_on_error' and setting <> '0')
               or (name = 'log_statement' and setting in ('mod', 'all')
                   and current_setting('log_parameter_max_length') <> '0')`,
  },
];

/** What a database that is not the embedded one may lack when its operator says so (CAVEAT_DATABASE_MAY_LACK). */
export type Lack = "tls" | "durability" | "host-rules";

/** Where a database is: embedded, or reached through a Unix socket, over the loopback or over a network. */
export type Place = "embedded" | "socket" | "loopback" | "network";

/** What must hold besides of a database that is not the embedded one, where it is not said that it may lack it. */
const OF_OTHERS: readonly (CatalogAssertion & { readonly lack: Lack | null })[] = [
  {
    code: "network-password",
    lack: null,
    sentence: "passwords are kept as SCRAM verifiers",
    finds: `select 'password_encryption' as object where current_setting('password_encryption') <> 'scram-sha-256'`,
  },
  {
    code: "network-plain",
    lack: "tls",
    sentence: "the server speaks TLS, and speaks it with us",
    finds: `select 'ssl' as object where current_setting('ssl') <> 'on'
            union all select 'this connection' where not exists (select from pg_stat_ssl where pid = pg_backend_pid() and ssl)`,
  },
  {
    code: "network-durability",
    lack: "durability",
    sentence: "what is committed survives the machine (fsync, full_page_writes)",
    finds: "select name as object from pg_settings where name in ('fsync', 'full_page_writes') and setting = 'off'",
  },
  {
    code: "network-host-rule",
    lack: "host-rules",
    sentence:
      "from other machines one logs in over TLS only, and from anywhere with SCRAM, a certificate or as oneself (peer)",
    finds: `select 'pg_hba.conf line ' || line_number as object from pg_hba_file_rules
            where auth_method <> 'reject' and case
              when type = 'local' then auth_method not in ('peer', 'scram-sha-256')
              when address in ('samehost', 'localhost')
                or (address like '127.%' and netmask in ('255.255.255.255', '255.0.0.0'))
                or (address = '::1' and netmask = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')
                then auth_method not in ('scram-sha-256', 'cert')
              else type <> 'hostssl' or auth_method not in ('scram-sha-256', 'cert') end`,
  },
];

/**
 * The assertions about a database at a place. A Unix socket has no TLS; over a network it cannot be lacking. Who may log in
 * from where is asked only where the login may read it.
 */
export function catalogAssertions(
  place: Place,
  mayLack: readonly Lack[],
  readsHostRules: boolean,
): readonly CatalogAssertion[] {
  const everywhere = [...OF_ROLES, ...OF_PRIVILEGES, ...OF_ROWS, ...OF_CODE];
  if (place === "embedded") return everywhere;
  const asked = OF_OTHERS.filter(({ lack }) => {
    if (lack === "tls") return place === "network" || (place === "loopback" && !mayLack.includes(lack));
    if (lack === "host-rules" && !readsHostRules) return false;
    return lack === null || !mayLack.includes(lack);
  });
  return [...everywhere, ...asked];
}
