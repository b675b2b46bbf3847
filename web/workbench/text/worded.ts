/** What is said for a code. The server's codes are words like any other: what every object has is said for none of them. */
export const worded = (words: Readonly<Record<string, string>>, code: string): string | undefined =>
  Object.hasOwn(words, code) ? words[code] : undefined;
