import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hash,
  randomBytes,
} from "node:crypto";
import type { KeyObject } from "node:crypto";
import { SECTION_DOMAIN } from "../../audit/index.ts";
import type { SectionOpening, SpelledSlot } from "../../audit/index.ts";
import { CaveatError } from "../errors.ts";
import { unwrapKey, wrapKey } from "../signing/key-wrap.ts";
import { MacKey } from "../signing/mac-key.ts";
import type { LedgerStore, StoredKey, StoredList, StoredSection } from "../storage/ledger-store.ts";
import { sectionBytes } from "./section-bytes.ts";

/** A section of an entry before it is sealed: canonical JSON of its marking and of what it says. */
export interface PlainSection {
  readonly slot: 0 | 1 | 2 | 3;
  readonly name: "actor" | "request" | "outcome" | "detail";
  readonly marking: string;
  readonly plaintext: string;
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
export interface SealedSection extends StoredSection, SpelledSlot {}

interface DataKey {
  readonly id: string;
  /** As HKDF expands it: already extracted, which is the same for all sections of a data key. */
  readonly key: MacKey;
}

interface KeptKey {
  /** The key itself as soon as it is there: nothing then waits for it, not even a turn. */
  key: DataKey | Promise<DataKey>;
  /** Milliseconds of the monotonic clock. */
  readonly until: number;
}

// So long does a process whose clock is wrong go on sealing under a key that was destroyed, before it is refused.
const KEY_LIFETIME_MS = 600_000;
const MOST_PEOPLE = 4_000;
/** Random bytes that sealing takes. */
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The month of an instant in UTC, `2026-09`. */
export function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}

// As a key object: an HMAC takes that faster than a text, and many times faster than bytes.
const PURPOSE = createSecretKey(Buffer.from("caveat/audit/section"));

/** The first step of HKDF (RFC 5869 section 2.2) for a data key, which is overwritten. */
function extract(dataKey: Buffer): MacKey {
  const extracted = createHmac("sha384", PURPOSE).update(dataKey).digest();
  const key = new MacKey("sha384", extracted);
  dataKey.fill(0);
  extracted.fill(0);
  return key;
}

/** SHA-256 that stands for a marking, a subject and a month: one data key for each. */
function scopeDigest(marking: string, { subject, month }: SectionScope): Buffer {
  const own = `caveat/audit/key/v2|${month}|${subject?.toString("hex") ?? "nobody"}|`;
  return createHash("sha256").update(own).update(marking).digest();
}

/** What 32 bytes of an entry are expanded from (RFC 5869 section 2.3); one block of the expansion is enough for them. */
function info(purpose: "seal" | "salt" | "list", entryId: string, place: number): string {
  return `${purpose}|${entryId}|${place}\x01`;
}

/** Key of one section or list. As a key object, which ciphers take several times faster than bytes. */
function sealingKey(extracted: MacKey, purpose: "seal" | "list", entryId: string, place: number): KeyObject {
  const derived = extracted.bytes(info(purpose, entryId, place));
  const key = createSecretKey(derived.subarray(0, 32));
  derived.fill(0);
  return key;
}

/** Nonce ‖ ciphertext ‖ tag by AES-256-GCM. */
function sealBytes(key: KeyObject, nonce: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  const sealed = Buffer.allocUnsafe(NONCE_BYTES + ciphertext.length + TAG_BYTES);
  sealed.set(nonce);
  sealed.set(ciphertext, NONCE_BYTES);
  sealed.set(cipher.getAuthTag(), NONCE_BYTES + ciphertext.length);
  return sealed;
}

/** What such bytes hold, as text. Throws when they were damaged. */
function openBytes(key: KeyObject, sealed: Buffer): string {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString("utf8");
}

// Of each section in turn: it is written, hashed and overwritten without waiting for anything.
const saltOfOne = Buffer.alloc(32);

function sealOne(entryId: string, section: PlainSection, { id, key }: DataKey, nonce: Buffer): SealedSection {
  const { slot, marking, name, plaintext } = section;
  key.write(info("salt", entryId, slot), saltOfOne);
  const bytes = sectionBytes({ marking, name, salt: saltOfOne, plaintext });
  const sealed = sealBytes(sealingKey(key, "seal", entryId, slot), nonce, bytes.plaintext);
  const commitment = hash("sha384", bytes.committed, "hex");
  bytes.committed.fill(0, SECTION_DOMAIN.length);
  saltOfOne.fill(0);
  return { slot, keyId: id, sealed, commitment, sealedHash: hash("sha384", sealed, "hex") };
}

/**
 * Seals sections of entries: one data key for each marking, person and month, wrapped by the key file, and below it a key and
 * a salt for each section, so that destroying the data key takes ciphertext and salts together. Keys to seal with are kept
 * for ten minutes and forgotten when the month turns; keys to open with are looked up at every reading and never kept.
 */
export class SectionSealer {
  readonly #store: LedgerStore;
  readonly #kek: KeyObject;
  readonly #opened = new WeakMap<StoredKey, MacKey>();
  #month = "";
  /** By person, then by marking. */
  #keys = new Map<string, Map<string, KeptKey>>();

  constructor(store: LedgerStore, kek: KeyObject) {
    this.#store = store;
    this.#kek = kek;
  }

  #keyFor(marking: string, scope: SectionScope): DataKey | Promise<DataKey> {
    // Only what is over can be erased, so that of what is erased nothing is kept here.
    if (scope.month !== this.#month) this.#keys = new Map();
    this.#month = scope.month;
    const who = scope.subject?.toString("latin1") ?? "";
    const own = this.#keys.get(who) ?? this.#newcomer(who);
    const known = own.get(marking);
    if (known && known.until > performance.now()) return known.key;
    const loading = this.#load(marking, scope);
    const kept: KeptKey = { key: loading, until: performance.now() + KEY_LIFETIME_MS };
    own.set(marking, kept);
    loading.then(
      (key) => (kept.key = key),
      () => own.delete(marking),
    );
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
   * Seals sections of the entry with this id. The key of each is its own, so that 12 random bytes are a nonce that it never
   * had; `nonceOf` gives those of a slot. Throws UNAVAILABLE when the key of their scope was destroyed.
   */
  async seal(
    entryId: string,
    sections: readonly PlainSection[],
    scope: SectionScope,
    nonceOf: (slot: number) => Buffer,
  ): Promise<SealedSection[]> {
    // All are asked for before one is waited for, and none is waited for that is there.
    const asked = sections.map((section) => ({ section, key: this.#keyFor(section.marking, scope) }));
    const sealed: SealedSection[] = [];
    for (const { section, key } of asked) {
      const own = key instanceof Promise ? await key : key;
      sealed.push(sealOne(entryId, section, own, nonceOf(section.slot)));
    }
    return sealed;
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
    const own = sealingKey(key, "list", entryId, place);
    return { place, keyId: id, sealed: sealBytes(own, randomBytes(NONCE_BYTES), Buffer.from(text, "utf8")) };
  }

  /** What sections below a stored key are opened with; null where it was destroyed. Known as long as what was looked up is. */
  #opening(stored: StoredKey): MacKey | null {
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
      return extracted && openBytes(sealingKey(extracted, "list", entryId, place), sealed);
    } catch {
      return null;
    }
  }

  /** Opens a sealed section; null when its key was destroyed. Throws when the sealed bytes were damaged. */
  open(entryId: string, { slot, sealed }: StoredSection, stored: StoredKey): SectionOpening | null {
    const name = (["actor", "request", "outcome", "detail"] as const)[slot];
    const key = this.#opening(stored);
    if (key === null || name === undefined) return null;
    const plaintext = openBytes(sealingKey(key, "seal", entryId, slot), sealed);
    const salt = key.bytes(info("salt", entryId, slot)).subarray(0, 32);
    return { marking: stored.marking, name, salt, plaintext };
  }
}
