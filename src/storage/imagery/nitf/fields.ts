import { ImageError } from "../image-error.ts";

// Each byte is one character, whichever it is; "latin1" of a TextDecoder is another one (WHATWG Encoding 4.2).
const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Reads fields of fixed length one after another. The bytes come from an attacker: nothing is read beyond their end. */
export class Fields {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes that were read or passed over. */
  get at(): number {
    return this.#at;
  }

  /** Passes over bytes, whatever they are: there may be more of them than a text is made of. */
  skip(length: number): void {
    if (this.#at + length > this.#bytes.length) throw new ImageError("NITF_DAMAGED");
    this.#at += length;
  }

  #take(length: number): string {
    this.skip(length);
    return latin1(this.#bytes.subarray(this.#at - length, this.#at));
  }

  /** A text without the spaces that fill it up. */
  text(length: number): string {
    return this.#take(length).replace(/ +$/, "");
  }

  /** A whole number: decimal digits through the whole field (MIL-STD-2500C 5.1.7), no sign and no space. */
  number(length: number): number {
    const text = this.#take(length);
    if (!/^[0-9]+$/.test(text)) throw new ImageError("NITF_DAMAGED");
    return Number(text);
  }

  /** A field that has this one value. */
  literally(value: string): void {
    if (this.#take(value.length) !== value) throw new ImageError("NITF_DAMAGED");
  }
}
