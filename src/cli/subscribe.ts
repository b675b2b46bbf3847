import { DoorError, refusal } from "./door.ts";
import type { PublicError } from "./door.ts";
import { EXIT } from "./usage.ts";

interface Message {
  readonly type: string;
  readonly payload?: {
    readonly data?: Record<string, unknown>;
    readonly errors?: readonly PublicError[];
  } & readonly PublicError[];
}

const refused = ([error]: readonly PublicError[]): DoorError => refusal(error ?? { message: "for no reason" });

/**
 * What a subscription of the running server shows, as one person, until the caller has enough (protocol
 * graphql-transport-ws). Ends in order at SIGINT and SIGTERM. Throws DoorError where it is refused, or when the connection
 * breaks.
 */
export async function* follow(
  { url, token }: { readonly url: string; readonly token: string },
  query: string,
  variables: object,
): AsyncGenerator<Record<string, unknown>, void> {
  const place = new URL("/graphql", url);
  place.protocol = place.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(place, {
    protocols: ["graphql-transport-ws"],
    headers: { authorization: `Bearer ${token}` },
  });
  const waiting: (Record<string, unknown> | DoorError | null)[] = [];
  let wake: () => void = () => undefined;
  let opened = false;
  const put = (what: Record<string, unknown> | DoorError | null): void => {
    waiting.push(what);
    wake();
  };
  const send = (message: object): void => socket.send(JSON.stringify(message));
  socket.addEventListener("open", () => {
    opened = true;
    send({ type: "connection_init" });
  });
  socket.addEventListener("message", ({ data }) => {
    const { type, payload } = JSON.parse(String(data)) as Message;
    if (type === "connection_ack") send({ id: "1", type: "subscribe", payload: { query, variables } });
    else if (type === "ping") send({ type: "pong" });
    else if (type === "next") put(payload?.errors ? refused(payload.errors) : (payload?.data ?? {}));
    else if (type === "error") put(refused(payload ?? []));
    else if (type === "complete") put(null);
  });
  socket.addEventListener("close", ({ code }) => {
    const gone = `no server answers at ${place.host}, or it lets nobody in`;
    put(new DoorError(EXIT.unreachable, opened ? `the connection ended (${code})` : gone));
  });
  const stop = (): void => put(null);
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    for (;;) {
      const next = waiting.shift();
      if (next === null) return;
      if (next instanceof DoorError) throw next;
      if (next) yield next;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    socket.close();
  }
}
