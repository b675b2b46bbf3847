import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { loadPolicyFiles } from "../src/composition/policy-files.ts";
import type { Rulebook } from "../src/rulebook/documents.ts";
import { effectiveOf, markingFromText } from "../src/markings/index.ts";
import type { Marking, Register } from "../src/markings/index.ts";
import { ACTIONS } from "../src/policy/actions.ts";
import { decidePair } from "../src/policy/decide.ts";
import { MarkingOffice } from "../src/policy/marking-office.ts";
import { Matrix } from "../src/policy/matrix.ts";
import { canonicalProfile, parseProfile } from "../src/policy/profile.ts";
import type { AccessProfile } from "../src/policy/profile.ts";
import { AccessStore } from "../src/storage/access-store.ts";
import { ensureDatabase } from "../src/storage/administration.ts";
import { openPool } from "../src/storage/connection.ts";
import { startEmbeddedPostgres } from "../src/storage/embedded/index.ts";
import { migrate } from "../src/storage/migrate.ts";
import { packageRoot } from "../src/storage/package-root.ts";
import { random } from "../src/tour/harbor/random.ts";
import { machineWith, reporter } from "./figure.ts";
import type { Benchmark, Report } from "./figure.ts";

const SIDE = 1_000;
const DATABASE = "caveat";
/** The limit for rebuilding the whole matrix on two cores. */
const LIMIT_SECONDS = 5;
const TOKENS = ["SI", "SI-G", "TK", "HCS", "SAR-BP", "Q", "NATO-S", "NATO-TS"];

/** Different profiles: those of the tables, with other clearances and read-ons. */
function someProfiles(count: number): AccessProfile[] {
  const text = readFileSync(join(packageRoot(), "policies", "tables", "profiles.json"), "utf8");
  const known = Object.values(JSON.parse(text) as Record<string, object>);
  const draw = random(1, "profiles");
  const found = new Map<string, AccessProfile>();
  for (let at = 0; found.size < count; at += 1) {
    const profile = parseProfile({
      ...known[at % known.length],
      clearance: draw.pick(["C", "S", "TS"]),
      fineAccessControls: TOKENS.filter(() => draw.chance(0.5)),
    });
    found.set(canonicalProfile(profile), profile);
  }
  return [...found.values()];
}

/** Different markings that the register allows: level by compartments by release. */
function someMarkings(count: number, register: Register): Marking[] {
  const countries = ["AUS", "CAN", "DEU", "FRA", "GBR", "ITA", "NZL"];
  const releases = Array.from({ length: 2 ** countries.length }, (_, bits) => {
    const listed = countries.filter((_country, at) => (bits >> at) % 2 === 1);
    return listed.length === 0 ? "NOFORN" : `REL TO USA, ${listed.join(", ")}`;
  });
  const found: Marking[] = [];
  for (const release of releases)
    for (const sci of ["", "SI", "TK", "SI/TK", "SI-G", "SI-G/TK"])
      for (const level of ["CONFIDENTIAL", "SECRET", "TOP SECRET"]) {
        const read = markingFromText([level, sci, release].filter(Boolean).join("//"), register);
        if (read.ok && found.length < count) found.push(read.marking);
      }
  if (found.length < count) throw new Error(`only ${found.length} markings`);
  return found;
}

async function timed<T>(work: () => Promise<T> | T): Promise<{ readonly seconds: number; readonly value: T }> {
  const from = performance.now();
  const value = await work();
  return { seconds: (performance.now() - from) / 1000, value };
}

/** What the deciding costs without a database: cell by cell through decidePair, and by what cells have in common. */
async function deciding(report: Report, files: Rulebook, profiles: readonly AccessProfile[]): Promise<void> {
  const effectives = someMarkings(SIDE, files.register).map((marking) => effectiveOf(marking, files.register));
  const sample = profiles.filter((_, at) => at % 100 === 0);
  const slow = await timed(() => {
    for (const profile of sample)
      for (const effective of effectives)
        for (const action of ACTIONS) decidePair(files.policy, profile, effective, action);
  });
  const fast = await timed(() => {
    const matrix = new Matrix(files.policy);
    const columns = effectives.map((effective) => matrix.column(effective));
    for (const profile of profiles) {
      const row = matrix.row(profile);
      for (const column of columns) row(column);
    }
  });
  const each = (slow.seconds / (sample.length * effectives.length)) * 1e6;
  const cells = (fast.seconds / (profiles.length * effectives.length)) * 1e6;
  report(`deciding a cell of ${ACTIONS.length} actions, action by action`, each, "µs");
  report(`deciding a cell of ${ACTIONS.length} actions, by what cells have in common`, cells, "µs");
  report("deciding action by action to deciding by what cells have in common", each / cells, "1");
}

/** Cells per second of two other ways to write them: a statement for each cell, and with foreign keys on each row. */
async function otherWays(report: Report, admin: Client, policyId: string): Promise<Record<"single" | "keyed", number>> {
  const cells = "select policy_id, profile_id, marking_id, actions from access.profile_marking where policy_id = $1";
  const { rows } = await admin.query<Record<string, string>>(`${cells} limit 5000`, [policyId]);
  await admin.query("create table access.compared (like access.profile_marking including all)");
  const single = await timed(async () => {
    await admin.query("begin");
    for (const row of rows) {
      await admin.query({
        name: "one",
        text: "insert into access.compared values ($1, $2, $3, $4)",
        values: [row["policy_id"], row["profile_id"], row["marking_id"], row["actions"]],
      });
    }
    await admin.query("commit");
  });
  await admin.query(`truncate access.compared; alter table access.compared
    add foreign key (policy_id) references access.policy (id),
    add foreign key (profile_id) references access.profile (id),
    add foreign key (marking_id) references access.marking (id)`);
  const keyed = await timed(() => admin.query(`insert into access.compared ${cells} limit 200000`, [policyId]));
  await admin.query("drop table access.compared");
  const found = { single: rows.length / single.seconds, keyed: (keyed.value.rowCount ?? 0) / keyed.seconds };
  report("cells per second, written one statement each", found.single, "1/s");
  report("cells per second, copied inside the database with three foreign keys on each row", found.keyed, "1/s");
  return found;
}

/** The matrix of decisions: filled as profiles and markings appear, and whole for a policy that comes into force. */
export const matrixBench: Benchmark = {
  summary: `the matrix of ${SIDE} profiles by ${SIDE} markings, rebuilt whole and filled one by one`,
  run: async (folder, signal) => {
    const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres"), fsync: true });
    const admin = new Client(postgres.connectionOptions(DATABASE, postgres.superuser));
    try {
      await ensureDatabase(postgres.connectionOptions("postgres", postgres.superuser), DATABASE);
      await migrate(postgres.connectionOptions(DATABASE, postgres.superuser), ACTIONS);
      await admin.connect();
      const { rows } = await admin.query<{ version: string }>("select version()");
      const report = reporter("matrix", machineWith(rows[0]?.version ?? "unknown"));
      const pool = openPool(postgres.connectionOptions(DATABASE, "caveat_policy"), 2);
      const store = new AccessStore(pool);
      const officeOf = async (version: string): Promise<MarkingOffice> => {
        const files = loadPolicyFiles();
        const made = await admin.query<{ id: string }>(
          `with d as (insert into access.policy_documents (sha384, content, version, register_version)
             values (encode(sha384(convert_to($1, 'UTF8')), 'hex'), $1, $1, $2) returning *)
           insert into access.policy (version, register_version, documents_sha384)
           select version, register_version, sha384 from d returning id`,
          [version, files.register.version],
        );
        return new MarkingOffice(store, files.register, files.policy, made.rows[0]?.id ?? "");
      };
      try {
        const files = loadPolicyFiles();
        const profiles = someProfiles(SIDE);
        await deciding(report, files, profiles);
        signal.throwIfAborted();

        const first = await officeOf("first");
        const [last, ...others] = profiles;
        const markings = someMarkings(SIDE, files.register);
        for (const profile of others) await first.profileId(profile);
        const interned = await timed(async () => {
          for (const marking of markings) await first.intern(marking, effectiveOf(marking, files.register));
        });
        report(`a new marking over ${others.length} profiles`, (interned.seconds / markings.length) * 1000, "ms");
        if (!last) throw new Error("no profile");
        const row = await timed(() => first.profileId(last));
        report(`a new profile over ${markings.length} markings`, row.seconds * 1000, "ms");
        signal.throwIfAborted();

        const second = await officeOf("second");
        const whole = await timed(() => second.fillMatrix());
        report("cells of the matrix", whole.value, "1");
        report("actions in a cell", ACTIONS.length, "1");
        report("rebuilding the matrix", whole.seconds, "s");
        report("rebuilding the matrix, at most", LIMIT_SECONDS, "s");
        report("cells per second, rebuilding the matrix", whole.value / whole.seconds, "1/s");
        const again = await timed(() => second.fillMatrix());
        report("finding nothing to rebuild", again.seconds, "s");
        signal.throwIfAborted();
        const ways = await otherWays(report, admin, first.policyId);
        report("rebuilding to one statement each", whole.value / whole.seconds / ways.single, "1");
        report("rebuilding to foreign keys on each row", whole.value / whole.seconds / ways.keyed, "1");
        if (whole.value !== SIDE * SIDE) throw new Error(`the matrix has ${whole.value} cells and not ${SIDE * SIDE}`);
        if (whole.seconds > LIMIT_SECONDS)
          throw new Error(`rebuilding the matrix took ${whole.seconds.toFixed(2)} s, more than ${LIMIT_SECONDS} s`);
      } finally {
        await pool.end();
      }
    } finally {
      await admin.end();
      await postgres.stop();
    }
  },
};
