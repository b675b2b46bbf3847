import { createInterface } from "node:readline";
import { closedLoop } from "./load.ts";
import { openWay } from "./log-appenders.ts";
import type { LogPlace, Way } from "./log-appenders.ts";

/** What one of several processes is told to do, as the first line of its input; the second line is the start. */
export interface ProducerOrder {
  readonly way: Way;
  readonly place: LogPlace;
  readonly inFlight: number;
  readonly seconds: number;
  readonly warm: number;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { way, place, inFlight, seconds, warm } = JSON.parse(String((await lines.next()).value)) as ProducerOrder;
const appender = await openWay(way, place, inFlight);
process.stdout.write('"ready"\n');
await lines.next();
const { times } = await closedLoop({ inFlight, seconds, warm }, new AbortController().signal, () => appender.append());
process.stdout.write(`${JSON.stringify(times)}\n`);
await appender.close();
process.stdin.destroy();
