import { AuthorityError, isRetired, readDeclassifyOn, yearsLater } from "./declassify.ts";
import type { DeclassifyOn, NotApplicable } from "./declassify.ts";

/** What one source says about declassification; null where it says nothing that is in force. */
export interface DeclassifySource {
  /**
   * Day of the source, YYYYMMDD, from which years are counted. Of a source without one it is the day on which somebody derives
   * from it, which is never earlier.
   */
  readonly date: string;
  readonly on: DeclassifyOn | null;
}

/** Years from a source's own day after which information without another instruction is declassified. */
const DEFAULT_YEARS = 25;
/** Years of an exemption at 25 years that has no day. */
const EXEMPTED_YEARS = 50;

/**
 * Reads what a source says: words of former orders, and nothing at all, count as no instruction (standards A.7).
 * @throws {AuthorityError} for a text that is neither.
 */
export const readSourceInstruction = (text: string | null): DeclassifyOn | null =>
  text === null || isRetired(text) ? null : readDeclassifyOn(text);

const latest = (days: readonly string[]): string => days.reduce((a, b) => (a > b ? a : b));

/** The day that a source reaches to, as far as it has one or gets one by counting; null where it has none. */
const dayOf = ({ date, on }: DeclassifySource): string | null => {
  if (on === null) return yearsLater(date, DEFAULT_YEARS);
  if (on.kind === "date") return on.date;
  if (on.kind !== "exemption") return null;
  return on.date ?? (on.exemption.startsWith("25X") ? yearsLater(date, EXEMPTED_YEARS) : null);
};

/** Events that differ cannot be compared: their sources count as if they said nothing. */
const comparable = (sources: readonly DeclassifySource[]): readonly DeclassifySource[] => {
  const events = new Set(sources.map(({ on }) => (on?.kind === "event" ? on.event : null)).filter((e) => e !== null));
  return events.size < 2
    ? sources
    : sources.map((source) => (source.on?.kind === "event" ? { date: source.date, on: null } : source));
};

const notApplicable = (reasons: readonly NotApplicable[]): DeclassifyOn => {
  const [nato, aea] = ["NATO", "AEA"].map((word) => reasons.some((reason) => reason.split("-").includes(word)));
  return { kind: "none", because: nato === true ? (aea === true ? "NATO-AEA" : "NATO") : "AEA" };
};

/** Exemptions without a day, the most restrictive first: at 75 years, then those at 50 of sources and weapons. */
const STRONGEST = ["75X", "50X1-HUM", "50X2-WMD"] as const;

/**
 * "Declassify On" of what is derived from several sources: the most restrictive by the hierarchy of standards A.7. A day is
 * the latest of all sources, also of those whose rung is lower, so that nothing is declassified earlier than any source
 * says.
 * @throws {AuthorityError} E_SOURCES without sources.
 */
export const chooseDeclassifyOn = (given: readonly DeclassifySource[]): DeclassifyOn => {
  if (given.length === 0) throw new AuthorityError("E_SOURCES", "nothing to derive from");
  const sources = comparable(given);
  const said = sources.map(({ on }) => on).filter((on) => on !== null);
  const none = said.filter((on) => on.kind === "none").map(({ because }) => because);
  if (none.length > 0) return notApplicable(none);
  const exempt = said.filter((on) => on.kind === "exemption");
  const exemption = (name: string, date: string | null): DeclassifyOn => ({ kind: "exemption", exemption: name, date });
  const strongest = STRONGEST.find((name) => exempt.some((on) => on.exemption === name));
  if (strongest !== undefined) return exemption(strongest, null);
  const days = sources.map(dayOf).filter((day) => day !== null);
  // The one whose own day is the latest names the exemption; the lowest number where days are equal.
  const byDay = (prefix: string): string | undefined =>
    sources
      .flatMap((source) =>
        source.on?.kind === "exemption" && source.on.exemption.startsWith(prefix)
          ? [{ name: source.on.exemption, day: dayOf(source) ?? "9" }]
          : [],
      )
      .toSorted((a, b) => (a.day === b.day ? (a.name < b.name ? -1 : 1) : a.day > b.day ? -1 : 1))[0]?.name;
  const fifty = byDay("50X");
  if (fifty !== undefined) {
    // Those without a day reach further than any day: 50X# alone, and the one by another order.
    const open = exempt.some(
      (on) => on.date === null && (on.exemption.startsWith("50X") || on.exemption === "25X1-EO-12951"),
    );
    return exemption(fifty, open ? null : latest(days));
  }
  if (exempt.some((on) => on.exemption === "25X1-EO-12951")) return exemption("25X1-EO-12951", null);
  const twentyFive = byDay("25X");
  if (twentyFive !== undefined) return exemption(twentyFive, latest(days));
  if (days.length > 0) return { kind: "date", date: latest(days) };
  const [event] = said;
  if (event === undefined) throw new AuthorityError("E_SOURCES", "nothing to derive from");
  return event;
};
