import { setTimeout } from "node:timers/promises";
import type { Ask, Step } from "./ask.ts";
import { declassify, partedBy } from "./declassified.ts";
import { Earlier } from "./earlier.ts";
import { compare, firstDifference } from "./observe.ts";
import type { Comparison } from "./observe.ts";
import type { Observer, Pair } from "./pair.ts";
import type { WireAnswer } from "./wire.ts";
import type { World } from "./world.ts";

const TRIES_READY = 40;

/** Two worlds that answered one ask differently. */
export interface Difference {
  readonly step: number;
  readonly ask: Ask;
  readonly where: string;
}

/** What came of a step. */
export interface StepResult {
  readonly answer: WireAnswer;
  readonly comparison: Comparison;
  readonly declassified: readonly string[];
}

/**
 * Runs a script against both worlds of a pair, step by step, and compares what its observer gets.
 *
 * @param key a name that no other script against this pair has
 * @param note told of every answer that was compared
 * @returns the first difference, or null: also where the worlds part in what may show, which is the last script of a pair
 */
export async function runScript(
  pair: Pair,
  key: string,
  observer: Observer,
  steps: readonly Step[],
  note: (step: number, result: StepResult) => void = () => undefined,
): Promise<Difference | null> {
  const known = new Set(pair.registry.items.map(({ id }) => id));
  const earlier = { a: new Earlier(key), b: new Earlier(key) };
  for (const [index, step] of steps.entries()) {
    if ("high" in step) {
      await pair.act(`${key}-${index}`, step.high);
      continue;
    }
    const moment = pair.moment(`${key}-${index}`);
    const ask = async (world: World, own: Earlier): Promise<WireAnswer> => world.send(step.low, moment, own.local);
    let answers = await Promise.all([ask(pair.a, earlier.a), ask(pair.b, earlier.b)]);
    // Whether a server is ready just now is a matter of the machine's load: it is asked again until both have answered.
    for (let again = 0; again < TRIES_READY && step.low.path === "/readyz"; again += 1) {
      if (answers.every(({ status }) => status !== 503)) break;
      await setTimeout(250);
      answers = await Promise.all([ask(pair.a, earlier.a), ask(pair.b, earlier.b)]);
    }
    const [a, b] = answers.map((answer) => declassify(answer, step.low, observer)) as [
      ReturnType<typeof declassify>,
      ReturnType<typeof declassify>,
    ];
    const comparison = compare(a.answer, b.answer);
    const parted = comparison === "different" ? partedBy(a.answer, b.answer, step.low, observer) : null;
    if (parted !== null) {
      note(index, { answer: answers[0], comparison: "same", declassified: [...a.by, parted] });
      pair.part();
      return null;
    }
    note(index, { answer: answers[0], comparison, declassified: a.by });
    if (comparison === "different") return { step: index, ask: step.low, where: firstDifference(a.answer, b.answer) };
    earlier.a.note(answers[0].body, known);
    earlier.b.note(answers[1].body, known);
  }
  return null;
}
