/** A field of a TIFF directory: where its values lie, and what they are. */
interface Field {
  readonly type: number;
  readonly count: number;
  readonly at: number;
}

/** The first directory of a TIFF file, as far as it was asked for. */
export interface Directory {
  has(tag: number): boolean;
  /** The values of a field of numbers; null where it has another type or length than it may, or lies outside the file. */
  numbers(tag: number, most: number): readonly number[] | null;
}

/** No reader of ours looks further: entries of two bytes' count are as many as a classic file can have. */
const MOST_ENTRIES = 65_535;

/** Bytes of a value, of the types that are read: SHORT, LONG, DOUBLE, and BigTIFF's LONG8. Of ASCII no value is read. */
const SIZES: Readonly<Record<number, number>> = { 2: 1, 3: 2, 4: 4, 12: 8, 16: 8 };

/**
 * Reads the first directory of an untrusted TIFF 6.0 or BigTIFF file: one pass over its entries, no chain of directories, nothing
 * beyond the end of `bytes`. Null where it has none that can be read, or one of the tags that are asked for twice.
 */
export function readDirectory(bytes: Buffer, tags: ReadonlySet<number>): Directory | null {
  const reader = new Reader(bytes);
  const big = reader.short(2) === 43;
  if (big && (reader.short(4) !== 8 || reader.short(6) !== 0)) return null;
  const begins = big ? reader.long8(8) : reader.long(4);
  const entries = begins === null ? null : big ? reader.long8(begins) : reader.short(begins);
  if (begins === null || entries === null || entries > MOST_ENTRIES) return null;
  const [head, entry, place] = big ? [8, 20, 12] : [2, 12, 8];
  const fields = new Map<number, Field>();
  for (let nth = 0; nth < entries; nth += 1) {
    const at = begins + head + nth * entry;
    const [tag, type] = [reader.short(at), reader.short(at + 2)];
    const count = big ? reader.long8(at + 4) : reader.long(at + 4);
    if (tag === null || type === null || count === null) return null;
    if (!tags.has(tag)) continue;
    if (fields.has(tag)) return null;
    const fits = (SIZES[type] ?? Infinity) * count <= entry - place;
    const lies = fits ? at + place : big ? reader.long8(at + place) : reader.long(at + place);
    if (lies === null) return null;
    fields.set(tag, { type, count, at: lies });
  }
  return {
    has: (tag) => fields.has(tag),
    numbers(tag, most) {
      const field = fields.get(tag);
      if (!field || field.count === 0 || field.count > most) return null;
      const values: number[] = [];
      for (let nth = 0; nth < field.count; nth += 1) {
        const value = reader.value(field.type, field.at + nth * (SIZES[field.type] ?? 0));
        if (value === null) return null;
        values.push(value);
      }
      return values;
    },
  };
}

/** Numbers in either byte order; null beyond the end, and for what a number cannot hold exactly. */
class Reader {
  readonly #bytes: Buffer;
  readonly #little: boolean;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#little = bytes[0] === 0x49;
  }

  #has(at: number, length: number): boolean {
    return Number.isSafeInteger(at) && at >= 0 && at + length <= this.#bytes.length;
  }

  short(at: number): number | null {
    if (!this.#has(at, 2)) return null;
    return this.#little ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  long(at: number): number | null {
    if (!this.#has(at, 4)) return null;
    return this.#little ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  long8(at: number): number | null {
    if (!this.#has(at, 8)) return null;
    const value = Number(this.#little ? this.#bytes.readBigUInt64LE(at) : this.#bytes.readBigUInt64BE(at));
    return Number.isSafeInteger(value) ? value : null;
  }

  #double(at: number): number | null {
    if (!this.#has(at, 8)) return null;
    const value = this.#little ? this.#bytes.readDoubleLE(at) : this.#bytes.readDoubleBE(at);
    return Number.isFinite(value) ? value : null;
  }

  value(type: number, at: number): number | null {
    switch (type) {
      case 3:
        return this.short(at);
      case 4:
        return this.long(at);
      case 12:
        return this.#double(at);
      case 16:
        return this.long8(at);
      default:
        return null;
    }
  }
}
