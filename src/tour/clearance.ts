import { dominates, effectiveOf, markingFromText, rankOf, renderBanner } from "../markings/index.ts";
import type { Effective, Level, Register } from "../markings/index.ts";

/** A marking of the story: how it is printed and what it demands. */
export interface StoryMarking {
  readonly banner: string;
  readonly effective: Effective;
}

/** Markings of the images that must stay hidden from somebody, so that a refusal can be told. */
export const CLOSE_HOLD = "TOP SECRET//TK//NOFORN";
export const NOT_RELEASABLE = "SECRET//NOFORN";
/** Marking of program, ontology and dataset: their names tell nothing. */
export const PROGRAM_MARKING = "UNCLASSIFIED//REL TO USA, FVEY";

/** What of a person decides which images he sees here. */
export interface Reader {
  readonly level: Level;
  readonly readOns: readonly string[];
  readonly country: string;
}

/** Ben, Charlotte, and the recipient office of the coalition, as the demonstration introduces them. */
export const BEN: Reader = { level: "S", readOns: [], country: "USA" };
export const CHARLOTTE: Reader = { level: "S", readOns: [], country: "GBR" };
export const COALITION_CELL: Reader = { level: "S", readOns: [], country: "GBR" };

/** Reads a marking's text; null when the register does not understand it. */
export function readMarking(text: string, register: Register): StoryMarking | null {
  const read = markingFromText(text, register);
  if (!read.ok) return null;
  return { banner: renderBanner(read.marking, register), effective: effectiveOf(read.marking, register) };
}

/**
 * Whether the people of the story can work under a marking: a level, SI and TK, and NOFORN or release to any of the
 * countries to which the program is released. Whatever else a marking may say, nobody of them is read into.
 */
export function isForTheTour(marking: StoryMarking, register: Register): boolean {
  const program = readMarking(PROGRAM_MARKING, register);
  const { sci, sar, aea, nato, fgi, controls, noforn, relTo, jointOwners } = marking.effective;
  const plain =
    [sar, aea, nato, fgi, controls].every((tokens) => tokens.length === 0) &&
    jointOwners === null &&
    (noforn || relTo.length > 0);
  return (
    plain &&
    sci.every((token) => token === "SI" || token === "TK") &&
    program !== null &&
    dominates(marking.effective, program.effective)
  );
}

/**
 * Who sees what, as the story expects it: level, read-ons, and release for who is not of the USA. Said here once more and
 * in the simplest words, because asking the server's own policy would prove nothing about it.
 */
export function sees(reader: Reader, { effective }: StoryMarking): boolean {
  if (rankOf(effective.level) > rankOf(reader.level)) return false;
  if (!effective.sci.every((token) => reader.readOns.includes(token))) return false;
  return reader.country === "USA" || (!effective.noforn && effective.relTo.includes(reader.country));
}
