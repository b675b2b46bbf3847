/** Cuts what comes in pieces into lines at each 0x0A, and gives up at a line longer than `most` bytes. */
export class BoundedLines {
  readonly #most: number;
  #held = Buffer.alloc(0);

  constructor(most: number) {
    this.#most = most;
  }

  /** The lines that this piece completes, without their ends. Throws RangeError for one that is too long. */
  push(piece: Uint8Array): Buffer[] {
    const lines: Buffer[] = [];
    let rest = Buffer.concat([this.#held, piece]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      if (end > this.#most) break;
      lines.push(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > this.#most) throw new RangeError("a line is too long");
    this.#held = rest;
    return lines;
  }
}
