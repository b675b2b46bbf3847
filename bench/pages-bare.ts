import { createHmac } from "node:crypto";
import { createInterface } from "node:readline";
import Fastify from "fastify";
import { Pool } from "pg";
import type { PoolClient, PoolConfig } from "pg";
import { keyAfter, placeOf } from "../src/storage/lists.ts";

// The limit: one Fastify route with the page's own statement on plain pg, in a process of its own. No GraphQL, no identity,
// no door, no log; the token is made here, so that row security does the same work. Reads one line of JSON.

/** A page's statement as the reader sends it, and where in its parameters the place of the page goes. */
export interface CapturedPage {
  readonly text: string;
  readonly values: readonly (string | number | null)[];
  readonly after: number;
  readonly until: number | null;
}

/** What the process is told. */
export interface BareOptions {
  readonly connection: PoolConfig;
  readonly page: { readonly toTheEnd: CapturedPage; readonly bounded: CapturedPage };
  readonly first: number;
  readonly portions: Readonly<Record<string, string>>;
  /** A gate token without backend, and the key of its MAC in hex. */
  readonly token: readonly string[];
  readonly key: string;
}

interface LabelRow {
  readonly id: string;
  readonly origin: string;
  readonly created_at: Date;
  readonly author_id: string;
  readonly marking_id: string;
}

function tokenFor({ token, key }: BareOptions, backend: number): string {
  const body = token.map((part) => (part === "BACKEND" ? String(backend) : part)).join("|");
  return `${body}|${createHmac("sha256", Buffer.from(key, "hex")).update(body).digest("hex")}`;
}

async function serve(options: BareOptions): Promise<void> {
  const config: PoolConfig & { readonly pipeline: boolean } = { ...options.connection, max: 8, pipeline: true };
  const pool = new Pool(config);
  const tokens = new WeakMap<PoolClient, string>();
  const app = Fastify({ logger: false });
  const page = async (after: string | null): Promise<object> => {
    const place = placeOf({ first: options.first, after });
    const sql = place.until === null ? options.page.toTheEnd : options.page.bounded;
    const values: (string | number | null)[] = [...sql.values];
    values[sql.after] = place.after[0] ?? "";
    if (sql.until !== null) values[sql.until] = place.until;
    const client = await pool.connect();
    const known = tokens.get(client);
    const token =
      known ??
      tokenFor(options, (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid ?? 0);
    tokens.set(client, token);
    const name = sql.until === null ? "end" : "bounded";
    const sent = [
      client.query("begin"),
      client.query({ name: "gate", text: "select set_config('caveat.gate', $1, true)", values: [token] }),
    ];
    const answer = client.query<LabelRow>({ name, text: sql.text, values });
    const ended = client.query("commit");
    const [{ rows }] = await Promise.all([answer, ended, ...sent]);
    client.release();
    const shown = rows.slice(0, options.first);
    const last = shown.at(-1);
    return {
      edges: shown.map((row) => ({
        node: {
          id: row.id,
          origin: row.origin,
          createdAt: row.created_at,
          authorId: row.author_id,
          marking: { portion: options.portions[row.marking_id] },
        },
      })),
      pageInfo: { hasNextPage: rows.length > options.first, endCursor: last ? keyAfter(last, shown) : null },
    };
  };
  app.post("/graphql", (request) => page((request.body as { readonly after: string | null }).after));
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = app.server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === "object" ? address?.port : 0 })}\n`);
}

createInterface({ input: process.stdin }).once("line", (line) => {
  serve(JSON.parse(line) as BareOptions).catch((error: unknown) => {
    process.stderr.write(`bare route: ${error instanceof Error ? error.message : "failed"}\n`);
    process.exitCode = 1;
  });
});
process.once("SIGTERM", () => process.exit(0));
