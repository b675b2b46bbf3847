import { readFile } from "node:fs/promises";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { loadPolicyFiles } from "../src/composition/policy-files.ts";
import type { Level } from "../src/markings/marking.ts";
import { packageRoot } from "../src/storage/package-root.ts";
import type { ApiClient } from "../src/tour/api-client.ts";
import { makeDataset, withServer } from "./bench-server.ts";
import type { BenchServer } from "./bench-server.ts";
import { meets, reporter } from "./figure.ts";
import type { Benchmark, Report, Size, Target } from "./figure.ts";
import { LoadClient, rate } from "./load.ts";
import type { Rate } from "./load.ts";
import { Crowd } from "./pages-people.ts";
import { startBare, startOff, startPostgraphile } from "./pages-rivals.ts";
import { BenchDatabase, capturePages } from "./pages-world.ts";
import type { Standing } from "./pages-world.ts";

const PAGE = 50;
/** Calls under way for each person who turns pages: as many as one person may have. */
const IN_FLIGHT = 8;
/** How many people turn pages at once: a few, and where all is visible a crowd too. */
const FEW = 2;
const CROWD = 16;
const ROUNDS = 5;
const SECONDS = 3;
const LOW = "UNCLASSIFIED//REL TO USA, FVEY";
const TOTAL: Readonly<Record<Size, number>> = { quick: 100_000, usual: 2_000_000, large: 10_000_000 };
/** Rows that the flat series sees, in four markings; how many are hidden beside them grows. */
const SEEN = ["GBR", "AUS, GBR", "CAN, GBR", "GBR, NZL"].map((to) => `CONFIDENTIAL//REL TO USA, ${to}`);
const SEEN_EACH = 50;
const TEN = "UNCLASSIFIED//NOFORN";
const ONE_PERCENT = "CONFIDENTIAL//NOFORN";
const TEN_PERCENT = "SECRET//NOFORN";
const REST = "TOP SECRET//TK//NOFORN";

const OURS = `query($d: ID!, $after: String) { dataset(id: $d) { labels(first: ${PAGE}, after: $after) {
  edges { node { id origin createdAt authorId marking { portion } } } pageInfo { hasNextPage endCursor } } } }`;
const THEIRS = `query($d: UUID!, $after: Cursor) { allLabels(condition: { datasetId: $d }, orderBy: [PRIMARY_KEY_ASC], first: ${PAGE}, after: $after) {
  edges { node { id origin createdAt authorId accessMarkingByMarkingId { portion } } } pageInfo { hasNextPage endCursor } } }`;

/** Who looks: people who stand as one of the demonstration does, in sessions of a level. */
interface Viewer {
  readonly what: string;
  readonly like: "ana" | "charlotte";
  readonly level: Level;
  readonly rows: (total: number) => number;
}

const VIEWERS = [
  { what: "100 % visible", like: "ana", level: "TS", rows: (total) => total },
  { what: "10 % visible", like: "ana", level: "S", rows: (total) => total * 0.1 },
  { what: "1 % visible", like: "ana", level: "C", rows: (total) => total * 0.01 },
  { what: "0.01 % visible", like: "charlotte", level: "C", rows: () => SEEN.length * SEEN_EACH },
  { what: "ten rows visible", like: "ana", level: "U", rows: () => 10 },
  { what: "nothing visible", like: "charlotte", level: "U", rows: () => 0 },
] as const satisfies readonly Viewer[];

/** What our pages per second over those of a rival should be. */
const TARGETS: Readonly<Record<string, Target>> = {
  [`PostGraphile, 100 % visible, ${CROWD} people`]: { least: 1.2 },
  [`PostGraphile, 100 % visible, ${FEW} people`]: { least: 1.2 },
  [`PostGraphile, ten rows visible, ${FEW} people`]: { least: 100 },
  [`the bare route, 100 % visible, ${CROWD} people`]: { least: 0.5 },
  [`the bare route, 100 % visible, ${FEW} people`]: { least: 0.5 },
  [`ours without log, sections and gate, 100 % visible, ${CROWD} people`]: { least: 0.4 },
  [`ours without log, sections and gate, 100 % visible, ${FEW} people`]: { least: 0.4 },
};

interface PageOf {
  readonly edges: readonly unknown[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Asks for the page after a cursor, for one of the workers. */
type Ask = (after: string | null, worker: number) => Promise<PageOf>;

/** Turns pages one after another, each worker from where it is, and begins anew at the end. */
function turning(ask: Ask, rows: number): (worker: number) => Promise<void> {
  const places: (string | null)[] = [];
  return async (worker) => {
    const { edges, pageInfo } = await ask(places[worker] ?? null, worker);
    if (edges.length !== Math.min(PAGE, rows)) throw new Error(`a page of ${edges.length} of ${rows}`);
    places[worker] = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  };
}

const local = (id: string): string => Buffer.from(id, "base64url").toString("latin1").split(":")[1] ?? "";
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const say = (text: string): void => void process.stderr.write(`bench: ${text}\n`);

class PagesRun {
  readonly #server: BenchServer;
  readonly #report: Report;
  readonly #signal: AbortSignal;
  readonly #total: number;
  readonly #client: LoadClient;
  readonly #table: string[] = [];
  readonly #crowds = new Map<Viewer["like"], Crowd>();

  constructor(server: BenchServer, report: Report, signal: AbortSignal, total: number) {
    this.#server = server;
    this.#report = report;
    this.#signal = signal;
    this.#total = total;
    this.#client = new LoadClient(server.url);
  }

  #figure(name: string, value: number, unit: string, target?: Target): void {
    this.#report(name, value, unit, target);
    const judged =
      target === undefined
        ? ""
        : ` (${"least" in target ? `at least ${target.least}` : `at most ${target.most}`}: ${meets(value, target) ? "met" : "NOT met"})`;
    this.#table.push(`${name.padEnd(84)} ${Number(value.toPrecision(4)).toString().padStart(10)} ${unit}${judged}`);
  }

  /** A token for each of the people who look, if there are so many. */
  async #tokens({ like, level }: Viewer, people: number): Promise<string[]> {
    return (await this.#crowds.get(like)?.tokens(people, level)) ?? [];
  }

  #ours(tokens: readonly string[], dataset: string, client = this.#client): Ask {
    return async (after, worker) => {
      const token = tokens[worker % tokens.length] ?? "";
      const data = await client.graphql(token, JSON.stringify({ query: OURS, variables: { d: dataset, after } }));
      return (data as { dataset: { labels: PageOf } }).dataset.labels;
    };
  }

  /** The profile under which a viewer's requests decide: the one that his first request brings. */
  async #standing(database: BenchDatabase, viewer: Viewer, dataset: string): Promise<Standing> {
    const profiles = async (): Promise<Set<string>> =>
      new Set((await database.query<{ id: string }>("select id from access.profile")).map(({ id }) => id));
    const before = await profiles();
    await this.#ours(await this.#tokens(viewer, 1), dataset)(null, 0);
    const made = [...(await profiles())].filter((id) => !before.has(id));
    const [profileId] = made;
    if (profileId === undefined || made.length !== 1) throw new Error("whose profile is it?");
    const [found] = await database.query<{ policy: string; person: string; programs: string[] }>(
      `select (select id from access.policy where active) as policy, p.id as person,
              array(select program_id::text from access.membership m where m.person_id = p.id) as programs
       from access.person p where p.handle = $1`,
      [viewer.like],
    );
    if (!found) throw new Error("nobody");
    return { policyId: found.policy, profileId, personId: found.person, programIds: found.programs };
  }

  /** Everything in one run: loading in steps, the flat series, and each share beside its rivals. */
  async run(sam: ApiClient): Promise<void> {
    const markings = [LOW, ...SEEN, TEN, ONE_PERCENT, TEN_PERCENT, REST];
    const { datasetId, assetIds } = await makeDataset(sam, "Pages", { markings, side: 64, dataset: LOW });
    const database = await BenchDatabase.open(await this.#server.admin());
    try {
      const rows = await database.query<{ id: string; marking_id: string; portion: string }>(
        "select a.id, a.marking_id, m.portion from data.asset a join access.marking m on m.id = a.marking_id where a.id = any ($1)",
        [assetIds.map(local)],
      );
      const idOf = new Map(
        assetIds.map((id, at) => [markings[at] ?? "", rows.find((row) => row.id === local(id))?.marking_id ?? ""]),
      );
      for (const [like, people] of [
        ["ana", CROWD],
        ["charlotte", FEW],
      ] as const)
        this.#crowds.set(like, await Crowd.like(this.#server, database, like, people));
      const standings = new Map<Viewer, Standing>();
      for (const viewer of VIEWERS) standings.set(viewer, await this.#standing(database, viewer, datasetId));
      await this.#series(sam, database, datasetId, idOf, standings);
      await this.#shares(database, datasetId, standings, new Map(rows.map((row) => [row.marking_id, row.portion])));
    } finally {
      await database.close();
      this.#client.close();
    }
    process.stderr.write(`\n${this.#table.join("\n")}\n`);
  }

  /** Loads the rows in steps and takes the buffers of one and the same page at each; then its time beside that of datasets with less hidden. */
  async #series(
    sam: ApiClient,
    database: BenchDatabase,
    datasetId: string,
    idOf: ReadonlyMap<string, string>,
    standings: ReadonlyMap<Viewer, Standing>,
  ): Promise<void> {
    const total = this.#total;
    const [, , , viewer] = VIEWERS;
    const standing = standings.get(viewer);
    if (!standing) throw new Error("nobody looks");
    const { policy } = loadPolicyFiles();
    let loaded = 0;
    const began = performance.now();
    const add = (dataset: string, banner: string, count: number): Promise<void> =>
      database.load(local(dataset), idOf.get(banner) ?? "", Math.round(count), (more) => {
        loaded += more;
        say(`${loaded} rows after ${Math.round((performance.now() - began) / 1000)} s`);
        this.#signal.throwIfAborted();
      });
    const token = await database.token(standing, await this.#epoch(database, standing), await this.#clientOf(database));
    const backend = await database.backend();
    const body = token.map((part) => (part === "BACKEND" ? String(backend) : part)).join("|");
    const shown = `${body}|${createHmac("sha256", Buffer.from(database.key, "hex")).update(body).digest("hex")}`;
    const { toTheEnd } = await capturePages(policy, standing, local(datasetId), PAGE);
    const page = { ...toTheEnd, values: toTheEnd.values.with(toTheEnd.after, "00000000-0000-0000-0000-000000000000") };
    for (const banner of SEEN) await add(datasetId, banner, SEEN_EACH);
    const buffers: number[] = [];
    const steps = [
      [0, []],
      [
        total * 0.01,
        [
          [TEN, 10],
          [ONE_PERCENT, total * 0.01 - 10 - SEEN.length * SEEN_EACH],
        ],
      ],
      [total * 0.1, [[TEN_PERCENT, total * 0.09]]],
      [total, [[REST, total * 0.9]]],
    ] as const;
    for (const [hidden, more] of steps) {
      for (const [banner, count] of more) await add(datasetId, banner, count);
      await database.query("analyze data.label");
      buffers.push(await database.buffers(page, shown));
      this.#figure(
        `buffers of a page of ${PAGE}, four markings visible, ${Math.round(hidden)} rows in all`,
        buffers.at(-1) ?? 0,
        "buffers",
      );
    }
    this.#figure(
      "buffers, most over least while hidden rows grow",
      Math.max(...buffers) / Math.min(...buffers),
      "ratio",
      { most: 1.1 },
    );
    // The same page of a dataset in which nothing is hidden, and of one with a hundredth: measured in turns.
    const others: string[] = [];
    for (const [name, hidden] of [
      ["None", 0],
      ["Few", total * 0.01],
    ] as const) {
      const made = await makeDataset(sam, name, { markings: [LOW], side: 64, dataset: LOW });
      for (const banner of SEEN) await add(made.datasetId, banner, SEEN_EACH);
      if (hidden > 0) await add(made.datasetId, REST, hidden);
      others.push(made.datasetId);
    }
    await database.query("vacuum analyze data.label");
    const bearers = await this.#tokens(viewer, FEW);
    const turns = [...others, datasetId].map((dataset) => ({ dataset, times: [] as number[] }));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const { dataset, times } of turns) {
        const ask = turning(this.#ours(bearers, dataset), SEEN.length * SEEN_EACH);
        times.push((await rate({ inFlight: 1, seconds: 1, warm: 0.2 }, this.#signal, ask)).p50);
      }
    const p50 = turns.map(({ times }) => median(times));
    for (const [at, hidden] of [0, total * 0.01, total].entries())
      this.#figure(
        `page p50 alone, 200 rows of four markings visible, ${Math.round(hidden)} hidden`,
        p50[at] ?? Number.NaN,
        "ms",
      );
    this.#figure("page p50, most over least while hidden rows grow", Math.max(...p50) / Math.min(...p50), "ratio", {
      most: 1.5,
    });
  }

  async #epoch(database: BenchDatabase, { personId }: Standing): Promise<number> {
    return (
      (
        await database.query<{ epoch: number }>("select epoch from access.person_epoch where person_id = $1", [
          personId,
        ])
      )[0]?.epoch ?? 0
    );
  }

  async #clientOf(database: BenchDatabase): Promise<string> {
    return (
      (await database.query<{ id: string }>("select id from access.client where status = 'approved' limit 1"))[0]?.id ??
      ""
    );
  }

  /** Each share of visible rows: our server, PostGraphile and, where all is visible, the bare route, in turns. */
  async #shares(
    database: BenchDatabase,
    datasetId: string,
    standings: ReadonlyMap<Viewer, Standing>,
    portions: ReadonlyMap<string, string>,
  ): Promise<void> {
    const { policy } = loadPolicyFiles();
    const connection = await this.#server.admin();
    await database.query(await readFile(join(packageRoot(), "bench", "postgraphile", "row-policy.sql"), "utf8"));
    const callers: Record<string, object> = {};
    for (const [viewer, standing] of standings) {
      const seen = async (action: string): Promise<string> => {
        const rows = await database.query<{ id: string }>(
          `select pm.marking_id as id from access.profile_marking pm join access.action a on a.name = $3
           where pm.policy_id = $1 and pm.profile_id = $2 and pm.actions & (1::bigint << a.bit) <> 0`,
          [standing.policyId, standing.profileId, action],
        );
        return `{${rows.map(({ id }) => id).join(",")}}`;
      };
      callers[viewer.what] = {
        labels: await seen("label.read"),
        assets: await seen("asset.read"),
        datasets: await seen("dataset.read"),
        programs: `{${standing.programIds.join(",")}}`,
      };
    }
    const postgraphile = await startPostgraphile(
      { connection: { ...connection, user: "bench_postgraphile" }, callers },
      this.#signal,
    );
    const [all] = VIEWERS;
    const standing = standings.get(all);
    if (!standing) throw new Error("nobody looks");
    const token = await database.token(standing, await this.#epoch(database, standing), await this.#clientOf(database));
    const page = await capturePages(policy, standing, local(datasetId), PAGE);
    const bare = await startBare(
      {
        connection: { ...connection, user: "caveat_app" },
        page,
        first: PAGE,
        portions: Object.fromEntries(portions),
        token,
        key: database.key,
      },
      this.#signal,
    );
    await database.query(await readFile(join(packageRoot(), "bench", "pages-off.sql"), "utf8"));
    const { state, installation } = this.#server;
    const off = await startOff({ connection, state, installation }, this.#signal);
    try {
      const most = new Map<string, number>();
      const limits = { bare: bare.url, off: off.url };
      await this.#share(all, CROWD, datasetId, postgraphile.url, limits);
      for (const viewer of VIEWERS)
        most.set(
          viewer.what,
          await this.#share(viewer, FEW, datasetId, postgraphile.url, viewer === all ? limits : null),
        );
      const whole = most.get("100 % visible") ?? Number.NaN;
      this.#figure(
        "ours at ten rows over ours at 100 %",
        (most.get("ten rows visible") ?? Number.NaN) / whole,
        "ratio",
        { least: 1 },
      );
    } finally {
      postgraphile.stop();
      bare.stop();
      off.stop();
    }
  }

  async #share(
    viewer: Viewer,
    people: number,
    datasetId: string,
    postgraphile: string,
    limits: { readonly bare: string; readonly off: string } | null,
  ): Promise<number> {
    const rows = Math.round(viewer.rows(this.#total));
    const theirs = new LoadClient(postgraphile);
    const limit = limits === null ? null : new LoadClient(limits.bare);
    const off = limits === null ? null : new LoadClient(limits.off);
    const tokens = await this.#tokens(viewer, people);
    const what = `${viewer.what}, ${people} people`;
    const asks: Record<string, Ask> = {
      ours: this.#ours(tokens, datasetId),
      PostGraphile: async (after) => {
        const asked = JSON.stringify({ query: THEIRS, variables: { d: local(datasetId), after } });
        return ((await theirs.post({ "x-caller": viewer.what }, asked)) as { data: { allLabels: PageOf } }).data
          .allLabels;
      },
    };
    if (limit) asks["the bare route"] = async (after) => (await limit.post({}, JSON.stringify({ after }))) as PageOf;
    if (off) asks["ours without log, sections and gate"] = this.#ours(tokens, datasetId, off);
    const rounds = new Map<string, Rate[]>(Object.keys(asks).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [name, ask] of Object.entries(asks)) {
        const seconds = viewer.rows(this.#total) === this.#total ? SECONDS : 1;
        rounds
          .get(name)
          ?.push(
            await rate(
              { inFlight: IN_FLIGHT * people, seconds, warm: round === 0 ? 2 : 0.3 },
              this.#signal,
              turning(ask, rows),
            ),
          );
      }
    theirs.close();
    limit?.close();
    off?.close();
    const each = (name: string): number[] => (rounds.get(name) ?? []).map(({ perSecond }) => perSecond);
    for (const [name, measured] of rounds) {
      this.#figure(`pages per second, ${what}, ${name}`, median(measured.map(({ perSecond }) => perSecond)), "1/s");
      this.#figure(`page p50, ${what}, ${name}`, median(measured.map(({ p50 }) => p50)), "ms");
    }
    // Ratios are taken round by round: whatever else the machine does weighs on both.
    for (const name of Object.keys(asks).filter((one) => one !== "ours"))
      this.#figure(
        `ours over ${name}, ${what}`,
        median(each("ours").map((value, at) => value / (each(name)[at] ?? Number.NaN))),
        "ratio",
        TARGETS[`${name}, ${what}`],
      );
    return median(each("ours"));
  }
}

/** Pages of labels over real HTTP, each with identity, door, both locks, last look and two log entries. */
export const pagesBench: Benchmark = {
  summary: `pages of ${PAGE} labels over HTTP at growing shares of hidden rows, beside PostGraphile and a bare route`,
  run: (folder, signal, size) =>
    withServer(folder, signal, async (server) => {
      const run = new PagesRun(server, reporter("pages", server.machine), signal, TOTAL[size]);
      await run.run(await server.as("sam"));
    }),
};
