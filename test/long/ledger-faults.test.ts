import { expect, test } from "vitest";
import { endEverything } from "../server/running-server.ts";
import { outsideProgram } from "../outside-programs.ts";
import { FAULTS, ProcessFaults } from "../ledger-faults/process-faults.ts";
import type { FaultReport } from "../ledger-faults/process-faults.ts";
import type { FaultCampaign } from "../ledger-faults/report.ts";
import { writeFaultReport } from "../ledger-faults/report.ts";
import { ServerCuts } from "../ledger-faults/server-cuts.ts";
import { WireCuts } from "../ledger-faults/wire-cuts.ts";

const SEED = 90_210;
const TIMES = 40;
const IN_FLIGHT = [1, 3] as const;
/** Of the messages of a whole server, which are thousands in a turn, the wire is cut at each one of so many. */
const EACH_MESSAGE = 7;
const HOURS_MS = 3 * 3_600_000;
/** Faults between two lines of progress. */
const TELL_EACH = 40;

function tell(done: number, of: number, what: string): void {
  if (done % TELL_EACH === 0 || done === of) process.stderr.write(`${what}: ${done} of ${of}\n`);
}

interface Wire {
  turns: number;
  cuts: number;
  messages: number;
  refused: number;
  found: number;
  readonly faults: string[];
}

/** Cuts the wire at each message of a turn, in each way. */
async function cutEverywhere(): Promise<Wire> {
  const wire = await WireCuts.open();
  const all: Wire = { turns: 0, cuts: 0, messages: 0, refused: 0, found: 0, faults: [] };
  try {
    for (const inFlight of IN_FLIGHT) {
      const { messages } = await wire.turn(null, inFlight);
      all.messages = Math.max(all.messages, messages);
      for (let message = 1; message <= messages; message += 1)
        for (const when of ["before", "after"] as const) {
          const cut = { message, when, all: message % 3 === 0 };
          const turn = await wire.turn(cut, inFlight);
          all.turns += 1;
          tell(2 * message - (when === "before" ? 1 : 0), 2 * messages, `wire, ${inFlight} in flight`);
          all.cuts += turn.cuts;
          all.refused += turn.refused;
          for (const fault of turn.faults) all.faults.push(`${JSON.stringify(cut)} ${fault}`);
        }
    }
    all.found = wire.found;
  } finally {
    await wire.close();
  }
  return all;
}

/** Cuts the wire of a whole server at every so many messages of a turn, before one or after it. */
async function cutServer(): Promise<FaultCampaign["server"]> {
  const server = await ServerCuts.open();
  const all = { turns: 0, cuts: 0, messages: 0, inDoubt: 0, acknowledged: 0, faults: [] as string[] };
  try {
    all.messages = (await server.turn(null)).messages;
    for (let message = 1; message <= all.messages; message += EACH_MESSAGE) {
      const { turns } = all;
      const cut = { message, when: turns % 2 === 0 ? "before" : "after", all: turns % 3 === 0 } as const;
      const turn = await server.turn(cut);
      all.turns += 1;
      tell(all.turns, Math.ceil(all.messages / EACH_MESSAGE), "a whole server's wire");
      all.cuts += turn.cuts;
      all.inDoubt += turn.inDoubt;
      for (const fault of turn.faults) all.faults.push(`${JSON.stringify(cut)} ${fault}`);
    }
    all.faults.push(...(await server.lookAtLog()));
    all.acknowledged = server.acknowledged;
    return all;
  } finally {
    await server.close();
    await endEverything();
  }
}

test(
  "I10 after each of a thousand faults every acknowledged entry is in the log, and no two checkpoints contradict each other",
  async () => {
    const begin = performance.now();
    const server = await cutServer();
    const wire = await cutEverywhere();
    const { present } = outsideProgram("cc");
    const faults = await ProcessFaults.open(SEED, present);
    const processes: FaultReport[] = [];
    try {
      const kinds = present ? FAULTS : FAULTS.filter((each) => !/fsync|disk/.test(each));
      for (let time = 0; time < TIMES; time += 1)
        for (const fault of kinds) {
          processes.push(await faults.once(fault));
          tell(processes.length, TIMES * kinds.length, "processes, disks and clocks");
        }
    } finally {
      writeFaultReport({
        date: new Date().toISOString(),
        seconds: Math.round((performance.now() - begin) / 1_000),
        wire,
        server,
        processes,
        found: faults.found,
        entries: await faults.entries(),
        seed: SEED,
      });
      await faults.close();
    }
    expect([...wire.faults, ...server.faults]).toEqual([]);
    expect(processes.filter((report) => report.faults.length > 0)).toEqual([]);
    expect(wire.cuts + server.cuts + processes.filter(({ happened }) => happened).length).toBeGreaterThanOrEqual(1_000);
  },
  HOURS_MS,
);
