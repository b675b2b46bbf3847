import { randomUUID } from "node:crypto";
import { readConfig } from "../config.ts";
import { demonstrationToken } from "./token.ts";
import { EXIT, UsageError } from "./usage.ts";

/** A refusal or an unreachable server, with the exit code that it ends the command with. */
export class DoorError extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Asks the running server as one person. Throws DoorError when nobody answers or the answer is a refusal. */
export interface Door {
  /** The data of a query. */
  readonly ask: (query: string, variables?: object) => Promise<Record<string, unknown>>;
  /** Runs a mutation `field` with an input of type `inputType` and returns its payload. Throws on a user error. */
  readonly act: (field: string, inputType: string, input: object, shows: string) => Promise<Record<string, unknown>>;
}

/** Options of every command that goes through the door. */
export const DOOR_OPTIONS = ["as", "level", "url", "below"] as const;

/** What the help of such a command says of them. */
export const DOOR_HELP = `--as PERSON  who asks: a person of the demonstration (where nobody is named above, sofia, to approve silas: security
             officers); in production give a token in CAVEAT_TOKEN instead
--level L    session level U, C, S or TS: a ceiling on what is told (demonstration)
--url URL    where the server is (default http://127.0.0.1:4000, or PORT)
--below confirmed   with CAVEAT_TOKEN: nothing higher that its session was shown is in what is written here`;

/** An error as the server tells it. */
export interface PublicError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** A refusal by the server. */
export function refusal({ message, extensions }: PublicError): DoorError {
  return new DoorError(EXIT.failed, `refused: ${message}${extensions?.code ? ` (${extensions.code})` : ""}`);
}

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly PublicError[];
}

interface UserError {
  readonly code: string;
  readonly message: string;
}

/**
 * The token of the person whom the options name, and where the server is; `begins` where the session begins with the command.
 * Throws UsageError.
 */
export async function callerOf(
  options: Partial<Record<(typeof DOOR_OPTIONS)[number], string>>,
  who: string,
): Promise<{ token: string; url: string; begins: boolean }> {
  const config = readConfig();
  const given = process.env["CAVEAT_TOKEN"];
  if (given === undefined && config.mode !== "demonstration")
    throw new UsageError("production mode: give a token in CAVEAT_TOKEN");
  const token =
    given ?? (await demonstrationToken(config.stateFolder, config.installation, options.as ?? who, options.level));
  return { token, url: options.url ?? `http://127.0.0.1:${config.port}`, begins: given === undefined };
}

/** The door as the person whom the options name; every question stands in the log as his. */
export async function openDoor(
  options: Partial<Record<(typeof DOOR_OPTIONS)[number], string>>,
  who = "sofia",
): Promise<Door> {
  const caller = await callerOf(options, who);
  const { token, begins } = caller;
  // A session that begins with the command has shown nothing to whoever wrote its words; of any other he says it himself.
  const belowHighWater = begins || options.below === "confirmed";
  const url = new URL("/graphql", caller.url);
  const ask: Door["ask"] = async (query, variables = {}) => {
    const reply = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    }).catch(() => null);
    if (!reply) throw new DoorError(EXIT.unreachable, `no server answers at ${url.origin}`);
    const text = await reply.text();
    let answer: Answer;
    try {
      answer = JSON.parse(text) as Answer;
    } catch {
      throw new DoorError(EXIT.failed, `refused: ${reply.status}`);
    }
    if (!reply.ok || !answer.data) {
      throw refusal(answer.errors?.[0] ?? { message: String(reply.status) });
    }
    return answer.data;
  };
  return {
    ask,
    act: async (field, inputType, input, shows) => {
      const query = `mutation ($input: ${inputType}!) { ${field}(input: $input) { ${shows} userErrors { code message } } }`;
      const data = await ask(query, { input: { idempotencyKey: randomUUID(), belowHighWater, ...input } });
      const payload = data[field] as Record<string, unknown> & { readonly userErrors: readonly UserError[] };
      const [refused] = payload.userErrors;
      if (refused) throw new DoorError(EXIT.failed, `${refused.message} (${refused.code})`);
      return payload;
    },
  };
}

/** Every node of a paged list, page by page. `page` makes the query's variables for what comes after a cursor. */
export async function* allNodes<T>(
  door: Door,
  field: string,
  query: string,
  variables: object,
  first = 50,
): AsyncGenerator<T> {
  let after: string | null = null;
  for (;;) {
    const data = await door.ask(query, { ...variables, first, after });
    const page = data[field] as {
      readonly edges: readonly { readonly node: T }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    } | null;
    if (!page) throw new DoorError(EXIT.failed, "not found");
    for (const { node } of page.edges) yield node;
    if (!page.pageInfo.hasNextPage) return;
    after = page.pageInfo.endCursor;
  }
}
