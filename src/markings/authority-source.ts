import { AuthorityError, dayOf, lineOf } from "./declassify.ts";

/** One source of derived information (standards A.7): its title, and its day YYYYMMDD; a guide may be cited without one. */
export interface AuthoritySource {
  readonly title: string;
  readonly date: string | null;
}

/** What stands for a list of sources. */
export const MULTIPLE_SOURCES = "Multiple Sources";

/** Titles that without a day would be taken for something else: a list of sources, or a day in another form. */
const NEEDS_A_DAY = /^multiple sources?$|,\s*dated\b|\bdated\s+\S*\d/iu;

/** Checks a source. @throws {AuthorityError} */
export const sourceOf = ({ title, date }: AuthoritySource): AuthoritySource => {
  if (title === MULTIPLE_SOURCES) throw new AuthorityError("E_SOURCES", "the sources themselves are listed");
  if (date === null && NEEDS_A_DAY.test(title))
    throw new AuthorityError("E_SOURCES", "a source is a title, or with its day: TITLE, dated YYYYMMDD");
  return { title: lineOf(title), date: date === null ? null : dayOf(date) };
};

/** A source as a line has it. */
export const sourceText = ({ title, date }: AuthoritySource): string =>
  date === null ? title : `${title}, dated ${date}`;

/** One source as a line has it: `TITLE, dated YYYYMMDD`, or the title alone. @throws {AuthorityError} */
export const readSource = (text: string): AuthoritySource => {
  const [, title, date] = /^(.+), dated (\d{8})$/s.exec(text) ?? [];
  return sourceOf(title === undefined || date === undefined ? { title: text, date: null } : { title, date });
};
