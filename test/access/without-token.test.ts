import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GateTokenMint } from "../../src/policy/gate-token.ts";
import type { GateClaim } from "../../src/policy/gate-token.ts";
import { TaskWorld } from "../tasks/task-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { review, smallWorld } from "./harbor-world.ts";
import { TokenMaker, backendOf } from "./tokens.ts";

/** Every function that the application role may execute, how it is called, and what it answers to somebody without rights. */
const FUNCTIONS: Readonly<Record<string, readonly [call: string, nothing: unknown]>> = {
  "gate.person()": ["gate.person()", null],
  "gate.profile()": ["gate.profile()", null],
  "gate.reader()": ["gate.reader()", null],
  "gate.organization()": ["gate.organization()", null],
  "gate.programs()": ["gate.programs()", []],
  // Of all actions that there are: the parameter is the caller's.
  "gate.markings(text)": ["gate.markings('ACTION')", []],
  "gate.scope(text[])": ["(select s from gate.scope(array['ACTION']) s)", null],
  "access.next_slot(uuid,text,uuid[],timestamp with time zone)": [
    "(select s.task_id from access.next_slot('PROJECT'::uuid, 'LABEL', 'ALL'::uuid[], now()) s)",
    null,
  ],
  "access.held_in(bytea[],timestamp with time zone)": [
    "(select h.task_id from access.held_in(array[sha256('')], now()) h)",
    null,
  ],
  "access.leave_task(uuid,bytea[],timestamp with time zone)": [
    "access.leave_task('TASK'::uuid, array[sha256('')], now())",
    false,
  ],
  // Notes something, and answers nothing.
  "access.take_in_session(uuid,bytea)": ["access.take_in_session('TASK'::uuid, sha256(''))", ""],
  "access.handles_of(uuid[])": ["(select h.handle from access.handles_of(array['PERSON'::uuid]) h)", null],
  // Takes a record under the MAC of a server process only, and answers nothing.
  "audit.propose(smallint,uuid,text,uuid,bytea)": [
    "audit.propose(0::smallint, gen_random_uuid(), '{}', 'KEY'::uuid, sha256(''))",
    "42501",
  ],
};

const SYSTEM = "n.nspname in ('pg_catalog', 'information_schema', 'pg_toast') or n.nspname ~ '^pg_(?:toast_)?temp_'";

let house: TestHouse;
let app: Client;
let other: Client;
let maker: TokenMaker;
let claim: GateClaim;
let key: string;
let projectId: string;
/** A task that ana has in a session whose secret is nothing. */
let taskId: string;
/** Every marking, as the text of an array. */
let allMarkings: string;
/** Relations of which the application role may read anything, with what it may read of them. */
let relations: readonly { readonly name: string; readonly columns: string }[];
let functions: readonly string[];
let actions: readonly string[];

/** What every relation and every function shows in a transaction that begins with this token; only what is not nothing. */
async function shown(token: string | null, client = app): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  await client.query("begin");
  try {
    if (token !== null) await client.query("select set_config('caveat.gate', $1, true)", [token]);
    for (const { name, columns } of relations) {
      const { rows } = await client.query(`select ${columns} from ${name}`);
      if (rows.length > 0) found[name] = rows.length;
    }
    for (const signature of functions) {
      const [call, nothing] = FUNCTIONS[signature] ?? ["'no call of this function is known here'", null];
      for (const action of call.includes("ACTION") ? actions : [""]) {
        await client.query("savepoint here");
        const answer = await client
          .query<{ value: unknown }>(
            `select ${call.replace("ACTION", action).replace("KEY", key).replace("PROJECT", projectId).replace("TASK", taskId).replace("ALL", allMarkings).replace("PERSON", claim.personId)} as value`,
          )
          .then(
            ({ rows }) => rows[0]?.value,
            (error: unknown) => (error as { code?: string }).code ?? "?",
          );
        await client.query("rollback to savepoint here");
        if (JSON.stringify(answer) !== JSON.stringify(nothing)) found[`${signature} ${action}`.trim()] = answer;
      }
    }
    return found;
  } finally {
    await client.query("rollback");
  }
}

beforeAll(async () => {
  house = await openTestHouse();
  const world = await smallWorld(house);
  await house.run(await house.as("rita"), (operation) => review(operation, world.labelId));
  const tasks = TaskWorld.of(house, world.datasetId, [world.assetId]);
  projectId = await tasks.project();
  taskId = (await tasks.next(await house.as("ana", "S"), await tasks.project({ name: "Held" })))?.taskId ?? "";
  await house.admin.query("update access.task_slot set taken_in = sha256('') where task_id = $1", [taskId]);
  const markings = await house.admin.query<{ id: string }>("select id from access.marking");
  allMarkings = `{${markings.rows.map(({ id }) => id).join(",")}}`;
  app = new Client({ ...house.database.as("caveat_app") });
  other = new Client({ ...house.database.as("caveat_app") });
  await app.connect();
  await other.connect();
  maker = await TokenMaker.open(house);
  claim = await maker.claimOf(await house.as("ana", "S"), await backendOf(app));
  key = maker.token(claim).split("|")[1] ?? "";
  const found = await house.admin.query<{ name: string; columns: string }>(
    `select c.oid::regclass::text as name, string_agg(quote_ident(a.attname), ', ') as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
     where not (${SYSTEM}) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and a.attnum > 0 and not a.attisdropped
       and has_column_privilege('caveat_app', c.oid, a.attnum, 'SELECT') group by c.oid order by 1`,
  );
  relations = found.rows;
  const executable = await house.admin.query<{ name: string }>(
    `select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where not (${SYSTEM}) and has_schema_privilege('caveat_app', n.oid, 'USAGE') and has_function_privilege('caveat_app', p.oid, 'EXECUTE')`,
  );
  functions = executable.rows.map(({ name }) => name);
  actions = (await house.admin.query<{ name: string }>("select name from access.action")).rows.map(({ name }) => name);
});
afterAll(async () => {
  await app.end();
  await other.end();
  await maker.close();
  await house.remove();
});

describe("I1 with SQL as the application role", () => {
  test("I1 every relation and every function that it can reach is asked here, and a good token shows rows through them", async () => {
    expect(functions.toSorted()).toEqual(Object.keys(FUNCTIONS).toSorted());
    const names = relations.map(({ name }) => name);
    // The matrix is the only one that holds no labeled rows; what it shows is bound below.
    expect(names.filter((name) => !name.startsWith("data."))).toEqual(["access.profile_marking"]);
    expect(names.length).toBeGreaterThan(25);
    const seen = await shown(maker.token(claim));
    for (const name of [
      "access.profile_marking",
      "data.program",
      "data.dataset",
      "data.asset",
      "data.label",
      "data.label_review",
    ])
      expect([name, seen[name]]).toEqual([name, expect.any(Number)]);
    expect(seen["gate.person()"]).toBe(claim.personId);
    expect(seen["gate.scope(text[]) label.read"]).toEqual(expect.stringContaining(claim.personId));
    expect(seen["access.next_slot(uuid,text,uuid[],timestamp with time zone)"]).toEqual(expect.any(String));
    expect(seen["access.held_in(bytea[],timestamp with time zone)"]).toBe(taskId);
    expect(seen["access.leave_task(uuid,bytea[],timestamp with time zone)"]).toBe(true);
    // There is no such session of his.
    expect(seen["access.take_in_session(uuid,bytea)"]).toBe("CV005");
    // Names of people are for who plans work.
    expect(seen["access.handles_of(uuid[])"]).toBeUndefined();
    const sam = await maker.claimOf(await house.as("sam", "S"), await backendOf(app));
    expect((await shown(maker.token(sam)))["access.handles_of(uuid[])"]).toBe("ana");
    expect(seen["gate.markings(text) label.read"]).toEqual(expect.arrayContaining([expect.any(String)]));
  });

  test("I1 asked about any number of actions together, the gate answers for each as if it were asked about that alone", async () => {
    await app.query("begin");
    try {
      await app.query("select set_config('caveat.gate', $1, true)", [maker.token(claim)]);
      const alone = new Map<string, string[]>();
      for (const action of [...actions, "no.action"])
        alone.set(
          action,
          (await app.query<{ ids: string[] }>("select gate.markings($1)::text[] as ids", [action])).rows[0]?.ids ?? [],
        );
      expect(new Set([...alone.values()].map(({ length }) => length > 0))).toEqual(new Set([true, false]));
      const all = [...alone.keys()];
      for (let count = 1; count <= 8; count += 1)
        for (let from = 0; from < all.length; from += 3) {
          const asked = Array.from({ length: count }, (_, at) => all[(from + at * 5) % all.length] ?? "");
          const { rows } = await app.query<Record<string, string[]>>(
            `select ${asked.map((_, at) => `markings_${at + 1}::text[] as "${at}"`).join(", ")} from gate.scope($1)`,
            [asked],
          );
          const told = asked.map((_, at) => rows[0]?.[at]?.toSorted());
          expect([asked, told]).toEqual([asked, asked.map((action) => alone.get(action)?.toSorted())]);
        }
      // Where nothing is asked about, nothing is open.
      const { rows } = await app.query<{ open: number }>(
        "select cardinality(markings_1 || markings_2 || markings_3 || markings_8) as open from gate.scope('{}')",
      );
      expect(rows).toEqual([{ open: 0 }]);
    } finally {
      await app.query("rollback");
    }
  });

  test("I1 what its holder may is asked of the gate once for each table of a statement, however many rows are read", async () => {
    const { admin } = house;
    const token = maker.token({ ...claim, backend: await backendOf(admin) });
    const asked = async (): Promise<number> =>
      Number(
        (
          await admin.query<{ calls: string }>(
            "select calls from pg_stat_xact_user_functions where schemaname = 'gate' and funcname = 'scope'",
          )
        ).rows[0]?.calls ?? 0,
      );
    await admin.query("set track_functions = 'all'; set enable_material = off");
    for (const { name } of relations.filter((relation) => relation.name.startsWith("data."))) {
      await admin.query("begin");
      await admin.query("set local role caveat_app");
      await admin.query("select set_config('caveat.gate', $1, true)", [token]);
      const before = await asked();
      // Every row is looked at forty times.
      const { rows } = await admin.query<{ n: number }>(
        `select count(*)::int as n from generate_series(1, 40) cross join ${name}`,
      );
      const calls = (await asked()) - before;
      await admin.query("rollback");
      expect([name, calls]).toEqual([name, Math.min(calls, 1)]);
      if (name === "data.label") expect([rows[0]?.n, calls]).toEqual([40, 1]);
    }
    await admin.query("reset track_functions; reset enable_material");
  });

  test("I1 nothing is seen without a token, nor with what is none", async () => {
    for (const token of [null, "", "v1", "v2||||||||||||", "'; select 1; --"])
      expect([token, await shown(token)]).toEqual([token, {}]);
  });

  test("I1 nothing is seen with a forged token: of an unregistered key, under another MAC, with another person, profile or request in it", async () => {
    const parts = maker.token(claim).split("|");
    const ben = await maker.claimOf(await house.as("ben"), claim.backend);
    const theirs = maker.token(ben).split("|");
    const forged = [
      new GateTokenMint().mint(claim, new Date()),
      [...parts.slice(0, 12), randomBytes(32).toString("hex")].join("|"),
      ...[2, 3, 5, 6, 7].map((at) =>
        parts.map((part, index) => (index === at ? (theirs[index] ?? "") : part)).join("|"),
      ),
    ].filter((token) => token !== parts.join("|"));
    expect(forged.length).toBeGreaterThan(4);
    for (const token of forged) expect([token, await shown(token)]).toEqual([token, {}]);
  });

  test("I1 nothing is seen with an expired token", async () => {
    expect(await shown(maker.mint.mint(claim, new Date(Date.now() - 301_000)))).toEqual({});
  });

  test("I1 nothing is seen with the token of another person, taken from the connection that it was minted for", async () => {
    const token = maker.token(claim);
    expect(Object.keys(await shown(token)).length).toBeGreaterThan(5);
    expect(await shown(token, other)).toEqual({});
  });

  test("I1 nothing is seen with a token whose person was suspended after it was minted", async () => {
    const token = maker.token(await maker.claimOf(await house.as("ben"), claim.backend));
    expect(Object.keys(await shown(token)).length).toBeGreaterThan(5);
    await house.admin.query("update access.person set suspended = true where handle = 'ben'");
    expect(await shown(token)).toEqual({});
    await house.admin.query("update access.person set suspended = false where handle = 'ben'");
  });
});

describe("I1 I2 of the matrix a token shows", () => {
  const cells = async (token: string): Promise<Record<string, string>[]> => {
    await app.query("begin");
    try {
      await app.query("select set_config('caveat.gate', $1, true)", [token]);
      const sql = "select policy_id, profile_id, marking_id from access.profile_marking order by 3";
      return (await app.query<Record<string, string>>(sql)).rows;
    } finally {
      await app.query("rollback");
    }
  };

  test("I1 the cells of its own profile under its own policy that allow something, and no other", async () => {
    const open = await house.admin.query(
      "select policy_id, profile_id, marking_id from access.profile_marking where policy_id = $1 and profile_id = $2 and actions <> 0 order by 3",
      [claim.policyId, claim.profileId],
    );
    const all = await house.admin.query<{ n: number }>("select count(*)::int as n from access.profile_marking");
    expect(open.rows.length).toBeGreaterThan(0);
    expect(all.rows[0]?.n).toBeGreaterThan(open.rows.length);
    expect(await cells(maker.token(claim))).toEqual(open.rows);
  });

  test("I2 as many cells when markings appear that its profile may do nothing with", async () => {
    const token = maker.token(claim);
    const before = await cells(token);
    const made = await house.admin.query<{ id: string }>(
      `insert into access.marking (digest, structure, effective, banner, portion, register_version)
       select sha256(g::text::bytea), structure, effective, banner, portion, register_version from access.marking, generate_series(1, 20) g
       where id = $1 returning id`,
      [before[0]?.["marking_id"]],
    );
    await house.admin.query("insert into access.profile_marking select $1, $2, m, 0 from unnest($3::uuid[]) m", [
      claim.policyId,
      claim.profileId,
      made.rows.map(({ id }) => id),
    ]);
    expect(made.rows.length).toBe(20);
    expect(await cells(token)).toEqual(before);
  });

  test("I2 nothing through the statistics of its columns", async () => {
    await house.admin.query("analyze");
    const { rows } = await app.query(
      "select tablename, attname from pg_stats where schemaname in ('access', 'audit', 'data', 'gate')",
    );
    expect(rows).toEqual([]);
    const kept = await house.admin.query(
      "select from pg_stats where schemaname = 'access' and tablename = 'profile_marking'",
    );
    expect(kept.rows.length).toBeGreaterThan(0);
  });
});
