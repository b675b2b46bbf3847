import { generateKeyPairSync, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { demonstrationIssuer } from "../../src/composition/demonstration-issuer.ts";
import { CLIENT } from "../../src/demonstration/people.ts";
import { TokenIssuer } from "../../src/identity/tokens.ts";
import type { TokenRequest } from "../../src/identity/tokens.ts";

/** Name of the installation that the servers of tests run as. */
export const INSTALLATION = "caveat.local";
const ISSUER_NAME = `https://${INSTALLATION}/demonstration`;
const AUDIENCE = "caveat";

/** What differs from an ordinary token. */
export interface TokenChange {
  readonly request?: Partial<TokenRequest>;
  /** Issues instead of the demonstration issuer. */
  readonly issuer?: TokenIssuer;
  /** When it is issued. */
  readonly at?: Date;
}

/** People of the demonstration that a state folder belongs to. */
export function people(state: string): Readonly<Record<string, { readonly id: string; readonly clearance: string }>> {
  return JSON.parse(readFileSync(join(state, "people.json"), "utf8")) as Record<
    string,
    { id: string; clearance: string }
  >;
}

/** A token for a person of the demonstration, at his clearance, for a session of its own. */
export async function tokenOf(state: string, handle: string, change: TokenChange = {}): Promise<string> {
  const person = people(state)[handle];
  if (!person) throw new Error(`no person ${handle}`);
  const issuer = change.issuer ?? (await demonstrationIssuer(join(state, "keys"), INSTALLATION)).issuer;
  return issuer.issue(
    {
      personId: person.id,
      clientId: CLIENT.id,
      sessionId: randomUUID(),
      sessionLevel: person.clearance as "TS",
      purpose: "demonstration",
      ...change.request,
    },
    change.at ?? new Date(),
  );
}

/** An issuer that calls itself as the demonstration's does, with a key of its own. */
export function forger(): Promise<TokenIssuer> {
  const { privateKey } = newKey();
  return TokenIssuer.of(privateKey, ISSUER_NAME, AUDIENCE);
}

/** An issuer with the demonstration's own key that calls itself or its audience something else. */
export function impostor(
  state: string,
  change: { readonly issuer?: string; readonly audience?: string },
): Promise<TokenIssuer> {
  const key = readFileSync(join(state, "keys", "demonstration-issuer.p384.p8"), "utf8");
  return TokenIssuer.of(key, change.issuer ?? ISSUER_NAME, change.audience ?? AUDIENCE);
}

/** A new P-384 key pair (PKCS#8 and SPKI, PEM). */
export function newKey(): { readonly privateKey: string; readonly publicKey: string } {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-384" });
  return {
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

/** A token with the content of another, unsigned, that says so (`alg` is `none`). */
export function unsigned(token: string): string {
  const [, payload = ""] = token.split(".");
  return `${Buffer.from(JSON.stringify({ alg: "none", typ: "at+jwt" })).toString("base64url")}.${payload}.`;
}
