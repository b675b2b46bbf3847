/** A number as it is read. */
export const count = (number: number): string => number.toLocaleString("en-US");
