import { ANY_LOOPBACK } from "../../identity/own-origin.ts";
import type { OwnOrigin } from "../../identity/own-origin.ts";

/** As much as the server takes of headers at all: other programs on the loopback share its cookies. */
const MOST_BYTES = 16 * 1_024;

/**
 * The cookie of a browser's session (RFC 6265bis): no script reads it, no other site sends it, and it ends with the browser. Over
 * TLS its name's prefix keeps it from being set by anybody else; on the loopback, in the clear, there is no such prefix.
 */
export class SessionCookie {
  readonly #name: string;
  readonly #hint: string;
  readonly #attributes: string;

  constructor(own: OwnOrigin) {
    const clear = own === ANY_LOOPBACK;
    const prefix = clear ? "" : "__Host-";
    this.#name = `${prefix}caveat-session`;
    this.#hint = `${prefix}caveat-signed-in`;
    this.#attributes = `Path=/; SameSite=Strict${clear ? "" : "; Secure"}`;
  }

  /** The secret in a Cookie header, which comes from anybody; null where there is none, or more than one. */
  secretIn(header: string | undefined): string | null {
    if (header === undefined || header.length > MOST_BYTES) return null;
    const found = header
      .split(";")
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.#name}=`));
    const [only] = found;
    return only === undefined || found.length > 1 ? null : only.slice(this.#name.length + 1);
  }

  /** The Set-Cookie headers that give a browser a secret; another cookie tells the page that there is one. */
  giving(secret: string): string[] {
    return [`${this.#name}=${secret}; ${this.#attributes}; HttpOnly`, `${this.#hint}=1; ${this.#attributes}`];
  }

  /** Those that take it away. */
  get taking(): string[] {
    return [this.#name, this.#hint].map((name) => `${name}=; ${this.#attributes}; Max-Age=0`);
  }
}
