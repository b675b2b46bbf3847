import type { Obligation } from "../policy/decision.ts";

// What each way out does with what it hands over (standards B.8). A decision that carries an obligation which is missing
// here is deny on that way, and what it is about is hidden. Every answer goes out with 'cache-control: no-store' and with its
// banner, in `extensions.marking` or in the header 'caveat-marking'; who signed in long ago fails RE_AUTHENTICATE anyway.
const ALWAYS = ["BANNER", "NO_CACHE", "RE_AUTHENTICATE"] as const satisfies readonly Obligation[];

/** Rows as JSON for an approved client, which shows them: nothing there is a file to keep, and nothing is a picture. */
export const GRAPHQL_HONORS: readonly Obligation[] = [...ALWAYS, "VIEW_ONLY"];

/** The display copy of an image: who sees it and when is burnt in where a decision asks for it. */
export const DISPLAY_HONORS: readonly Obligation[] = [...ALWAYS, "VIEW_ONLY", "WATERMARK"];

/** Uploads, and files that are there to be kept: packages, archives, the trust file. */
export const FILE_HONORS: readonly Obligation[] = ALWAYS;
