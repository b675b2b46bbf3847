import {
  AuthorityError,
  chooseDeclassifyOn,
  checkAuthority,
  linesOf,
  notApplicableTo,
  readAuthority,
} from "../markings/index.ts";
import type { AuthorityBlock, AuthorityLines, AuthoritySource, DeclassifySource, Marking } from "../markings/index.ts";
import { UserError } from "../policy/command.ts";

/** The guide by which a program's own information is classified. Its title names no program: not every reader knows it. */
const GUIDE = "Program security classification guide";
/** More sources stand in a list of their own: the frozen version that names them. */
const MOST_LISTED = 1_000;

/** The day of a moment, UTC, as blocks write it: YYYYMMDD. */
export const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10).replaceAll("-", "");

const guide = (date: string): AuthoritySource => ({ title: GUIDE, date });

/** Who classified: a person's id, which is unique, and by which his name and position are known to the installation. */
const classifiedBy = (personId: string): string => `person ${personId}`;

/** Something that information is derived from, with its own block. */
export interface AuthorityOrigin {
  /** How it is cited where it was classified originally. */
  readonly title: string;
  readonly date: string;
  readonly block: AuthorityBlock;
}

const sourcesOf = ({ title, date, block }: AuthorityOrigin): readonly AuthoritySource[] =>
  block.classifier.kind === "derivative" ? block.classifier.sources : [{ title, date }];

const latest = (days: readonly string[]): string => days.reduce((a, b) => (a > b ? a : b));

/**
 * The block of derived information (standards B.5): who derived it is the classifier, its sources are those of what it was
 * made from, and "Declassify On" is chosen by the hierarchy of A.7. Where nothing that it was made from carries a block, or
 * it is marked higher than all of them, the program's guide is a source of this day, 25 years ahead. Null when it is
 * unclassified.
 */
export function deriveAuthority(parts: {
  readonly marking: Marking;
  readonly personId: string;
  readonly now: Date;
  readonly origins: readonly AuthorityOrigin[];
  /** Whether it is marked higher than what it was made from. */
  readonly raised: boolean;
  /** Cited instead of more sources than a list holds. */
  readonly collection?: string;
}): AuthorityBlock | null {
  const { marking, origins } = parts;
  if (marking.level === "U") return null;
  const today = dayOf(parts.now);
  const own = parts.raised || origins.length === 0 ? [guide(today)] : [];
  const listed = new Map([...own, ...origins.flatMap(sourcesOf)].map((source) => [JSON.stringify(source), source]));
  const sources =
    listed.size > MOST_LISTED
      ? [{ title: parts.collection ?? GUIDE, date: today }]
      : [...listed.values()].toSorted(inOrder);
  const because = notApplicableTo(marking);
  const said: readonly DeclassifySource[] = [
    ...own.map(() => ({ date: today, on: null })),
    ...origins.map((origin) => ({
      // A source without a day is not later than what is derived from it: counting from today opens nothing early.
      date: latest(sourcesOf(origin).map(({ date }) => date ?? today)),
      on: origin.block.declassifyOn,
    })),
    ...(because === null ? [] : [{ date: today, on: { kind: "none", because } } as const]),
  ];
  return {
    classifier: { kind: "derivative", by: classifiedBy(parts.personId), sources },
    declassifyOn: chooseDeclassifyOn(said),
    downgrade: null,
  };
}

/** By their days, then by their titles; those without a day are the last. */
const inOrder = (a: AuthoritySource, b: AuthoritySource): number => {
  if (a.date === b.date) return a.title < b.title ? -1 : 1;
  return a.date !== null && (b.date === null || a.date < b.date) ? -1 : 1;
};

/** The block that is given for new information; the texts come from the caller. Throws INVALID_INPUT, with the code. */
export function givenAuthority(lines: AuthorityLines, marking: Marking): AuthorityBlock {
  try {
    const block = readAuthority(lines);
    checkAuthority(block, marking);
    return block;
  } catch (error) {
    if (error instanceof AuthorityError) throw new UserError("INVALID_INPUT", error.code, ["authority"]);
    throw error;
  }
}

/**
 * The columns that keep a block: its lines, and the day on which it asks for review, where it has one: that of its
 * declassification or of its downgrade, whichever is earlier.
 */
export function authorityColumns(block: AuthorityBlock | null): {
  authority: AuthorityLines | null;
  reviewOn: string | null;
} {
  const on = block?.declassifyOn;
  const said = [on !== undefined && "date" in on ? on.date : null, block?.downgrade?.on ?? null];
  // A downgrade may be on an event, which is told in words.
  const [first = null] = said.filter((day): day is string => day !== null && /^\d{8}$/.test(day)).toSorted();
  return { authority: block === null ? null : linesOf(block), reviewOn: first };
}

/** The block of a row as it is marked now: what two people made unclassified has none any more. What was written before rows had one is read with the block that it would have been given then. */
export function authorityOf(
  row: { readonly authority?: AuthorityLines | null | undefined; readonly authorId: string; readonly createdAt: Date },
  marking: Marking,
): AuthorityBlock | null {
  if (marking.level === "U") return null;
  if (row.authority != null) return readAuthority(row.authority);
  return deriveAuthority({ marking, personId: row.authorId, now: row.createdAt, origins: [], raised: false });
}
