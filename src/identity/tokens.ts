import { createHash } from "node:crypto";
import { SignJWT, errors, importPKCS8, importSPKI, jwtVerify } from "jose";
import type { CryptoKey } from "jose";
import { CaveatError } from "../errors.ts";
import { LEVELS } from "../markings/index.ts";
import type { Level } from "../markings/index.ts";

const ALGORITHM = "ES384";
const MAX_LIFE_SECONDS = 900;
const CLOCK_TOLERANCE_SECONDS = 5;
const MOST_KNOWN = 4_096;

/** Somebody whose tokens are accepted: name, audience that they must carry, and public key (SPKI PEM). Nothing is fetched. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly publicKey: string;
}

/** What a verified token says, or a session that was opened with one. */
export interface VerifiedToken {
  readonly verified: true;
  /** Who issued it. */
  readonly issuer: string;
  readonly personId: string;
  readonly clientId: string;
  readonly sessionId: string;
  readonly sessionLevel: Level;
  readonly purpose: string;
  /** When the person proved who he is (claim auth_time, unix seconds); null where the issuer does not say. */
  readonly authenticatedAt: number | null;
}

/** What a token is issued for. */
export interface TokenRequest {
  readonly personId: string;
  readonly clientId: string;
  readonly sessionId: string;
  readonly sessionLevel: Level;
  readonly purpose: string;
  /** When the person proved who he is; now where it is not said. */
  readonly authenticatedAt?: Date;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function authTime(value: unknown, refuse: () => CaveatError): number | null {
  if (value === undefined) return null;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw refuse();
  return value;
}

/** Checks tokens against issuers named in the configuration: algorithm, issuer, audience and times are fixed, not read. */
export class TokenVerifier {
  readonly #issuers: ReadonlyMap<string, { readonly issuer: TrustedIssuer; readonly key: CryptoKey }>;
  /** Tokens whose signature and claims were found good, by digest; their times are checked each time. */
  readonly #known = new Map<string, { readonly token: VerifiedToken; readonly iat: number; readonly exp: number }>();

  private constructor(issuers: ReadonlyMap<string, { issuer: TrustedIssuer; key: CryptoKey }>) {
    this.#issuers = issuers;
  }

  /** Throws when a key cannot be read or an issuer is named twice. */
  static async of(issuers: readonly TrustedIssuer[]): Promise<TokenVerifier> {
    const known = new Map<string, { issuer: TrustedIssuer; key: CryptoKey }>();
    for (const issuer of issuers) {
      if (known.has(issuer.issuer)) throw new Error("an issuer is named twice");
      known.set(issuer.issuer, { issuer, key: await importSPKI(issuer.publicKey, ALGORITHM) });
    }
    return new TokenVerifier(known);
  }

  /** Whether tokens of an issuer of this name are accepted. */
  trusts(issuer: string): boolean {
    return this.#issuers.has(issuer);
  }

  /** The content of a token that comes from anybody. Throws UNAUTHENTICATED, whatever is wrong with it. */
  async verify(token: string, now: Date): Promise<VerifiedToken> {
    const refuse = (detail: string, cause?: unknown): CaveatError =>
      new CaveatError("UNAUTHENTICATED", detail, { cause });
    if (token.length > 4_096) throw refuse("token too long");
    const digest = createHash("sha256").update(token).digest("base64");
    const seen = this.#known.get(digest);
    if (seen) {
      const seconds = Math.floor(now.getTime() / 1000);
      if (
        seen.exp > seconds - CLOCK_TOLERANCE_SECONDS &&
        seen.iat <= seconds + CLOCK_TOLERANCE_SECONDS &&
        seconds - seen.iat <= MAX_LIFE_SECONDS + CLOCK_TOLERANCE_SECONDS
      )
        return seen.token;
      this.#known.delete(digest);
    }
    for (const { issuer, key } of this.#issuers.values()) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          issuer: issuer.issuer,
          audience: issuer.audience,
          typ: "at+jwt",
          requiredClaims: ["sub", "azp", "sid", "lvl", "pur", "iat", "exp", "jti"],
          maxTokenAge: MAX_LIFE_SECONDS,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: now,
        });
        const level = LEVELS.find((known) => known === payload["lvl"]);
        const text = (name: string, form: RegExp): string => {
          const value = payload[name];
          if (typeof value !== "string" || !form.test(value)) throw refuse(`claim ${name}`);
          return value;
        };
        if (!level) throw refuse("claim lvl");
        if ((payload.exp ?? 0) - (payload.iat ?? 0) > MAX_LIFE_SECONDS) throw refuse("life too long");
        const verified: VerifiedToken = {
          verified: true,
          issuer: issuer.issuer,
          personId: text("sub", UUID),
          clientId: text("azp", NAME),
          sessionId: text("sid", UUID),
          sessionLevel: level,
          purpose: text("pur", NAME),
          authenticatedAt: authTime(payload["auth_time"], () => refuse("claim auth_time")),
        };
        if (this.#known.size >= MOST_KNOWN) this.#known.clear();
        this.#known.set(digest, { token: verified, iat: payload.iat ?? 0, exp: payload.exp ?? 0 });
        return verified;
      } catch (error) {
        if (error instanceof CaveatError) throw error;
        // A token of another issuer is tried against the next one; everything else is final.
        if (error instanceof errors.JWTClaimValidationFailed && error.claim === "iss") continue;
        if (error instanceof errors.JWSSignatureVerificationFailed && this.#issuers.size > 1) continue;
        throw refuse("token refused", error);
      }
    }
    throw refuse("no issuer");
  }
}

/** Issues short-lived tokens. Exists in demonstration mode only, and in tests. */
export class TokenIssuer {
  readonly #key: CryptoKey;
  readonly #issuer: string;
  readonly #audience: string;

  private constructor(key: CryptoKey, issuer: string, audience: string) {
    this.#key = key;
    this.#issuer = issuer;
    this.#audience = audience;
  }

  /** From a P-384 private key (PKCS#8 PEM). */
  static async of(privateKey: string, issuer: string, audience: string): Promise<TokenIssuer> {
    return new TokenIssuer(await importPKCS8(privateKey, ALGORITHM), issuer, audience);
  }

  /** A signed token that lasts `seconds` (at most 900). */
  issue(request: TokenRequest, now: Date, seconds = MAX_LIFE_SECONDS): Promise<string> {
    const issued = Math.floor(now.getTime() / 1000);
    return new SignJWT({
      azp: request.clientId,
      sid: request.sessionId,
      lvl: request.sessionLevel,
      pur: request.purpose,
      auth_time: Math.floor((request.authenticatedAt ?? now).getTime() / 1000),
    })
      .setProtectedHeader({ alg: ALGORITHM, typ: "at+jwt" })
      .setIssuer(this.#issuer)
      .setAudience(this.#audience)
      .setSubject(request.personId)
      .setJti(crypto.randomUUID())
      .setIssuedAt(issued)
      .setExpirationTime(issued + seconds)
      .sign(this.#key);
  }
}
