import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { CaveatError } from "../../errors.ts";

const NONCE = 12;
const TAG = 16;
/** Every key is padded to this many bytes, so that all cursors have one length. */
const PADDED = 64;

/** The list in which a cursor stands: the field and the object below which the list is. */
export interface Place {
  readonly field: string;
  readonly parent: string;
  /** The order and the equalities that were asked for; none where the list has one form only. */
  readonly query?: string;
}

/**
 * Cursors of one person: the key of a list's last row, sealed with AES-256-GCM and bound to person, field, parent, order and filter. A
 * cursor says nothing to its holder and is good for nothing in another list or another hand.
 */
export class Cursors {
  readonly #key: KeyObject;
  readonly #personId: string;

  /** `key` is a secret of 32 bytes. */
  constructor(key: KeyObject, personId: string) {
    this.#key = key;
    this.#personId = personId;
  }

  #bound(place: Place): Buffer {
    return Buffer.from(
      JSON.stringify(["caveat/cursor/v2", this.#personId, place.field, place.parent, place.query ?? ""]),
    );
  }

  /** The cursor of a key of at most 63 ASCII characters. */
  seal(place: Place, key: string): string {
    const plain = Buffer.alloc(PADDED);
    if (key.length >= PADDED) throw new Error("key too long for a cursor");
    plain.write(key, "latin1");
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(this.#bound(place));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString("base64url");
  }

  /** The key in a cursor that comes from anybody. Throws INVALID_REQUEST for all but this person's cursors of this list. */
  open(place: Place, cursor: string): string {
    const sealed = Buffer.from(cursor, "base64url");
    if (sealed.length !== NONCE + PADDED + TAG || sealed.toString("base64url") !== cursor) {
      throw new CaveatError("INVALID_REQUEST", "cursor form");
    }
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.#key, sealed.subarray(0, NONCE), { authTagLength: TAG })
        .setAAD(this.#bound(place))
        .setAuthTag(sealed.subarray(NONCE + PADDED));
      const plain = Buffer.concat([decipher.update(sealed.subarray(NONCE, NONCE + PADDED)), decipher.final()]);
      return plain.toString("latin1").replace(/\0+$/, "");
    } catch (cause) {
      throw new CaveatError("INVALID_REQUEST", "cursor", { cause });
    }
  }
}
