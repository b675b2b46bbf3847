import { createSecretKey, hash, randomBytes, randomUUID } from "node:crypto";
import { MacKey } from "../signing/mac-key.ts";
import type { Transaction } from "../storage/transaction.ts";
import type { AccessStore } from "../storage/access-store.ts";

const BLOCK = 64;
const LIFE_SECONDS = 300;

/** What a gate token says: who, under which profile and policy, for which committed request entry. */
export interface GateClaim {
  readonly personId: string;
  readonly profileId: string;
  readonly policyId: string;
  readonly epoch: number;
  readonly requestId: string;
  readonly nonce: Buffer;
  readonly purpose: string;
  /** Name of the client; the token opens nothing when that is not approved any more. */
  readonly client: string;
  /** Process id of the PostgreSQL backend that the token will be shown to; no other one takes it. */
  readonly backend: number;
  /** When the hours end in which the person may work: no token outlasts them. Null where they do not end. */
  readonly until: Date | null;
}

/**
 * Mints the tokens that a transaction shows to PostgreSQL (HMAC-SHA-256, checked by a SECURITY DEFINER function). The key
 * is made by this process, kept in its memory, and known to the database as its two pads, which no working role can read.
 */
export class GateTokenMint {
  readonly #id = randomUUID();
  readonly #key = createSecretKey(randomBytes(BLOCK));
  readonly #mac = MacKey.of("sha256", this.#key);

  /** Registers the key of this process. Call once before minting. */
  async register(store: AccessStore): Promise<void> {
    const key = this.#key.export();
    const inner = Buffer.from(key.map((byte) => byte ^ 0x36));
    const outer = Buffer.from(key.map((byte) => byte ^ 0x5c));
    await store.registerGateKey(this.#id, inner, outer);
  }

  /** The MAC with which PostgreSQL takes a record into the outbox of a log. */
  sealRecord(logId: number, recordId: string, text: string): { readonly keyId: string; readonly mac: Buffer } {
    return { keyId: this.#id, mac: this.#mac.bytes(`record|${logId}|${recordId}|${text}`) };
  }

  /** A token that lasts five minutes, or until the person's hours end. */
  mint(claim: GateClaim, now: Date): string {
    const expiry = Math.min(now.getTime() + LIFE_SECONDS * 1000, claim.until?.getTime() ?? Infinity);
    const body = [
      "v2",
      this.#id,
      claim.personId,
      claim.profileId,
      claim.policyId,
      claim.epoch,
      claim.requestId,
      claim.nonce.toString("hex"),
      claim.purpose,
      claim.client,
      claim.backend,
      Math.floor(expiry / 1000),
    ].join("|");
    return `${body}|${this.#mac.hex(body)}`;
  }
}

/** What the request entry commits to, so that PostgreSQL can tell that a token is for this entry, person and purpose. */
export function gateHash(nonce: Buffer, personId: string, purpose: string): Buffer {
  return hash("sha256", Buffer.concat([nonce, Buffer.from(`${personId}|${purpose}`, "utf8")]), "buffer");
}

/** Puts a record into the outbox of a transaction, under the MAC of this process. */
export async function propose(
  tx: Transaction,
  mint: GateTokenMint,
  logId: number,
  { id, text }: { readonly id: string; readonly text: string },
): Promise<void> {
  const { keyId, mac } = mint.sealRecord(logId, id, text);
  await tx.rows("select audit.propose(?::smallint, ?::uuid, ?, ?::uuid, ?)", [logId, id, text, keyId, mac]);
}
