import { logText, printable } from "../output.ts";
import type { CitedPolicy, DecisionsReport, NotChecked, RecomputedDecisions } from "./decisions-report.ts";

/** The report of recomputed decisions as lines of text; the first is the verdict. */
export function decisionsText(report: DecisionsReport, quiet: boolean): string {
  const { log, recomputed, policies, notShown } = report;
  if (recomputed === null) {
    const more = quiet ? [] : ["No decision was looked at: what is shown of decisions is of a log that verifies."];
    return [logText(log, quiet), ...more].join("\n");
  }
  const verdict = verdictOf(log.origin, recomputed);
  if (quiet) return printable(verdict);
  const { agree, differ, entries, differences, notChecked } = recomputed;
  const unlisted = differ - differences.length;
  return printable(
    [
      verdict,
      ...differences.map(({ code, at, sentence }) => `  ${code} at entry ${at.index}: ${sentence}`),
      ...(unlisted > 0 ? [`  There are ${unlisted} more decisions that differ, which are not listed.`] : []),
      `Decisions: ${agree} agree, ${differ} ${differ === 1 ? "differs" : "differ"}, in ${counted(entries.checked)}; ${counted(entries.withoutDecisions)} took none`,
      ...notChecked.map((one) => `  ${notCheckedText(one)}`),
      ...policiesText(recomputed, policies),
      ...notShown,
      `The log itself: ${logText(log, false)}`,
    ].join("\n"),
  );
}

function policiesText(recomputed: RecomputedDecisions, given: readonly string[]): readonly string[] {
  const { policiesCarried, policiesCarriedUncited, policiesNotGiven, policiesNotNamed } = recomputed;
  const cited = ({ version, entries }: CitedPolicy): string => `${version}, cited by ${counted(entries)}`;
  return [
    ...policiesNotGiven.map((one) => `  Neither given nor in the archive: ${cited(one)}`),
    ...given.map((version) => `Policy given: ${version}`),
    ...policiesCarried.map((one) => `Policy in the archive: ${cited(one)}`),
    ...(policiesCarriedUncited > 0
      ? [`Policies in the archive that no open entry cites: ${policiesCarriedUncited}`]
      : []),
    ...policiesNotNamed.map((one) => `No open entry says that it came into force: ${cited(one)}`),
  ];
}

function verdictOf(origin: string, { agree, differ, entries, differences }: RecomputedDecisions): string {
  const unchecked = entries.notChecked === 0 ? "" : ` NOT CHECKED: ${counted(entries.notChecked)}.`;
  if (differ > 0) {
    const many = `${differ} of the ${agree + differ} decisions that were recomputed ${differ === 1 ? "does" : "do"} not follow from what`;
    return `REFUSED: the log ${origin} is whole, but ${many} the entries cite. ${differences[0]?.sentence ?? ""}${unchecked}`;
  }
  if (agree === 0) {
    return `REFUSED: the log ${origin} is whole, but nothing could be checked: not one decision was recomputed.${unchecked}`;
  }
  const all =
    agree === 1 ? "the 1 decision that was recomputed follows" : `all ${agree} decisions that were recomputed follow`;
  return `VERIFIED: the log ${origin} is whole, and ${all} from what the entries cite.${unchecked}`;
}

function notCheckedText({ entries, first, sentence }: NotChecked): string {
  return `NOT CHECKED: ${counted(entries)}, the first is entry ${first}: ${sentence}`;
}

function counted(entries: number): string {
  return entries === 1 ? "1 entry" : `${entries} entries`;
}
