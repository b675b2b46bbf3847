import type { Coverage } from "./coverage.ts";
import type { Comparison } from "./observe.ts";
import type { Pair } from "./pair.ts";
import { runScript } from "./run-case.ts";
import type { Difference } from "./run-case.ts";
import type { Case } from "./script.ts";

/** What kind of answer this was: status, and the code of an error or of the first refusal of an input. */
export function kindOf(status: number, body: string): string {
  const error = /"extensions":\{"code":"([A-Z_]+)"\}/.exec(body)?.[1];
  if (error !== undefined) return `${status} ${error}`;
  const refused = /"code":"([A-Z_]+)"/.exec(body)?.[1];
  return refused === undefined ? String(status) : `${status} refused ${refused}`;
}

/**
 * Runs a drawn case against both worlds of a pair and counts what it exercised: what is drawn next depends on it.
 *
 * @param key a name that no other script against this pair has
 * @param compared told of every answer that was compared
 * @returns the first difference, or null, as `runScript` does
 */
export async function runDrawn(
  pair: Pair,
  key: string,
  { observer, steps, generated, sources }: Case,
  coverage: Coverage,
  compared: (comparison: Comparison) => void = () => undefined,
): Promise<Difference | null> {
  const happened = new Set<string>([...sources].map((source) => `id ${source}`));
  const difference = await runScript(pair, key, observer, steps, (index, { answer, comparison, declassified }) => {
    compared(comparison);
    const body = answer.body.length < 400_000 ? answer.body.toString("latin1") : "";
    const kind = kindOf(answer.status, body);
    coverage.answer(kind);
    happened.add(kind.replace(/^200 refused .*/, "200 refused"));
    for (const name of declassified) happened.add(`declassified: ${name}`);
    if (/"edges":\[\{|"node":\{|"id":"/.test(body)) happened.add("rows");
    const document = generated[index];
    if (!document) return;
    const whole = answer.status === 200 && body !== "";
    const data = whole ? (JSON.parse(answer.body.toString()) as { data: unknown }).data : null;
    coverage.document(document.asked, document.given, data, observer.who);
  });
  if (steps.some((step) => "high" in step)) happened.add("acts of others in between");
  coverage.case(happened);
  return difference;
}
