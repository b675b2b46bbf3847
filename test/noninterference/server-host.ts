import { AsyncLocalStorage } from "node:async_hooks";
import { KeyObject, createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire, registerHooks, syncBuiltinESMExports } from "node:module";
import { IncomingMessage, Server } from "node:http";
import { Socket } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Pool } from "pg";
import { statedSignature } from "./stated-signature.ts";

/**
 * A process that runs built servers under a clock and randomness that the campaign states. Nothing in the server knows of
 * it: Date and node:crypto are replaced here, before the server is loaded, and a request says its moment and its stream of
 * randomness in a header that the server does not read.
 */

interface Moment {
  /** Name of the world whose server it is. */
  readonly world: string;
  readonly stream: string;
  readonly now: number;
  readonly draws: Map<string, number>;
}

/** What the campaign sends to this process, and what it answers. */
export type HostOrder =
  | {
      readonly order: number;
      readonly act: "open";
      readonly name: string;
      readonly stream: string;
      readonly now: number;
      readonly environment: Readonly<Record<string, string>>;
      /** A file with source texts that stand for modules of the build; null: the build as it is. */
      readonly mutated: string | null;
    }
  | { readonly order: number; readonly act: "close"; readonly name: string };
export interface HostReply {
  readonly order: number;
  readonly url?: string;
  readonly error?: string;
}

/** The header that carries stream and moment, as "stream;milliseconds". */
const HEADER = "x-request-id";
const FRAMES = 6;

const moments = new AsyncLocalStorage<Moment>();
/** Worlds by the port on which their servers listen. */
const worlds = new Map<number, string>();

/** Bytes for one draw: the same for the same stream, place in the code and number of the draw there. */
function drawn(moment: Moment, bytes: number): Buffer {
  const place = placeOf();
  const count = moment.draws.get(place) ?? 0;
  moment.draws.set(place, count + 1);
  const parts: Buffer[] = [];
  for (let block = 0; block * 32 < bytes; block += 1)
    parts.push(createHash("sha256").update(`${moment.stream}|${place}|${count}|${block}`).digest());
  return Buffer.concat(parts).subarray(0, bytes);
}

/** The nearest place of the server's own code on the stack, without the folder it lies in. */
function placeOf(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const stack = new Error("place").stack ?? "";
  Error.stackTraceLimit = limit;
  const frame = stack.split("\n").find((line) => line.includes("/dist/"));
  return frame === undefined ? "elsewhere" : frame.slice(frame.lastIndexOf("/dist/")).replace(/\?mutated=\d+/, "");
}

function replaceRandomness(): void {
  const crypto = createRequire(import.meta.url)("node:crypto") as {
    randomUUID: (...args: unknown[]) => string;
    randomBytes: (size: number, ...rest: unknown[]) => unknown;
    sign: (
      digest: unknown,
      message: Uint8Array,
      key: unknown,
      done?: (error: null, signature: Buffer) => void,
    ) => unknown;
  };
  const { randomUUID, randomBytes, sign } = crypto;
  crypto.randomUUID = (...args) => {
    const moment = moments.getStore();
    if (!moment) return randomUUID(...args);
    const bytes = drawn(moment, 16);
    bytes.writeUInt8(((bytes[6] ?? 0) & 0x0f) | 0x40, 6);
    bytes.writeUInt8(((bytes[8] ?? 0) & 0x3f) | 0x80, 8);
    return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  crypto.randomBytes = (size, ...rest) => {
    const moment = moments.getStore();
    return moment && rest.length === 0 ? drawn(moment, size) : randomBytes(size, ...rest);
  };
  crypto.sign = (digest, message, key, done) => {
    const moment = moments.getStore();
    if (!moment || !done || !(key instanceof KeyObject) || key.asymmetricKeyType !== "ec")
      return sign(digest, message, key, done);
    return setImmediate(done, null, statedSignature(message, key, drawn(moment, 64)));
  };
  syncBuiltinESMExports();
}

function replaceClock(): void {
  const real = Date;
  const now = (): number => moments.getStore()?.now ?? real.now();
  globalThis.Date = new Proxy(real, {
    construct: (target, args: unknown[], self) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, self) as Date,
    get: (target, name, self) => (name === "now" ? now : (Reflect.get(target, name, self) as unknown)),
  });
}

function followRequests(): void {
  const emit: unknown = Reflect.get(Server.prototype, "emit");
  if (typeof emit !== "function") throw new Error("a server emits events");
  Server.prototype.emit = function within(this: Server, event: string | symbol, ...args: unknown[]): boolean {
    const [first] = args;
    const header = first instanceof IncomingMessage ? first.headers[HEADER] : undefined;
    const follows = event === "request" || event === "upgrade";
    if (!follows || typeof header !== "string") return Reflect.apply(emit, this, [event, ...args]) === true;
    const [stream = "", now = "0"] = header.split(";");
    const address = this.address();
    const world = address !== null && typeof address === "object" ? (worlds.get(address.port) ?? "") : "";
    const moment = { world, stream, now: Number(now), draws: new Map<string, number>() };
    const [, socket] = args;
    // What comes on a connection later belongs to the request that opened it.
    if (event === "upgrade" && socket instanceof Socket) {
      const hear: unknown = Reflect.get(socket, "emit");
      if (typeof hear !== "function") throw new Error("a socket emits events");
      const heard = (...what: unknown[]): boolean =>
        moments.run(moment, () => Reflect.apply(hear, socket, what) === true);
      Reflect.set(socket, "emit", heard);
    }
    return moments.run(moment, () => Reflect.apply(emit, this, [event, ...args]) === true);
  };
}

interface Built {
  readonly runServer: (
    config: unknown,
    log: unknown,
  ) => Promise<{ readonly url: string; readonly stop: () => Promise<boolean> }>;
}

type Start = (environment: Record<string, string>) => ReturnType<Built["runServer"]>;

async function load(query: string): Promise<Start> {
  // Resolvers register themselves in one place for the process: those of another build are no part of this one.
  Reflect.deleteProperty(globalThis, "TypeGraphQLMetadataStorage");
  const of = (path: string): Promise<unknown> => import(pathToFileURL(join(ROOT, "dist", "src", path)).href + query);
  const { runServer } = (await of("main.js")) as Built;
  const { readConfig } = (await of("config.js")) as { readConfig: (environment: Record<string, string>) => unknown };
  const { pino } = (await import("pino")) as unknown as { pino: (options: object) => unknown };
  const log = pino({ level: "silent" });
  return (environment) => runServer(readConfig(environment), log);
}

const QUERY = /\?mutated=(\d+)$/;
/** Builds with a seeded leak, in the order in which they came: texts of modules by their path below dist. */
const mutated: ReadonlyMap<string, string>[] = [];
const peeks = new Map<string, Pool>();

/**
 * Lets further builds be loaded beside the first, each under a query of its own at the end of its modules' URLs, and plants
 * what a seeded leak looks with: everything in the world's database, past every lock.
 */
function plantLeaks(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const query = QUERY.exec(context.parentURL ?? "")?.[0];
      return query !== undefined && found.url.includes("/dist/") && found.url.startsWith(HERE)
        ? { ...found, url: found.url + query }
        : found;
    },
    load(url, context, next) {
      const number = QUERY.exec(url)?.[1];
      const path = url.replace(QUERY, "").slice(HERE.length + "/dist/".length);
      const source = number === undefined ? undefined : mutated[Number(number)]?.get(path);
      return source === undefined ? next(url, context) : { format: "module", source, shortCircuit: true };
    },
  });
  Object.assign(globalThis, {
    peek: async (sql: string, values: unknown[] = []) =>
      (await peeks.get(moments.getStore()?.world ?? "")?.query<Record<string, unknown>>(sql, values))?.rows ?? [],
  });
}

const ROOT = process.argv[2] ?? process.cwd();
const HERE = pathToFileURL(ROOT).href;
const builds = new Map<string | null, Promise<Start>>();

function build(path: string | null): Promise<Start> {
  const known = builds.get(path);
  if (known) return known;
  if (path !== null) {
    if (mutated.length === 0) plantLeaks();
    mutated.push(new Map(Object.entries(JSON.parse(readFileSync(path, "utf8")) as Record<string, string>)));
  }
  const loading = load(path === null ? "" : `?mutated=${mutated.length - 1}`);
  builds.set(path, loading);
  return loading;
}

replaceRandomness();
replaceClock();
followRequests();
const running = new Map<string, { stop: () => Promise<boolean> }>();

async function obey(order: HostOrder): Promise<string | undefined> {
  if (order.act === "close") {
    const server = running.get(order.name);
    running.delete(order.name);
    await server?.stop();
    await peeks.get(order.name)?.end();
    peeks.delete(order.name);
    return undefined;
  }
  const run = await build(order.mutated);
  // The boot, too, is the same in both worlds: what it writes to the log comes up in somebody's own record.
  const moment = { world: order.name, stream: order.stream, now: order.now, draws: new Map<string, number>() };
  if (order.mutated !== null) {
    const pool = new Pool({ connectionString: order.environment["DATABASE_URL"] ?? "", max: 2 });
    // A look may still be under way when its database is dropped.
    pool.on("error", () => undefined);
    peeks.set(order.name, pool);
  }
  const server = await moments.run(moment, () => run(order.environment));
  running.set(order.name, server);
  worlds.set(Number(new URL(server.url).port), order.name);
  return server.url;
}

process.on("message", (order: HostOrder) => {
  obey(order).then(
    (url) => process.send?.({ order: order.order, ...(url === undefined ? {} : { url }) } satisfies HostReply),
    (error: unknown) =>
      process.send?.({
        order: order.order,
        error: error instanceof Error ? (error.stack ?? error.message) : "failed",
      } satisfies HostReply),
  );
});
// Whoever started this process has gone.
process.on("disconnect", () => process.exit(0));
