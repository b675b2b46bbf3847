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

/** Asks a question. */
export const query = <T>(text: string, variables: object = {}): Promise<Answer<T>> =>
  post<T>("/graphql", { query: text, variables });

/** What the server sends to be read piece by piece. Throws Refused; an abort passes through. */
export async function received(path: string, signal: AbortSignal): Promise<Response> {
  const response = await ask(path, { signal });
  if (response.ok) return response;
  throw refusedBy(response, (await response.json().catch(() => ({}))) as Body<never>);
}

interface Payload {
  readonly userErrors: readonly {
    readonly code: string;
    readonly message: string;
    readonly ids: readonly string[];
  }[];
}

/** Does something once, however often it is sent: the key is the caller's for this act. Throws Refused with the refusal's code. */
export async function mutate<T extends object>(
  field: string,
  input: object,
  selection: string,
  key: string = crypto.randomUUID(),
): Promise<Answer<T>> {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
  const text = `mutation ($input: ${type}!) { act: ${field}(input: $input) { ${selection} userErrors { code message ids } } }`;
  const { data, marking } = await query<{ act: T & Payload }>(text, { input: { ...input, idempotencyKey: key } });
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

/** Ends the session, and tells the other pages. */
export async function signOut(): Promise<void> {
  try {
    await fetch("/session", { method: "DELETE" });
  } finally {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel takes none: all that listen are of our origin
    sessions.postMessage("another session");
  }
}
