import type { KeyObject } from "node:crypto";
import { CaveatError } from "../../errors.ts";
import { openText, sealText } from "../sealed-text.ts";
import type { Bound } from "../sealed-text.ts";

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
  /** The cursor that was opened last: a list that is sent ahead is asked for again with the same. */
  #last: (Place & { readonly cursor: string; readonly key: string }) | null = null;

  /** `key` is a secret of 32 bytes. */
  constructor(key: KeyObject, personId: string) {
    this.#key = key;
    this.#personId = personId;
  }

  #bound(place: Place): Bound {
    return ["caveat/cursor/v2", this.#personId, place.field, place.parent, place.query ?? ""];
  }

  /** The cursor of a key of at most 63 ASCII characters. */
  seal(place: Place, key: string): string {
    const plain = Buffer.alloc(PADDED);
    if (key.length >= PADDED) throw new Error("key too long for a cursor");
    plain.write(key, "latin1");
    return sealText(this.#key, this.#bound(place), plain);
  }

  /** The key in a cursor that comes from anybody. Throws INVALID_REQUEST for all but this person's cursors of this list. */
  open(place: Place, cursor: string): string {
    const last = this.#last;
    const isLast = last?.cursor === cursor && last.field === place.field && last.parent === place.parent;
    if (isLast && last.query === place.query) return last.key;
    try {
      const key = openText(this.#key, this.#bound(place), PADDED, cursor).toString("latin1").replace(/\0+$/, "");
      this.#last = { ...place, cursor, key };
      return key;
    } catch (cause) {
      throw new CaveatError("INVALID_REQUEST", "cursor", { cause });
    }
  }
}
