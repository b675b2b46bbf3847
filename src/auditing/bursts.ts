import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import { findingOf, sourceOf } from "./finding.ts";
import { discloseSections, mayOpen, requireOfficer } from "./officer.ts";

/** Entries that one question goes through. */
const STRETCH = 2_000;

/** From how many on, within how many seconds, it is a burst. */
export interface BurstLimits {
  readonly seconds: number;
  readonly objects: number;
  readonly refusals: number;
}

/** Much at once: by one person, or, of refusals before anybody was known, from one source. */
export interface Burst {
  readonly kind: "read" | "refused";
  readonly personId: string | null;
  readonly source: string | null;
  /** Objects that were disclosed or changed, or refusals. */
  readonly count: number;
  readonly answers: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly fromIndex: number;
  readonly toIndex: number;
}

/** Bursts in a stretch of the log, which ends before entry `to`. */
export interface Bursts {
  readonly bursts: readonly Burst[];
  readonly from: number;
  readonly to: number;
  /** Where the next stretch begins; null at the end of the log. A burst at the border of two is told with both. */
  readonly next: number | null;
  /** Outcomes of the stretch that are withheld: whether they are part of a burst is not told. */
  readonly withheld: number;
  /** Others of which something was erased: nobody can tell any more. */
  readonly erased: number;
}

/** One answer as far as bursts are made of it. */
export interface Event {
  readonly index: number;
  readonly at: string;
  readonly count: number;
}

/**
 * Stretches of events, in their order, in which some window of `seconds` holds `least` or more; overlapping ones are one.
 * @param events of one person or source, oldest first
 */
export function burstsOf(events: readonly Event[], seconds: number, least: number): Event[][] {
  const found: { from: number; to: number }[] = [];
  const times = events.map(({ at }) => Date.parse(at));
  let sum = 0;
  let from = 0;
  for (const [to, { count }] of events.entries()) {
    sum += count;
    // A time that goes back, as a clock may, ends no window.
    while (from < to && (times[to] ?? 0) - (times[from] ?? 0) > seconds * 1_000) {
      sum -= events[from]?.count ?? 0;
      from += 1;
    }
    if (sum < least) continue;
    const last = found.at(-1);
    if (last && from <= last.to) last.to = to;
    else found.push({ from, to });
  }
  return found.map((burst) => events.slice(burst.from, burst.to + 1));
}

function gather(events: Map<string, Event[]>, key: string, event: Event): void {
  const known = events.get(key);
  if (known) known.push(event);
  else events.set(key, [event]);
}

/** Bulk reads and bursts of refusals from an entry on, in a stretch of the log. */
export const auditBursts: Command<BurstLimits & { readonly from: number }, Bursts> = command({
  name: "auditBursts",
  action: "audit.read",
  target: () => null,
  async run(grant, { from, seconds, objects, refusals }) {
    requireOfficer(grant, "audit.read");
    const { entries, to, size } = await grant.audit.search.stretch(from, STRETCH, mayOpen(grant));
    const opened = new Set(entries.flatMap(({ sections }) => sections.flatMap(({ marking }) => marking ?? [])));
    await discloseSections(
      grant,
      "audit.read",
      [...opened].map((marking) => [marking, [`entries:${from}-${to - 1}`]]),
    );
    const read = new Map<string, Event[]>();
    const refused = new Map<string, Event[]>();
    let [withheld, erased] = [0, 0];
    for (const entry of entries) {
      const states = entry.sections.flatMap(({ slot, state }) => (slot === "detail" ? [] : [state]));
      if (states.includes("withheld")) withheld += 1;
      else if (states.includes("erased")) erased += 1;
      const { personId, answer, objects: count, times } = findingOf(entry, null);
      const source = sourceOf(entry);
      const who = personId === null ? (source === null ? null : `source ${source}`) : `person ${personId}`;
      if (who === null || answer === null) continue;
      const { index, at } = entry;
      if (answer === "answered" && count > 0) gather(read, who, { index, at, count });
      if (answer !== "answered") gather(refused, who, { index, at, count: times });
    }
    const told = (kind: Burst["kind"], by: ReadonlyMap<string, readonly Event[]>, least: number): Burst[] =>
      [...by].flatMap(([who, events]) =>
        burstsOf(events, seconds, least).flatMap((burst) => {
          const [first, last] = [burst[0], burst.at(-1)];
          if (!first || !last) return [];
          return {
            kind,
            personId: who.startsWith("person ") ? who.slice("person ".length) : null,
            source: who.startsWith("source ") ? who.slice("source ".length) : null,
            count: burst.reduce((sum, { count }) => sum + count, 0),
            answers: burst.length,
            firstAt: first.at,
            lastAt: last.at,
            fromIndex: first.index,
            toIndex: last.index,
          };
        }),
      );
    const bursts = [...told("read", read, objects), ...told("refused", refused, refusals)];
    return { bursts, from, to, next: nextOf(from, to, size, entries, seconds), withheld, erased };
  },
});

/** The next stretch begins with the window that the end of this one cuts, so that no burst falls between the two. */
function nextOf(
  from: number,
  to: number,
  size: number,
  entries: readonly { readonly index: number; readonly at: string }[],
  seconds: number,
): number | null {
  if (to >= size) return null;
  const end = Date.parse(entries.at(-1)?.at ?? "");
  const cut = entries.find(({ at }) => Date.parse(at) >= end - seconds * 1_000)?.index ?? to;
  // A window longer than the stretch: only going on brings its end nearer.
  return cut > from + (to - from) / 2 ? cut : to;
}
