import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";

const ROLES = ["caveat_app", "caveat_policy", "caveat_ledger"] as const;
const SCHEMAS = ["access", "audit", "data", "gate"] as const;
let database: TestDatabase;
let admin: Client;
const clients = new Map<string, Client>();

beforeAll(async () => {
  database = await createDatabase();
  const connect = async (login: TestDatabase["admin"]): Promise<Client> => {
    const client = new Client({ ...login });
    await client.connect();
    return client;
  };
  admin = await connect(database.admin);
  for (const role of ROLES) clients.set(role, await connect(database.as(role)));
});
afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await admin.end();
  await database.drop();
});

/** First column of a catalog query, sorted. */
async function list(sql: string, ...values: unknown[]): Promise<string[]> {
  const { rows } = await admin.query<{ x: string }>(`select x from (${sql}) q order by x`, values);
  return rows.map(({ x }) => x);
}

/** SQLSTATE with which a role is refused; empty when it is not. */
async function refusal(role: (typeof ROLES)[number], sql: string): Promise<string> {
  const client = clients.get(role);
  if (!client) throw new Error(role);
  await client.query("begin");
  try {
    return await client.query(sql).then(
      () => "",
      (error: unknown) => (error as { code?: string }).code ?? "?",
    );
  } finally {
    await client.query("rollback");
  }
}

const tableGrants = (role: string): Promise<string[]> =>
  list(
    `select p || ' ' || n.nspname || '.' || c.relname as x
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) p
     where n.nspname = any ($2) and c.relkind in ('r', 'p', 'v', 'm') and has_table_privilege($1, c.oid, p)`,
    role,
    SCHEMAS,
  );

describe("roles", () => {
  test("the working roles are nothing special and own nothing", async () => {
    const { rows } = await admin.query(
      "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit, rolconfig from pg_roles where rolname like 'caveat%' order by 1",
    );
    const plain = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolinherit: true,
      rolconfig: null,
    };
    expect(rows).toEqual(
      ["caveat_app", "caveat_ledger", "caveat_owner", "caveat_policy"].map((rolname) => ({ rolname, ...plain })),
    );
    expect(
      await list(
        "select r.rolname || ' ' || c.relname as x from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = any ($1)",
        ROLES,
      ),
    ).toEqual([]);
    expect(
      await list(
        "select r.rolname as x from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname = any ($1)",
        ROLES,
      ),
    ).toEqual([]);
  });

  test("nobody can log in as the owner of the schema", async () => {
    expect(await list("select rolname as x from pg_roles where rolname = 'caveat_owner' and rolcanlogin")).toEqual([]);
  });

  test("everything in the schemas belongs to the owner", async () => {
    const owned =
      "join pg_namespace n on n.oid = o.relnamespace where n.nspname = any ($1) and o.relowner <> 'caveat_owner'::regrole";
    expect(await list(`select o.relname as x from pg_class o ${owned}`, SCHEMAS)).toEqual([]);
    expect(
      await list(
        "select proname as x from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any ($1) and p.proowner <> 'caveat_owner'::regrole",
        SCHEMAS,
      ),
    ).toEqual([]);
  });
});

describe("I1 the application role", () => {
  test("has exactly these rights on tables: it reads and adds, and changes or removes nothing anywhere", async () => {
    const { rows } = await admin.query<{ relname: string }>(
      "select relname from pg_class where relnamespace = 'data'::regnamespace and relkind = 'r' order by 1",
    );
    const data = rows.map(({ relname }) => relname);
    const expected = [
      ...data.map((table) => `SELECT data.${table}`),
      ...data
        .filter((table) => !["program", "recipient", "list_reader"].includes(table))
        .map((table) => `INSERT data.${table}`),
      "SELECT access.profile_marking",
    ];
    expect(await tableGrants("caveat_app")).toEqual(expected.toSorted());
  });

  test("reads nothing of markings, not even which there are", async () => {
    const columns =
      "select attname as x from pg_attribute where attrelid = 'access.marking'::regclass and attnum > 0 and has_column_privilege('caveat_app', attrelid, attnum, 'SELECT')";
    expect(await list(columns)).toEqual([]);
  });

  test("executes exactly the functions that tell it who it is and that take a record of the server", async () => {
    const functions = `select p.oid::regprocedure::text as x from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname = any ($2) and has_function_privilege($1, p.oid, 'EXECUTE')`;
    expect(await list(functions, "caveat_app", SCHEMAS)).toEqual([
      "access.handles_of(uuid[])",
      "access.held_in(bytea[],timestamp with time zone)",
      "access.leave_task(uuid,bytea[],timestamp with time zone)",
      "access.next_slot(uuid,text,uuid[],timestamp with time zone)",
      "access.take_in_session(uuid,bytea)",
      "audit.propose(smallint,uuid,text,uuid,bytea)",
      "gate.markings(text)",
      "gate.organization()",
      "gate.person()",
      "gate.profile()",
      "gate.programs()",
      "gate.reader()",
      "gate.scope(text[])",
    ]);
    expect(await list(functions, "caveat_policy", SCHEMAS)).toEqual([
      "access.admit_labels(uuid,uuid,text,uuid[],integer,timestamp with time zone)",
      "access.blob_keys(text,uuid)",
      "access.compilation_rules(uuid)",
      "access.datasets_of_ontology(uuid)",
      "access.delivery_holds(uuid,timestamp with time zone)",
      "access.end_session(bytea)",
      "access.ensure_data_key(uuid,bytea)",
      "access.find_session(bytea,timestamp with time zone)",
      "access.installed_row_security()",
      "access.keep_sessions(uuid,bytea)",
      "access.markings_below(text,uuid)",
      "access.note_labels(uuid,uuid[],text,uuid[],timestamp with time zone)",
      "access.open_session(bytea,bytea,uuid,uuid,text,text,text,text,bigint,timestamp with time zone)",
      "access.prepare_policy(text)",
      "access.proposal_state(text,jsonb)",
      "access.rule_reached_by(uuid,timestamp with time zone)",
      "access.scheduled_activation()",
      "access.use_session(bytea,timestamp with time zone)",
      "gate.register_key(uuid,bytea,bytea)",
    ]);
    expect(await list(functions, "caveat_ledger", SCHEMAS)).toEqual([
      "audit.append(smallint,jsonb)",
      "audit.append_packed(smallint,uuid[],text[],bytea[],bytea[],integer[],bytea,integer[],smallint[],uuid[],integer[],bytea)",
      "audit.drain(uuid[])",
      "audit.index_entries(smallint,bigint,bigint,integer,bytea,integer[],bytea,smallint[],uuid[],integer[])",
      "audit.open_log(text,text,uuid)",
    ]);
  });

  test.each([
    "select * from gate.key",
    "select * from access.action",
    "select gate.register_key(gen_random_uuid(), decode(repeat('00', 64), 'hex'), decode(repeat('00', 64), 'hex'))",
    "select gate.claims()",
    "select effective from access.marking",
    "insert into access.marking (id, digest, structure, effective, banner, portion, register_version) values (gen_random_uuid(), '', '{}', '{}', '', '', '')",
    "select * from access.profile",
    "insert into access.profile (digest, profile) values ('', '{}')",
    "update access.profile_marking set actions = -1",
    "insert into access.profile_marking values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), -1)",
    "select * from access.person",
    "update access.clearance set level = 'TS'",
    "insert into access.membership values (gen_random_uuid(), gen_random_uuid(), '')",
    "update access.policy set active = true",
    "update access.person_epoch set epoch = 1",
    "select * from audit.entry",
    "select * from audit.log",
    "select * from audit.section_key",
    "select * from audit.outbox",
    "delete from audit.outbox",
    "insert into audit.outbox (id, log_id, record) values (gen_random_uuid(), 0, '{}')",
    "select audit.propose(0::smallint, gen_random_uuid(), '{}', gen_random_uuid(), sha256(''))",
    "select audit.append(0::smallint, '[]')",
    "select audit.drain(null)",
    "update data.label set marking_id = marking_id",
    "delete from data.label_review",
    "truncate data.asset cascade",
    "insert into data.program (id, marking_id, name) values (gen_random_uuid(), gen_random_uuid(), '')",
    "insert into data.recipient values (gen_random_uuid(), '', '', '', '{}', 0)",
    "alter table data.label disable row level security",
    "drop policy label_read on data.label",
    "create table public.mine (id int)",
    "create table data.mine (id int)",
    "create function gate.mine() returns int language sql as 'select 1'",
    "select pg_read_file('/etc/passwd')",
    "copy data.asset to program 'cat'",
    "set role caveat_owner",
    "set session authorization postgres",
    "set local session_replication_role = replica",
  ])("may not: %s", async (sql) => {
    expect(await refusal("caveat_app", sql)).toBe("42501");
  });

  test("gains nothing by turning row security off: the statement is refused, not answered", async () => {
    expect(await refusal("caveat_app", "set local row_security = off; select count(*) from data.label")).toBe("42501");
  });
});

describe("I5 the roles of policy and log", () => {
  test("the policy role interns and reads, and changes or removes nothing", async () => {
    const grants = await tableGrants("caveat_policy");
    expect(grants.filter((grant) => !grant.startsWith("SELECT"))).toEqual([
      "INSERT access.blob_rekey",
      "INSERT access.marking",
      "INSERT access.marking_join",
      "INSERT access.policy_documents",
      "INSERT access.profile",
      "INSERT access.profile_marking",
      // What a session was shown: its markings, never rows.
      "INSERT access.session_shown",
    ]);
    expect(grants.filter((grant) => /data\.|audit\.|gate\./.test(grant))).toEqual([]);
  });

  test("of labeled tables the policy role reads where an object stands, never what it says", async () => {
    const columns = `select distinct a.attname as x from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'data'::regnamespace and c.relkind = 'r' and a.attnum > 0 and has_column_privilege('caveat_policy', c.oid, a.attnum, 'SELECT')`;
    const readable = await list(columns);
    expect(readable).toContain("marking_id");
    // Whom a list names is part of a reader's profile and is read when he signs in; of what holds a marking at all, the kind.
    expect(readable.filter((column) => !/(?:^|_)id$/.test(column))).toEqual([
      "agencies",
      "kind",
      "noun",
      "persons",
      "state",
    ]);
  });

  test("the log role reads and adds, sees no labeled table, and changes or removes nothing", async () => {
    expect(await tableGrants("caveat_ledger")).toEqual([
      "INSERT audit.checkpoint",
      "INSERT audit.object_list",
      "INSERT audit.section_key",
      ...[
        "checkpoint",
        "entry",
        "index_batch",
        "index_section",
        "index_state",
        "log",
        "object_list",
        "posting",
        "section",
        "section_key",
      ].map((table) => `SELECT audit.${table}`),
    ]);
    for (const sql of [
      "select * from data.label",
      "insert into audit.entry default values",
      "update audit.log set size = 0",
      "delete from audit.posting",
      "update audit.index_state set complete_to = 0",
      "select audit.forget_index(0::smallint)",
      "select gate.person()",
    ]) {
      expect([sql, await refusal("caveat_ledger", sql)]).toEqual([sql, "42501"]);
    }
  });
});
