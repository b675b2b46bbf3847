import { ImageError } from "../image-error.ts";

/** Reads fields of fixed length one after another. The bytes come from an attacker: nothing is read beyond their end. */
export class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes that were read or passed over. */
  get at(): number {
    return this.#at;
  }

  #take(length: number): string {
    if (this.#at + length > this.#bytes.length) throw new ImageError("NITF_DAMAGED");
    this.#at += length;
    return this.#bytes.toString("latin1", this.#at - length, this.#at);
  }

  skip(length: number): void {
    this.#take(length);
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
