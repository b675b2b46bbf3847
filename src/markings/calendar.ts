const DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a year has 29 February. */
export const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Whether a text is a day of the calendar from 1900 to 2999, YYYY-MM-DD. */
export const isCalendarDay = (text: string): boolean => {
  const [, year = "", months = "", days = ""] = /^((?:19|2\d)\d{2})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const month = Number(months);
  const last = (DAYS[month - 1] ?? 0) + (month === 2 && isLeap(Number(year)) ? 1 : 0);
  return Number(days) >= 1 && Number(days) <= last;
};
