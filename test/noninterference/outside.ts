import type { GraphQLSchema } from "graphql";
import type { Ask } from "./ask.ts";
import { graphqlAsk } from "./ask.ts";
import { Coverage } from "./coverage.ts";
import { Dice } from "./dice.ts";
import { Documents } from "./documents.ts";
import { Earlier } from "./earlier.ts";
import { HttpAsks } from "./http-asks.ts";
import { InputValues } from "./input-values.ts";
import { comparable } from "./outside-redaction.ts";
import { Pools } from "./pools.ts";
import { Registry } from "./registry.ts";
import { Wire } from "./wire.ts";
import type { WireAnswer, WireCall } from "./wire.ts";

/** Two servers that somebody prepared, and as whom they are asked. */
export interface Outside {
  readonly a: string;
  readonly b: string;
  readonly token: string;
  /** Somebody who sees more: asked for ids only. */
  readonly highToken: string | null;
  readonly schema: GraphQLSchema;
  readonly seed: string;
}

/** Two servers that answered one request differently. */
export interface OutsideDifference {
  readonly seed: string;
  /** Number of the case and of its step. */
  readonly path: string;
  readonly request: { readonly method: string; readonly path: string; readonly body: string | null };
  readonly a: string;
  readonly b: string;
}

const LEARNING = 60;
const WHO = { handle: "token", level: "TS" } as const;

/** The generator against two servers from outside: it knows the schema, a token, and what it learns by asking. */
export class OutsideRun {
  readonly #parts: Outside;
  readonly #wires: readonly [Wire, Wire];
  readonly #registry = new Registry();
  readonly #common = new Set<string>();
  readonly coverage: Coverage;
  asks = 0;

  constructor(parts: Outside) {
    this.#parts = parts;
    this.#wires = [new Wire(parts.a), new Wire(parts.b)];
    this.coverage = new Coverage(parts.schema);
  }

  #call(ask: Ask, token: string, local: (name: string) => string | undefined): WireCall {
    const text = (value: string): string => this.#registry.resolve(value, local);
    const body = ask.graphql
      ? text(JSON.stringify(ask.graphql))
      : ask.bytes === undefined
        ? ask.text
        : "a".repeat(ask.bytes);
    const headers: Record<string, string> = {
      ...(ask.who ? { authorization: `Bearer ${token}` } : {}),
      ...(ask.graphql ? { "content-type": "application/json" } : {}),
      ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
      ...ask.headers,
    };
    return { method: ask.method, path: text(ask.path), headers, ...(body === undefined ? {} : { body }) };
  }

  #document(dice: Dice, kind: "query" | "mutation"): { ask: Ask; told: (data: unknown) => void } {
    const values = new InputValues(dice, new Pools(dice, this.#registry, () => true), this.#registry.nouns);
    const { query, variables, asked } = new Documents(this.#parts.schema, dice, values, this.coverage).draw(kind);
    return {
      ask: graphqlAsk(WHO, query, variables),
      told: (data) => this.coverage.document(asked, values.given, data),
    };
  }

  /** Learns ids by asking; returns how many. What both servers show is common, the rest belongs to one world. */
  async learn(): Promise<number> {
    const seen: [Set<string>, Set<string>] = [new Set(), new Set()];
    const { token, highToken, seed } = this.#parts;
    for (const [as, who] of [token, ...(highToken === null ? [] : [highToken])].entries()) {
      for (let number = 0; number < LEARNING; number += 1) {
        const { ask } = this.#document(new Dice(`${seed}/learn/${as}/${number}`), "query");
        const call = this.#call(ask, who, () => undefined);
        const answers = await Promise.all(this.#wires.map((wire) => wire.call(call)));
        for (const [world, answer] of answers.entries()) {
          for (const [text] of answer.body.toString("latin1").matchAll(/[A-Za-z0-9_-]{48,100}|[0-9a-f]{96}/g))
            seen[world === 0 ? 0 : 1].add(text);
          this.#registry.discover(answer.body, as === 0 ? "base" : "high");
        }
      }
    }
    for (const text of seen[0]) if (seen[1].has(text)) this.#common.add(text);
    return this.#registry.items.length;
  }

  /** Runs one case of one to four requests; the first that is answered differently, or null. */
  async case(number: number): Promise<OutsideDifference | null> {
    const dice = new Dice(`${this.#parts.seed}/${number}`);
    const key = `ni${this.#parts.seed}x${number}x${Date.now()}`;
    const earlier = [new Earlier(key), new Earlier(key)] as const;
    const http = new HttpAsks(dice, new Pools(dice, this.#registry, () => true), WHO, true);
    for (let step = 0, steps = dice.between(1, 4); step < steps; step += 1) {
      const kind = dice.weighted([
        [60, "query"],
        [20, "mutation"],
        [20, "http"],
      ] as const);
      const { ask, told } = kind === "http" ? { ask: http.draw(), told: () => undefined } : this.#document(dice, kind);
      const calls = earlier.map(({ local }) => this.#call(ask, this.#parts.token, local));
      const [a, b] = (await Promise.all(calls.map((call, world) => this.#wires[world === 0 ? 0 : 1].call(call)))) as [
        WireAnswer,
        WireAnswer,
      ];
      this.asks += 1;
      const now = Date.now();
      const [one, other] = [comparable(a, this.#common, now), comparable(b, this.#common, now)];
      if (one !== other) {
        const [call] = calls;
        const body = call?.body === undefined ? null : String(call.body).slice(0, 4_000);
        return {
          seed: this.#parts.seed,
          path: `${number}:${step}`,
          request: { method: call?.method ?? "", path: call?.path ?? "", body },
          ...around(one, other),
        };
      }
      if (a.status === 200 && ask.graphql) told((JSON.parse(a.body.toString()) as { data?: unknown }).data);
      earlier[0].note(a.body, this.#common);
      earlier[1].note(b.body, this.#common);
    }
    return null;
  }

  /** Lets go of the connections. */
  end(): void {
    for (const wire of this.#wires) wire.close();
  }
}

/** Where two texts part. */
function around(one: string, other: string): { a: string; b: string } {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const part = (text: string): string => text.slice(Math.max(0, at - 200), at + 300);
  return { a: part(one), b: part(other) };
}
