import type { Logger } from "pino";
import type { Authenticator } from "../../identity/authenticate.ts";
import type { BrowserSessions } from "../../identity/browser-sessions.ts";
import type { Level } from "../../markings/index.ts";
import type { Door } from "../../policy/gate.ts";
import type { AnswerKeys } from "../graphql/context.ts";
import type { News } from "../graphql/following.ts";
import type { Refusals } from "./admission.ts";
import type { OwnOrigin } from "../../identity/own-origin.ts";

/** Issues a token for whoever is called so, at a level. */
export type DemonstrationToken = (handle: string, level: Level) => Promise<string | null>;

/** Somebody of the demonstration. */
export interface LandingPerson {
  readonly handle: string;
  readonly displayName: string;
  readonly summary: string;
}

/** What the landing page shows; facts of the demonstration only, the same for everybody. */
export interface Landing {
  /** The folder with the page's files. */
  readonly folder: string;
  /** The folder with the built workbench; null where it is not served. */
  readonly workbench: string | null;
  readonly people: readonly LandingPerson[];
  /** The command that prints a token, with HANDLE where the person's handle goes. */
  readonly tokenCommand: string;
}

/** What the server is made of. */
export interface ServerParts extends AnswerKeys {
  readonly door: Door;
  readonly authenticator: Authenticator;
  /** Sessions that browsers hold by a cookie. */
  readonly sessions: BrowserSessions;
  /** Where the server's own pages are; without them no cookie is taken and no session opened. */
  readonly origin: OwnOrigin;
  /** A token for somebody of the demonstration at a level, or null where nobody is called so; null in production. */
  readonly demonstrationToken: DemonstrationToken | null;
  readonly mode: "demonstration" | "production";
  /** A private folder for what is sealed of uploads before it is known whose it is. */
  readonly workFolder: string;
  /** Most pixels of an image that is taken in. */
  readonly imagePixels: number;
  /** Whether requests can be served: log, database and policy are there. */
  readonly ready: () => Promise<boolean>;
  readonly refusals: Refusals;
  /** Whether the activity log has something to look at from an entry on. */
  readonly news: News;
  readonly logger: Logger;
  /** The text of the trust file: public keys only. */
  readonly trustFile: () => Promise<string>;
  readonly landing: Landing;
}
