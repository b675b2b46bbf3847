import { ANY_LOOPBACK } from "../../identity/own-origin.ts";
import type { OwnOrigin } from "../../identity/own-origin.ts";

const MOST_BYTES = 4_096;

/**
 * The cookie of a browser's session (RFC 6265bis): no script reads it, no other site sends it, and it ends with the browser. Over
 * TLS its name's prefix keeps it from being set by anybody else; on the loopback, in the clear, there is no such prefix.
 */
export class SessionCookie {
  readonly #name: string;
  readonly #attributes: string;

  constructor(own: OwnOrigin) {
    const clear = own === ANY_LOOPBACK;
    this.#name = clear ? "caveat-session" : "__Host-caveat-session";
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${clear ? "" : "; Secure"}`;
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

  /** The Set-Cookie header that gives a browser a secret. */
  giving(secret: string): string {
    return `${this.#name}=${secret}; ${this.#attributes}`;
  }

  /** The one that takes it away. */
  get taking(): string {
    return `${this.#name}=; ${this.#attributes}; Max-Age=0`;
  }
}
