import { createCipheriv, createDecipheriv, createHash, createHmac, createSecretKey, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { nodeCrypto, sectionCommitment } from "../../audit/index.ts";
import type { SectionOpening } from "../../audit/index.ts";
import { CaveatError } from "../errors.ts";
import { unwrapKey, wrapKey } from "../signing/key-wrap.ts";
import type { LedgerStore, StoredKey, StoredList, StoredSection } from "../storage/ledger-store.ts";

/** A section of an entry before it is sealed: canonical JSON of its marking and of what it says. */
export interface PlainSection {
  readonly slot: 0 | 1 | 2 | 3;
  readonly name: "actor" | "request" | "outcome" | "detail";
  readonly marking: string;
  readonly plaintext: string;
  /** The value that `plaintext` is the text of, where it is at hand: whoever needs it need not parse. */
  readonly content?: unknown;
}

/** A list of objects that is too long for its entry: ids one a line, and the place of its decision in the outcome. */
export interface PlainList {
  readonly place: number;
  readonly marking: string;
  readonly text: string;
}

/** Whose entry a section is of, and when: what is erased together. */
export interface SectionScope {
  /** Keyed hash of the person whose entry it is; null for an entry of nobody. */
  readonly subject: Buffer | null;
  /** The month in UTC by the server's clock, `2026-09`. */
  readonly month: string;
}

/** A sealed section with what the leaf carries of it. */
export interface SealedSection {
  readonly slot: number;
  readonly keyId: string;
  readonly sealed: Buffer;
  readonly commitment: Uint8Array;
  readonly sealedHash: Uint8Array;
}

interface DataKey {
  readonly id: string;
  readonly key: KeyObject;
}

interface KeptKey {
  readonly loading: Promise<DataKey>;
  /** Milliseconds of the monotonic clock. */
  readonly until: number;
}

// So long does a process whose clock is wrong go on sealing under a key that was destroyed, before it is refused.
const KEY_LIFETIME_MS = 600_000;
const MOST_PEOPLE = 4_000;
/** Random bytes that sealing takes. */
export const NONCE_BYTES = 12;

/** The month of an instant in UTC, `2026-09`. */
export function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}

// As a key object: an HMAC takes that faster than a text, and many times faster than bytes.
const PURPOSE = createSecretKey(Buffer.from("caveat/audit/section"));

/** The first step of HKDF (RFC 5869 section 2.2) for a data key, which is overwritten. */
function extract(dataKey: Buffer): KeyObject {
  const extracted = createHmac("sha384", PURPOSE).update(dataKey).digest();
  const key = createSecretKey(extracted);
  dataKey.fill(0);
  extracted.fill(0);
  return key;
}

/** SHA-256 that stands for a marking, a subject and a month: one data key for each. */
function scopeDigest(marking: string, { subject, month }: SectionScope): Buffer {
  const hash = createHash("sha256").update(`caveat/audit/key/v2|${month}|${subject?.toString("hex") ?? "nobody"}|`);
  return hash.update(marking).digest();
}

/**
 * Seals sections of entries: one data key for each marking, person and month, wrapped by the key file, and below it a key and
 * a salt for each section, so that destroying the data key takes ciphertext and salts together. Keys to seal with are kept
 * for ten minutes and forgotten when the month turns; keys to open with are looked up at every reading and never kept.
 */
export class SectionSealer {
  readonly #store: LedgerStore;
  readonly #kek: KeyObject;
  readonly #opened = new WeakMap<StoredKey, KeyObject>();
  #month = "";
  /** By person, then by marking. */
  #keys = new Map<string, Map<string, KeptKey>>();

  constructor(store: LedgerStore, kek: KeyObject) {
    this.#store = store;
    this.#kek = kek;
  }

  #keyFor(marking: string, scope: SectionScope): Promise<DataKey> {
    // Only what is over can be erased, so that of what is erased nothing is kept here.
    if (scope.month !== this.#month) this.#keys = new Map();
    this.#month = scope.month;
    const who = scope.subject?.toString("latin1") ?? "";
    const own = this.#keys.get(who) ?? this.#newcomer(who);
    const known = own.get(marking);
    if (known && known.until > performance.now()) return known.loading;
    const loading = this.#load(marking, scope);
    own.set(marking, { loading, until: performance.now() + KEY_LIFETIME_MS });
    loading.catch(() => own.delete(marking));
    return loading;
  }

  #newcomer(who: string): Map<string, KeptKey> {
    const own = new Map<string, KeptKey>();
    this.#keys.set(who, own);
    for (const oldest of this.#keys.keys()) {
      if (this.#keys.size <= MOST_PEOPLE) break;
      this.#keys.delete(oldest);
    }
    return own;
  }

  async #load(marking: string, { subject, month }: SectionScope): Promise<DataKey> {
    const digest = scopeDigest(marking, { subject, month });
    const offer = (): Buffer => wrapKey(this.#kek, randomBytes(32));
    const { id, wrapped } = await this.#store.sectionKey({ digest, marking, subject, month }, offer);
    if (wrapped === null) throw new CaveatError("UNAVAILABLE", "the section key of this month was destroyed");
    return { id, key: extract(unwrapKey(this.#kek, wrapped)) };
  }

  /**
   * 32 bytes by HKDF-SHA-384 (RFC 5869). The key that is given is already extracted, which is the same for all sections of
   * a data key; one block of the expansion is enough.
   */
  #derive(extracted: KeyObject, purpose: string, entryId: string, slot: number): Buffer {
    const info = `${purpose}|${entryId}|${slot}\x01`;
    return createHmac("sha384", extracted).update(info).digest().subarray(0, 32);
  }

  /** Key of one section. As a key object, which ciphers take several times faster than bytes. */
  #sectionKey(extracted: KeyObject, entryId: string, slot: number): KeyObject {
    return createSecretKey(this.#derive(extracted, "seal", entryId, slot));
  }

  /**
   * Seals one section of the entry with this id. Its key is its own, so that 12 random bytes are a nonce that it never had.
   * Throws UNAVAILABLE when the key of its scope was destroyed.
   */
  async seal(entryId: string, section: PlainSection, scope: SectionScope, nonce: Buffer): Promise<SealedSection> {
    const { id, key } = await this.#keyFor(section.marking, scope);
    const salt = this.#derive(key, "salt", entryId, section.slot);
    const cipher = createCipheriv("aes-256-gcm", this.#sectionKey(key, entryId, section.slot), nonce);
    const sealed = Buffer.concat([
      nonce,
      cipher.update(section.plaintext, "utf8"),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    const commitment = sectionCommitment(nodeCrypto, {
      marking: section.marking,
      name: section.name,
      salt,
      plaintext: section.plaintext,
    });
    return {
      slot: section.slot,
      keyId: id,
      sealed,
      commitment,
      sealedHash: nodeCrypto.sha384(sealed),
    };
  }

  /** The keys of these entries' sections as they stand now, by id: what was erased meanwhile, by whomever, is erased here. */
  async keysOf(
    entries: readonly { readonly sections: readonly { readonly keyId: string }[] }[],
  ): Promise<Map<string, StoredKey>> {
    const ids = new Set(entries.flatMap(({ sections }) => sections.map(({ keyId }) => keyId)));
    return new Map((await this.#store.sectionKeysById([...ids])).map((key) => [key.id, key]));
  }

  /** Seals a list that is too long for its entry with the data key of the outcome that carries its SHA-384. */
  async sealList(entryId: string, { place, marking, text }: PlainList, scope: SectionScope): Promise<StoredList> {
    const { id, key } = await this.#keyFor(marking, scope);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", createSecretKey(this.#derive(key, "list", entryId, place)), nonce);
    return {
      place,
      keyId: id,
      sealed: Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]),
    };
  }

  /** What sections below a stored key are opened with; null where it was destroyed. Known as long as what was looked up is. */
  #opening(stored: StoredKey): KeyObject | null {
    if (stored.wrapped === null) return null;
    const known = this.#opened.get(stored);
    if (known) return known;
    const key = extract(unwrapKey(this.#kek, stored.wrapped));
    this.#opened.set(stored, key);
    return key;
  }

  /** Opens such a list. Null when its key was destroyed or it was damaged: its SHA-384 in the entry shows what is missing. */
  openList(entryId: string, { place, sealed }: StoredList, stored: StoredKey): string | null {
    try {
      const extracted = this.#opening(stored);
      if (extracted === null) return null;
      const key = createSecretKey(this.#derive(extracted, "list", entryId, place));
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12)).setAuthTag(sealed.subarray(-16));
      return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString("utf8");
    } catch {
      return null;
    }
  }

  /** Opens a sealed section; null when its key was destroyed. Throws when the sealed bytes were damaged. */
  open(entryId: string, { slot, sealed }: StoredSection, stored: StoredKey): SectionOpening | null {
    const name = (["actor", "request", "outcome", "detail"] as const)[slot];
    const key = this.#opening(stored);
    if (key === null || name === undefined) return null;
    const decipher = createDecipheriv("aes-256-gcm", this.#sectionKey(key, entryId, slot), sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(-16));
    const plaintext = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString("utf8");
    return { marking: stored.marking, name, salt: this.#derive(key, "salt", entryId, slot), plaintext };
  }
}
