import { createCipheriv, createDecipheriv, createHash, createHmac, createSecretKey, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { nodeCrypto, sectionCommitment } from "../../audit/index.ts";
import type { SectionOpening } from "../../audit/index.ts";
import { unwrapKey, wrapKey } from "../signing/key-wrap.ts";
import type { LedgerStore, StoredList } from "../storage/ledger-store.ts";

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

/** A sealed section with what the leaf carries of it. */
export interface SealedSection {
  readonly slot: number;
  readonly keyId: string;
  readonly sealed: Buffer;
  readonly commitment: Uint8Array;
  readonly sealedHash: Uint8Array;
}

/** The first step of HKDF (RFC 5869 section 2.2) for a data key. */
function extract(dataKey: Uint8Array): KeyObject {
  return createSecretKey(createHmac("sha384", "caveat/audit/section").update(dataKey).digest());
}

/**
 * Seals sections of entries: one data key for each marking, wrapped by the key file, and below it a key and a salt for
 * each section, so that destroying the data key takes ciphertext and salts together.
 */
export class SectionSealer {
  readonly #store: LedgerStore;
  readonly #kek: KeyObject;
  readonly #byMarking = new Map<string, Promise<{ id: string; key: KeyObject }>>();
  readonly #byId = new Map<string, Promise<{ marking: string; key: KeyObject } | null>>();

  constructor(store: LedgerStore, kek: KeyObject) {
    this.#store = store;
    this.#kek = kek;
  }

  #keyFor(marking: string): Promise<{ id: string; key: KeyObject }> {
    const known = this.#byMarking.get(marking);
    if (known) return known;
    const loading = (async () => {
      const digest = createHash("sha256").update(marking).digest();
      const { id, wrapped } = await this.#store.sectionKey(digest, marking, wrapKey(this.#kek, randomBytes(32)));
      return { id, key: extract(unwrapKey(this.#kek, wrapped)) };
    })();
    this.#byMarking.set(marking, loading);
    loading.catch(() => this.#byMarking.delete(marking));
    return loading;
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

  /** Seals one section of the entry with this id. */
  async seal(entryId: string, section: PlainSection): Promise<SealedSection> {
    const { id, key } = await this.#keyFor(section.marking);
    const salt = this.#derive(key, "salt", entryId, section.slot);
    const nonce = randomBytes(12);
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

  /** The marking under which a section was sealed (canonical JSON), without opening it; null when the key was destroyed. */
  async markingOf(keyId: string): Promise<string | null> {
    return (await this.#key(keyId))?.marking ?? null;
  }

  #key(keyId: string): Promise<{ marking: string; key: KeyObject } | null> {
    const known = this.#byId.get(keyId);
    if (known) return known;
    const loading = this.#store
      .sectionKeyById(keyId)
      .then((row) => (row ? { marking: row.marking, key: extract(unwrapKey(this.#kek, row.wrapped)) } : null));
    this.#byId.set(keyId, loading);
    loading.catch(() => this.#byId.delete(keyId));
    return loading;
  }

  /**
   * The 16 bytes under which something that a section of this key names is found: HKDF-SHA-384 from the data key, so that
   * equal things under two markings have nothing in common and nobody without the key can try one. Null without the key.
   */
  async subject(keyId: string, name: string): Promise<Buffer | null> {
    const found = await this.#key(keyId);
    return found && createHmac("sha384", found.key).update(`subject|${name}\x01`).digest().subarray(0, 16);
  }

  /** Seals a list that is too long for its entry under the marking of the outcome that carries its SHA-384. */
  async sealList(entryId: string, { place, marking, text }: PlainList): Promise<StoredList> {
    const { id, key } = await this.#keyFor(marking);
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", createSecretKey(this.#derive(key, "list", entryId, place)), nonce);
    return {
      place,
      keyId: id,
      sealed: Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]),
    };
  }

  /** Opens such a list. Null when its key was destroyed or it was damaged: its SHA-384 in the entry shows what is missing. */
  async openList(
    entryId: string,
    { place, keyId, sealed }: StoredList,
  ): Promise<{ marking: string; text: string } | null> {
    const found = await this.#key(keyId);
    if (!found) return null;
    try {
      const key = createSecretKey(this.#derive(found.key, "list", entryId, place));
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12)).setAuthTag(sealed.subarray(-16));
      const text = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString("utf8");
      return { marking: found.marking, text };
    } catch {
      return null;
    }
  }

  /** Opens a sealed section; null when its key was destroyed. Throws when the sealed bytes were damaged. */
  async open(entryId: string, slot: number, keyId: string, sealed: Buffer): Promise<SectionOpening | null> {
    const found = await this.#key(keyId);
    const name = (["actor", "request", "outcome", "detail"] as const)[slot];
    if (!found || name === undefined) return null;
    const decipher = createDecipheriv(
      "aes-256-gcm",
      this.#sectionKey(found.key, entryId, slot),
      sealed.subarray(0, 12),
    );
    decipher.setAuthTag(sealed.subarray(-16));
    const plaintext = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString("utf8");
    return { marking: found.marking, name, salt: this.#derive(found.key, "salt", entryId, slot), plaintext };
  }
}
