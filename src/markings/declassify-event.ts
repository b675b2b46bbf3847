/** Words that name an exemption, a kind of information or a former order's instruction: with them a line is no event. */
const NAMES_A_CODE = /(?<![\p{L}\d])(?:OADR|MR|X[1-8]|\d+X\d*|EO \d+|N\/?A)(?![\p{L}\d])/iu;

const MONTH =
  "(?:JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?|SEPT?(?:EMBER)?|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?)";

/** A day in another form than YYYYMMDD: 2051-01-01, 1 JANUARY 2051, JANUARY 2051. */
const BEGINS_LIKE_A_DAY = new RegExp(
  `^(?:\\d{4}|\\d+[-./,]\\d|\\d{1,2}(?:ST|ND|RD|TH)?[-., ]*(?:OF )?${MONTH}\\b|${MONTH}[-., ]*\\d)`,
  "i",
);

/** Words that tell of no event: those that join others, months, units of time, and kinds of information. */
const TELLS_NOTHING = new RegExp(
  `^(?:${MONTH}|AN?|AND|AT|BY|FOR|FROM|IN|OF|ON|OR|THE|TO|DAYS?|WEEKS?|MONTHS?|YEARS?|NOT|APPLICABLE|ONLY|NATO|AEA|RD|FRD|TFNI|HUM|WMD|DNI|DCI)$`,
  "i",
);

/**
 * Whether a line tells an event in words (standards A.7). One in capitals or that begins with a number tells it with two
 * words at least: "COMPLETION OF EXERCISE", "10 days after the exercise". A single word in capitals, a code, a span of time
 * and a day in another form are lines that were written wrongly.
 * @param line printable text.
 */
export const isToldInWords = (line: string): boolean => {
  if (/^N\/?A\b/i.test(line)) return false;
  if (/^\p{L}.*\p{Ll}/u.test(line)) return true;
  if (!/^[\p{L}\d]/u.test(line) || NAMES_A_CODE.test(line) || BEGINS_LIKE_A_DAY.test(line)) return false;
  const words = line.split(" ").map((word) => word.replaceAll(/^[("'\p{Pi}]+|[)"',.;:\p{Pf}]+$/gu, ""));
  const telling = words.filter((word) => /^[^\d]*\p{L}{2}[^\d]*$/u.test(word) && !TELLS_NOTHING.test(word));
  return telling.length >= 2;
};
