import { forgetKept } from "./copy-store.ts";
import type { Refusal } from "./generated/fragments.ts";
import { answered, asked } from "./operation.ts";
import type { Operation } from "./operation.ts";
import type { Ground } from "../../src/geodesy/ground.ts";

/** Why a request has no data: the public code, or the code of the first refusal of its input. */
export class Refused extends Error {
  readonly code: string;
  /** Objects that the refusal names. */
  readonly ids: readonly string[];

  constructor(code: string, message = code, ids: readonly string[] = []) {
    super(message);
    this.code = code;
    this.ids = ids;
  }
}

/** Data with the banner over all of it, which the server worked out. */
export interface Answer<T> {
  readonly data: T;
  readonly marking: string | null;
}

/** A list as the server gives it, in pages. */
export interface Edges<T> {
  readonly edges: readonly { readonly node: T }[];
}

/** What is in a page of a list. */
export const nodes = <T>({ edges }: Edges<T>): readonly T[] => edges.map(({ node }) => node);

interface Body<T> {
  readonly data?: T;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  readonly extensions?: { readonly marking?: string | null };
}

/** How far the server's clock is ahead of this machine's, in milliseconds, as its last answer told. */
let ahead = 0;

/** Now by the server's clock: leases and views are over by that one. */
export const serverNow = (): number => Date.now() + ahead;

function noteClock({ headers }: Response): void {
  const told = Date.parse(headers.get("date") ?? "");
  if (!Number.isNaN(told)) ahead = told - Date.now();
}

/** Asks the server; a session's cookie goes along. Throws Refused where nothing comes back, and passes an abort through. */
async function ask(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, init).catch(() => {
    init.signal?.throwIfAborted();
    throw new Refused("NO_ANSWER");
  });
  noteClock(response);
  return response;
}

const refusedBy = ({ status }: Response, { errors }: Body<unknown>): Refused =>
  new Refused(errors?.[0]?.extensions?.code ?? `${status}`);

/** Sends JSON in the session of whoever is signed in. Throws Refused. */
async function post<T>(path: string, body: unknown): Promise<Answer<T>> {
  const response = await ask(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Body<T>;
  if (answer.data === undefined) throw refusedBy(response, answer);
  return { data: answer.data, marking: answer.extensions?.marking ?? null };
}

async function send<Data, Variables>(operation: Operation<Data, Variables>, variables: object): Promise<Answer<Data>> {
  const { data, marking } = await post<object>("/graphql", asked(operation, variables));
  return { data: answered(operation, data), marking };
}

/** Asks a question; of one that takes nothing, or needs nothing of what it takes, without variables. Throws Refused. */
export function query<Data>(operation: Operation<Data, Record<string, never>>): Promise<Answer<Data>>;
export function query<Data, Variables extends object>(
  operation: Operation<Data, Variables>,
  variables: NoInfer<Variables>,
): Promise<Answer<Data>>;
export function query<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: object = {},
): Promise<Answer<Data>> {
  return send(operation, variables);
}

/** Who asks, as the server tells of him. Throws Refused where he may see nothing just now: he is nobody here. */
export function caller<T>(viewer: T | null): T {
  if (viewer === null) throw new Refused("UNAUTHENTICATED");
  return viewer;
}

/** What the server sends to be read piece by piece. Throws Refused; an abort passes through. */
export async function received(path: string, signal: AbortSignal): Promise<Response> {
  const response = await ask(path, { signal });
  if (response.ok) return response;
  throw refusedBy(response, (await response.json().catch(() => ({}))) as Body<never>);
}

/** What an act answers, beside what its operation asks of it. */
export interface Payload {
  readonly userErrors: readonly Refusal[];
}

/** What an act takes. The key is not of what is done, and goes beside it. */
export interface Act {
  readonly idempotencyKey: string;
  readonly belowHighWater?: boolean | null;
}

/** An operation that does something. */
export type Mutation<T extends Payload, Input extends Act> = Operation<{ readonly act: T }, { readonly input: Input }>;

/** What is to be done, without the key of the act. */
export type Unkeyed<Input extends Act> = Omit<Input, "idempotencyKey">;

/** Does something once, however often it is sent: the key is the caller's for this act. Throws Refused with the refusal's code. */
export async function mutate<T extends Payload, Input extends Act>(
  operation: Mutation<T, Input>,
  input: NoInfer<Unkeyed<Input>>,
  key: string = crypto.randomUUID(),
): Promise<Answer<T>> {
  const { data, marking } = await send(operation, { input: { ...input, idempotencyKey: key } });
  const [refusal] = data.act.userErrors;
  if (refusal) throw new Refused(refusal.code, refusal.message, refusal.ids);
  return { data: data.act, marking };
}

/** An image that is open for looking at its tiles. */
export interface View {
  readonly view: string;
  readonly until: string;
  readonly width: number;
  readonly height: number;
  readonly tileSide: number;
  readonly levels: number;
  /** The level that is one tile: the image's thumbnail. */
  readonly thumbnail: number;
  /** Where it lies on the ground; null where that was not read when the image was received. */
  readonly ground: Ground | null;
}

/** Opens an image; good for a minute. */
export const openView = async (assetId: string): Promise<View> =>
  (await post<View>(`/assets/${assetId}/view`, {})).data;

/** One tile; null where the view is over, or there is none. */
export async function tile(view: View, level: number, column: number, row: number): Promise<ImageBitmap | null> {
  const response = await fetch(`/views/${view.view}/${level}/${column}/${row}`);
  return response.ok ? createImageBitmap(await response.blob()) : null;
}

/** Pages of this server in this browser: each is told where somebody signs in or out. */
export const sessions = new BroadcastChannel("caveat-session");

/** What the other pages are told when somebody signed out: whatever this browser kept for him goes. */
export const SIGNED_OUT = "signed out";

/** Ends the session, removes what this browser kept of the work, and tells the other pages; whether the server ended it just now. */
export async function signOut(): Promise<boolean> {
  try {
    await forgetKept();
    return (await fetch("/session", { method: "DELETE" })).ok;
  } finally {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel takes none: all that listen are of our origin
    sessions.postMessage(SIGNED_OUT);
  }
}
