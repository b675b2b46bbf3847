import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { demonstrationIssuer } from "../../src/composition/demonstration-issuer.ts";
import { CLIENT } from "../../src/demonstration/people.ts";
import { tinyPng } from "../access/png.ts";
import { writeNitf } from "../nitf/write-nitf.ts";
import { INSTALLATION } from "../server/tokens.ts";
import type { Ask, Who } from "./ask.ts";
import { environmentOf } from "./databases.ts";
import type { Ground } from "./databases.ts";
import type { Host } from "./host-process.ts";
import type { Person } from "./people.ts";
import type { Registry } from "./registry.ts";
import { Wire } from "./wire.ts";
import type { WireAnswer, WireCall } from "./wire.ts";

const TOKEN_SECONDS = 900;
const RENEWED_AFTER_MS = 600_000;

/** Tokens of people's sessions: each session one at a time, the same for both worlds. */
export class Tokens {
  readonly #people: ReadonlyMap<string, Person>;
  readonly #state: string;
  readonly #known = new Map<
    string,
    { readonly token: Promise<string>; readonly since: number; readonly session: string }
  >();

  /** @param state a folder with the keys of the demonstration's issuer */
  constructor(people: readonly Person[], state: string) {
    this.#people = new Map(people.map((person) => [person.handle, person]));
    this.#state = state;
  }

  /** Both worlds ask at once: what they wait for is one promise, so that they get one session. */
  of({ handle, level }: Who, now: number): Promise<string> {
    const key = `${handle}|${level}`;
    const known = this.#known.get(key);
    if (known && now - known.since < RENEWED_AFTER_MS) return known.token;
    const person = this.#people.get(handle);
    if (!person) return Promise.reject(new Error(`nobody is called ${handle}`));
    const session = known?.session ?? randomUUID();
    const token = this.#issue(person.id, session, level, now);
    this.#known.set(key, { token, since: now, session });
    return token;
  }

  async #issue(personId: string, sessionId: string, sessionLevel: Who["level"], now: number): Promise<string> {
    const { issuer } = await demonstrationIssuer(join(this.#state, "keys"), INSTALLATION);
    const request = { personId, clientId: CLIENT.id, sessionId, sessionLevel, purpose: "demonstration" };
    return issuer.issue(request, new Date(now), TOKEN_SECONDS);
  }
}

/** A world: a server over a ground, and what was made in it. */
export class World {
  readonly name: string;
  readonly ground: Ground;
  readonly #host: Host;
  readonly #origin: string;
  readonly #wire: Wire;
  readonly #tokens: Tokens;
  readonly #registry: Registry;

  private constructor(parts: {
    name: string;
    url: string;
    ground: Ground;
    host: Host;
    tokens: Tokens;
    registry: Registry;
  }) {
    this.name = parts.name;
    this.#origin = new URL(parts.url).origin;
    this.ground = parts.ground;
    this.#host = parts.host;
    this.#wire = new Wire(parts.url);
    this.#tokens = parts.tokens;
    this.#registry = parts.registry;
  }

  /** Starts a server in a host, as it would be started at `now`. */
  static async open(
    host: Host,
    name: string,
    on: { ground: Ground; tokens: Tokens; registry: Registry; boot: Moment },
  ): Promise<World> {
    const url = await host.open(name, on.boot, environmentOf(on.ground));
    return new World({ name, url, ground: on.ground, host, tokens: on.tokens, registry: on.registry });
  }

  /** What is sent for an ask. `stream` names the randomness of the answer, `local` the script's own names. */
  async callOf(ask: Ask, at: Moment, local: (name: string) => string | undefined): Promise<WireCall> {
    const own = (name: string): string | undefined =>
      local(name) ?? (name === "origin" ? this.#origin : name === "key.act" ? `act-${at.stream}` : undefined);
    const text = (value: string): string => this.#registry.resolve(value, own);
    const headers: Record<string, string> = { "x-request-id": `${at.stream};${at.now}` };
    if (ask.who) headers["authorization"] = `Bearer ${await this.#tokens.of(ask.who, at.now)}`;
    const body = bodyOf(ask, text);
    if (ask.graphql && ask.method !== "SUBSCRIBE") headers["content-type"] = "application/json";
    if (body !== undefined && ask.method !== "SUBSCRIBE") headers["content-length"] = String(Buffer.byteLength(body));
    for (const [header, value] of Object.entries(ask.headers ?? {})) headers[header] = text(value);
    return { method: ask.method, path: text(ask.path), headers, ...(body === undefined ? {} : { body }) };
  }

  /** Sends an ask. */
  async send(ask: Ask, at: Moment, local: (name: string) => string | undefined = () => undefined): Promise<WireAnswer> {
    const call = await this.callOf(ask, at, local);
    return ask.method === "SUBSCRIBE" ? this.#wire.subscribe(call) : this.#wire.call(call);
  }

  /** Lets somebody act and keeps what that made; false where it failed, null where what it acts on was not made. */
  async act(ask: Ask, at: Moment): Promise<boolean | null> {
    if (!this.#registry.knowsAll(`${ask.path} ${JSON.stringify(ask.graphql)}`)) return null;
    const answer = await this.send(ask, at);
    // 202: its bytes were received, and wait.
    if (answer.status !== 200 && answer.status !== 202) return false;
    if (ask.keep) return this.#registry.keep(ask, answer.body);
    return !answer.body.includes('"userErrors":[{');
  }

  /** Stops the server; its ground stays. */
  async close(): Promise<void> {
    this.#wire.close();
    await this.#host.close(this.name);
  }
}

/** When a request comes, and the name of its randomness. */
export interface Moment {
  readonly stream: string;
  readonly now: number;
}

function bodyOf(ask: Ask, text: (value: string) => string): Buffer | string | undefined {
  if (ask.graphql) return text(JSON.stringify(ask.graphql));
  if (ask.image !== undefined) return tinyPng(32 + (ask.image % 4) * 8, `picture ${ask.image}`);
  if (ask.nitf) {
    const [header, image] = ask.nitf.map((clas) => ({ clas, ...(clas === "" ? {} : { clsy: "US" }) }));
    return writeNitf({ ...(header ? { header } : {}), ...(image ? { image } : {}), width: 16, height: 16 });
  }
  if (ask.bytes !== undefined) return Buffer.alloc(ask.bytes, "a");
  return ask.text === undefined ? undefined : text(ask.text);
}
