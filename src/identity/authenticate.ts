import { CaveatError } from "../errors.ts";
import { rankOf } from "../markings/index.ts";
import type { Level } from "../markings/index.ts";
import { OBLIGATIONS, parseProfile, rolesConflict } from "../policy/profile.ts";
import type { AccessProfile, Obligation } from "../policy/profile.ts";
import type { AccessStore, PersonAtClient, PersonRecord } from "../storage/access-store.ts";
import type { BrowserSessions } from "./browser-sessions.ts";
import type { Principal, StandingSource } from "./principal.ts";
import { SharedReading } from "./shared-reading.ts";
import type { TokenVerifier, VerifiedToken } from "./tokens.ts";

function sourcesOf(record: PersonRecord): Principal["sources"] {
  return [
    { attribute: "person", source: record.source, assertedAt: record.assertedAt },
    { attribute: "clearance", source: record.clearance.source, assertedAt: record.clearance.assertedAt },
    ...record.readOns.map((readOn) => ({
      attribute: readOn.token,
      source: readOn.source,
      assertedAt: readOn.assertedAt,
    })),
  ];
}

/** A sign-in is fresh for so long: younger ones honor RE_AUTHENTICATE. */
const FRESH_SECONDS = 300;
const STALE: readonly Obligation[] = OBLIGATIONS.filter((one) => one !== "RE_AUTHENTICATE");

/** When the hours end that are open now: null where none are stated, undefined where none of those stated is open. */
function closingTime(record: PersonRecord, now: Date): Date | null | undefined {
  if (record.windows.length === 0) return null;
  const open = record.windows.filter(({ opensAt, closesAt }) => new Date(opensAt) <= now && now < new Date(closesAt));
  const latest = Math.max(...open.map(({ closesAt }) => new Date(closesAt).getTime()));
  return open.length === 0 ? undefined : new Date(latest);
}

function profileOf(record: PersonRecord, sessionLevel: Level, honors: readonly Obligation[], now: Date): AccessProfile {
  return parseProfile({
    clearance: record.clearance.level,
    fineAccessControls: record.readOns.map((readOn) => readOn.token),
    countryOfAffiliation: record.country,
    clearanceIssuer: record.clearance.issuer,
    dutyOrganization: record.dutyOrganization,
    usGovernmentAgency: record.usGovernmentAgency,
    entityType: record.entityType,
    role: record.roles,
    lists: record.lists,
    environment: {
      client: "approved",
      clientCeiling: record.client.ceiling,
      deviceAttested: record.client.deviceAttested,
      networkCeiling: record.client.networkCeiling,
      sessionLevel,
      timeWindow: closingTime(record, now) === undefined ? "closed" : "open",
      honors,
    },
  });
}

/**
 * The level of a session: no higher than the person's clearance, the client and the network, whatever the token says. What a
 * session is known by (how much it was shown together, who may know who was in it) rests on what it could really see.
 */
function levelOf(record: PersonRecord, token: VerifiedToken): Level {
  const bounds = [record.clearance.level, record.client.ceiling, record.client.networkCeiling];
  return bounds.reduce((level, bound) => (rankOf(bound) < rankOf(level) ? bound : level), token.sessionLevel);
}

/** What follows from a record, a session level, how fresh the sign-in is and which hours are open. */
type Derived = Pick<Principal, "profile" | "programs" | "sources" | "until">;

/**
 * What was derived, by all that it follows from: the record itself is read anew for every request, and one that reads the
 * same is the same object.
 */
class DerivedStandings {
  readonly #known = new WeakMap<PersonRecord, Map<string, Derived>>();

  of(record: PersonRecord, token: VerifiedToken, now: Date): Derived {
    const level = levelOf(record, token);
    const fresh = token.authenticatedAt !== null && now.getTime() / 1000 - token.authenticatedAt <= FRESH_SECONDS;
    const closes = closingTime(record, now);
    const key = `${level} ${fresh} ${closes === undefined ? "closed" : (closes?.getTime() ?? "open")}`;
    const known = this.#known.get(record) ?? new Map<string, Derived>();
    this.#known.set(record, known);
    const found = known.get(key);
    if (found) return found;
    const derived: Derived = {
      profile: profileOf(record, level, fresh ? OBLIGATIONS : STALE, now),
      until: closes ?? null,
      programs: new Set(record.programs),
      sources: sourcesOf(record),
    };
    known.set(key, derived);
    return derived;
  }
}

function principalOf(token: VerifiedToken, browser: string | null, record: PersonRecord, derived: Derived): Principal {
  return {
    personId: record.id,
    handle: record.handle,
    displayName: record.displayName,
    session: { id: token.sessionId, level: derived.profile.environment.sessionLevel, browser },
    client: { id: record.client.id, name: record.client.name },
    purpose: token.purpose,
    epoch: record.epoch,
    policyId: record.policyId,
    ...derived,
  };
}

/** Turns a bearer token or the secret of a browser's session into a Principal, from the records as they stand at this moment. */
export class Authenticator {
  readonly #verifier: TokenVerifier;
  readonly #sessions: BrowserSessions;
  readonly #people: SharedReading<PersonRecord | null>;
  readonly #derived = new DerivedStandings();
  readonly #clock: () => Date;

  constructor(verifier: TokenVerifier, sessions: BrowserSessions, store: AccessStore, clock: () => Date) {
    this.#verifier = verifier;
    this.#sessions = sessions;
    this.#people = new SharedReading((keys) => store.people(keys.map((key) => JSON.parse(key) as PersonAtClient)));
    this.#clock = clock;
  }

  /**
   * The principal of an Authorization header, which comes from anybody. Throws UNAUTHENTICATED when there is no valid
   * token, the person is unknown, suspended, without a valid clearance or holds roles that nobody holds together, or the client is not
   * approved.
   */
  async principal(authorization: string | undefined): Promise<Principal> {
    return this.standing(await this.bearer(authorization));
  }

  /** What the token of an Authorization header says, which comes from anybody. Throws UNAUTHENTICATED. */
  async bearer(authorization: string | undefined): Promise<VerifiedToken> {
    const [, token] = /^Bearer ([A-Za-z0-9._-]+)$/.exec(authorization ?? "") ?? [];
    if (token === undefined) throw new CaveatError("UNAUTHENTICATED", "no token");
    return this.#verifier.verify(token, this.#clock());
  }

  /**
   * The principal of the secret in a cookie, which comes from anybody. Throws as `principal` does.
   *
   * @param uses whether somebody asks for something: whoever only goes on listening does not make his session last longer
   */
  async ofSession(secret: string, uses: boolean): Promise<Principal> {
    const session = await this.#sessions.find(secret);
    if (!session) throw new CaveatError("UNAUTHENTICATED", "no session");
    const principal = await this.standing(session.token, session.hash);
    if (uses && session.due) await this.#sessions.use(secret);
    return principal;
  }

  /** Who somebody is of whom a token, or the browser's session of this hash, says so. Throws as `principal` does. */
  async standing(token: VerifiedToken, browser: string | null = null): Promise<Principal> {
    const now = this.#clock();
    const record = await this.#people.get(JSON.stringify({ personId: token.personId, clientId: token.clientId }));
    if (!record || record.client.status !== "approved")
      throw new CaveatError("UNAUTHENTICATED", "person or client refused");
    if (rolesConflict(record.roles)) throw new CaveatError("UNAUTHENTICATED", "roles that nobody holds together");
    return principalOf(token, browser, record, this.#derived.of(record, token, now));
  }
}

/** How people stand now, from the records; a person's own clearance is the level that is asked about. */
export function standings(store: AccessStore, clock: () => Date): StandingSource {
  return async (personId, clientId) => {
    const record = await store.person(personId, clientId);
    if (!record || record.client.status !== "approved" || rolesConflict(record.roles)) return null;
    return {
      profile: profileOf(record, record.clearance.level, OBLIGATIONS, clock()),
      programs: new Set(record.programs),
    };
  };
}
