import { Agent, request } from "node:http";

/** What a closed loop of callers did. */
export interface Load {
  readonly count: number;
  readonly perSecond: number;
  /** Milliseconds from asking to the whole answer. */
  readonly p50: number;
  readonly p99: number;
  /** Each call's milliseconds, ascending. */
  readonly times: readonly number[];
}

/** What calls of these milliseconds came to in so many seconds. */
export function loadOf(times: number[], seconds: number): Load {
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { count: times.length, perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99), times };
}

/**
 * Keeps `inFlight` calls under way for so many seconds, each begun when the one before it has ended. `warm` seconds before
 * that are not counted. What is answered within them counts, whenever it was asked. Ends with what the first failing call threw.
 */
export async function closedLoop(
  { inFlight, seconds, warm = 1 }: { readonly inFlight: number; readonly seconds: number; readonly warm?: number },
  signal: AbortSignal,
  call: (worker: number) => Promise<void>,
): Promise<Load> {
  const begin = performance.now() + warm * 1_000;
  const end = begin + seconds * 1_000;
  const times: number[] = [];
  const work = async (worker: number): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      const asked = performance.now();
      if (asked >= end) return;
      await call(worker);
      const answered = performance.now();
      if (answered >= begin && answered <= end) times.push(answered - asked);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, worker) => work(worker)));
  return loadOf(times, seconds);
}

/** What a closed loop did in all the time that it took. */
export interface Rate {
  readonly perSecond: number;
  /** Milliseconds from asking to the whole answer. */
  readonly p50: number;
}

/** As closedLoop, for calls that may take longer than the loop lasts: what was begun in time counts, to its end. */
export async function rate(
  { inFlight, seconds, warm }: { readonly inFlight: number; readonly seconds: number; readonly warm: number },
  signal: AbortSignal,
  call: (worker: number) => Promise<void>,
): Promise<Rate> {
  const turn = async (until: number, times: number[]): Promise<void> => {
    const work = async (worker: number): Promise<void> => {
      do {
        signal.throwIfAborted();
        const asked = performance.now();
        await call(worker);
        times.push(performance.now() - asked);
      } while (performance.now() < until);
    };
    await Promise.all(Array.from({ length: inFlight }, (_, worker) => work(worker)));
  };
  await turn(performance.now() + warm * 1_000, []);
  const times: number[] = [];
  const begin = performance.now();
  await turn(begin + seconds * 1_000, times);
  const perSecond = (times.length * 1_000) / (performance.now() - begin);
  times.sort((a, b) => a - b);
  return { perSecond, p50: times[Math.floor(times.length / 2)] ?? Number.NaN };
}

/** A client that keeps its connections, for one server. */
export class LoadClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL("/graphql", url);
  }

  /** Sends one document; throws unless the answer is 200 without errors. Returns its data. */
  async graphql(token: string, body: string): Promise<unknown> {
    const answer = (await this.post({ authorization: `Bearer ${token}` }, body)) as { data?: unknown };
    return answer.data;
  }

  /** Sends one body; throws unless the answer is 200 without errors. Returns the answer. */
  post(more: Readonly<Record<string, string>>, body: string): Promise<unknown> {
    const headers = {
      ...more,
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(this.#url, { method: "POST", agent: this.#agent, headers }, (incoming) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => parts.push(part));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const text = Buffer.concat(parts).toString("utf8");
          const answer = JSON.parse(text) as { data?: unknown; errors?: unknown };
          if (incoming.statusCode === 200 && answer.errors === undefined) resolve(answer);
          else reject(new Error(`refused: ${incoming.statusCode} ${text.slice(0, 300)}`));
        });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  /** Lets go of every connection. */
  close(): void {
    this.#agent.destroy();
  }
}
