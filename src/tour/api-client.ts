import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TourError } from "./story.ts";

const PATIENCE_MS = 120_000;
/** How an upload is refused that is below what the session was shown. */
const BELOW_STATUS = 409;

/** What a request carries; `below` confirms that nothing higher that the session was shown is in it. */
interface Body {
  readonly type: string;
  readonly bytes: string | Uint8Array<ArrayBuffer>;
  readonly below?: boolean;
}

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  /** By name, without the moment at which it was sent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A GraphQL answer without errors. */
export interface GraphQLAnswer<T> {
  readonly data: T;
  /** Banner over everything in the answer; null when it discloses nothing. */
  readonly marking: string | null;
  readonly answer: Answer;
}

/** What was wrong with an input, as the API says it. */
export interface UserErrorAnswer {
  readonly code: string;
  readonly message: string;
  readonly ids: readonly string[];
}

/** Fields of one mutation: its input type and what is asked of the payload. */
export interface Mutation {
  readonly field: string;
  readonly select: string;
}

/** What a mutation answered. */
export type Payload<T> = T & { readonly userErrors: readonly UserErrorAnswer[] };

/** Root fields of one document, and bytes of their inputs: below what the server takes. */
const MOST_FIELDS = 20;
const MOST_BYTES = 200_000;
/** Documents of one person under way at once. */
const AT_ONCE = 3;

/** The public API as one person uses it: GraphQL, uploads and downloads with that person's token. */
export class ApiClient {
  readonly handle: string;
  readonly #url: string;
  readonly #token: string;
  #requests = 0;
  #acts = 0;

  constructor(url: string, handle: string, token: string) {
    this.#url = url;
    this.handle = handle;
    this.#token = token;
  }

  /** How many requests were sent. */
  get requests(): number {
    return this.#requests;
  }

  /** Sends one request. Throws REFUSED only when nobody answers. */
  async send(method: string, path: string, body?: Body): Promise<Answer> {
    const reply = await this.#fetch(method, path, body);
    const headers = Object.fromEntries([...reply.headers].filter(([name]) => name !== "date"));
    return { status: reply.status, headers, body: Buffer.from(await reply.arrayBuffer()) };
  }

  /** Sends the bytes of an image; where they are below what the session was shown, its person confirms it when asked. */
  async upload(path: string, type: string, bytes: Uint8Array<ArrayBuffer>): Promise<Answer> {
    const answer = await this.send("PUT", path, { type, bytes });
    return answer.status === BELOW_STATUS ? this.send("PUT", path, { type, bytes, below: true }) : answer;
  }

  /** Sends a document. Throws REFUSED with the code of the public error when it is refused as a whole. */
  async graphql<T>(query: string, variables: object = {}): Promise<GraphQLAnswer<T>> {
    const bytes = JSON.stringify({ query, variables });
    const answer = await this.send("POST", "/graphql", { type: "application/json", bytes });
    const parsed = parseJson(answer.body);
    if (parsed?.data === undefined || parsed.data === null || parsed.errors !== undefined) {
      throw new TourError(
        "REFUSED",
        `${this.handle} was refused: ${parsed?.errors?.[0]?.extensions?.code ?? `status ${answer.status}`}`,
      );
    }
    return { data: parsed.data as T, marking: parsed.extensions?.marking ?? null, answer };
  }

  /** Does one act. Refusals of the input are in the payload. */
  async mutate<T>(mutation: Mutation, input: object): Promise<Payload<T>> {
    const [payload] = await this.mutateMany<T>(mutation, [input]);
    if (!payload) throw new TourError("REFUSED", `${mutation.field} answered nothing`);
    return payload;
  }

  /** Does many acts of one kind in few round trips, a few of them side by side. Payloads come in the order of the inputs. */
  async mutateMany<T>({ field, select }: Mutation, inputs: readonly object[]): Promise<Payload<T>[]> {
    const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input!`;
    const send = async (batch: readonly object[]): Promise<Payload<T>[]> => {
      const variables = Object.fromEntries(
        batch.map((input, at) => [`i${at}`, { ...input, idempotencyKey: this.#nextKey() }]),
      );
      const names = batch.map((_, at) => `$i${at}: ${type}`).join(", ");
      const fields = batch.map(
        (_, at) => `a${at}: ${field}(input: $i${at}) { ${select} userErrors { code message ids } }`,
      );
      const { data } = await this.graphql<Record<string, Payload<T>>>(
        `mutation(${names}) { ${fields.join(" ")} }`,
        variables,
      );
      return batch.map((_, at) => {
        const payload = data[`a${at}`];
        if (!payload) throw new TourError("REFUSED", `${field} answered nothing`);
        return payload;
      });
    };
    // The people of the tour look at everything first, and label what is lower afterwards: each confirms it when asked.
    const act = async (batch: readonly object[]): Promise<Payload<T>[]> => {
      const payloads = await send(batch);
      const asked = batch.filter((_, at) => payloads[at]?.userErrors[0]?.code === "BELOW_HIGHWATER");
      const confirmed =
        asked.length === 0 ? [] : await send(asked.map((input) => ({ ...input, belowHighWater: true })));
      return batch
        .map((input, at) => confirmed[asked.indexOf(input)] ?? payloads[at])
        .filter((one) => one !== undefined);
    };
    const waiting = [...batches(inputs, MOST_FIELDS)].entries();
    const payloads: Payload<T>[][] = [];
    const work = async (): Promise<void> => {
      for (const [at, batch] of waiting) payloads[at] = await act(batch);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return payloads.flat();
  }

  /** Receives a body into a file of its own and returns its size in bytes. Throws REFUSED for any answer but 200. */
  async download(path: string, file: string): Promise<number> {
    const reply = await this.#fetch("GET", path);
    if (reply.status !== 200 || !reply.body)
      throw new TourError("REFUSED", `${this.handle} was refused at ${path}: status ${reply.status}`);
    const target = createWriteStream(file, { mode: 0o600 });
    await pipeline(Readable.fromWeb(reply.body), target);
    return target.bytesWritten;
  }

  async #fetch(method: string, path: string, body?: Body): Promise<Response> {
    this.#requests += 1;
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(body ? { "content-type": body.type } : {}),
      ...(body?.below === true ? { "caveat-below-high-water": "true" } : {}),
    };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    try {
      return await fetch(new URL(path, this.#url), {
        method,
        headers,
        signal,
        redirect: "error",
        ...(body ? { body: body.bytes } : {}),
      });
    } catch (cause) {
      throw new TourError("REFUSED", `no answer to ${method} ${path}`, { cause });
    }
  }

  #nextKey(): string {
    this.#acts += 1;
    return `tour-${this.handle}-${this.#acts}`;
  }
}

/** The only refusal of a payload by its code; null when it was done. */
export function refusal(payload: Payload<unknown>): UserErrorAnswer | null {
  return payload.userErrors[0] ?? null;
}

/** A payload that must not be a refusal. Throws REFUSED with what the API said. */
export function done<T>(payload: Payload<T>, what: string): T {
  const refused = refusal(payload);
  if (refused) throw new TourError("REFUSED", `${what}: ${refused.code}, ${refused.message}`);
  return payload;
}

/** Cuts a list into parts of at most so many inputs, and of about {@link MOST_BYTES} as JSON. */
export function* batches<T extends object>(inputs: readonly T[], most: number): Generator<T[]> {
  let batch: T[] = [];
  let size = 0;
  for (const input of inputs) {
    const length = JSON.stringify(input).length;
    if (batch.length === most || (batch.length > 0 && size + length > MOST_BYTES)) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(input);
    size += length;
  }
  if (batch.length > 0) yield batch;
}

interface Envelope {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  readonly extensions?: { readonly marking?: string | null };
}

function parseJson(body: Buffer): Envelope | null {
  try {
    return JSON.parse(body.toString("utf8")) as Envelope;
  } catch {
    return null;
  }
}
