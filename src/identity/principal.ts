import type { AccessProfile } from "../policy/profile.ts";

/** Where an attribute comes from and when it was asserted there (RFC 3339). */
export interface AttributeSource {
  readonly attribute: string;
  readonly source: string;
  readonly assertedAt: string;
}

/**
 * Who asks: a verified person at a verified client in one session. Made only by identity, from a verified token and the
 * records of person and client as they stand at this moment.
 */
export interface Principal {
  readonly personId: string;
  readonly handle: string;
  readonly displayName: string;
  readonly session: {
    readonly id: string;
    readonly level: AccessProfile["environment"]["sessionLevel"];
    /** SHA-256 (hex) of the secret of the browser's session that asks; null where a token does, which nobody signs out. */
    readonly browser: string | null;
  };
  readonly client: { readonly id: string; readonly name: string };
  readonly purpose: string;
  readonly profile: AccessProfile;
  /** When the hours end in which the person may work: the profile is no longer true then. Null where they do not end. */
  readonly until: Date | null;
  /** Counts changes of what decisions about this person rest on; a gate token names it. */
  readonly epoch: number;
  /** The policy row that was active when the records were read; null when none was. */
  readonly policyId: string | null;
  /** Programs the person is read into. */
  readonly programs: ReadonlySet<string>;
  readonly sources: readonly AttributeSource[];
}

/** How somebody stands now: what decisions about him rest on, and the programs he is read into. */
export interface Standing {
  readonly profile: AccessProfile;
  readonly programs: ReadonlySet<string>;
}

/** Looks up how a person stands now at a client; null when unknown, suspended, without a clearance or client refused. */
export type StandingSource = (personId: string, clientId: string) => Promise<Standing | null>;
