/** The texts of a row's columns; null where there is none. Whoever receives it may write into it. */
type Fields = (string | null)[];

/** What of a stream the driver listens to. */
interface Heard {
  on(event: string, listener: (bytes: Buffer) => void): unknown;
}

/** What of the driver's connection rows are told to, as the driver itself tells them. */
export interface RowSink {
  attachListeners(stream: Heard): void;
  emit(event: "dataRow", message: { readonly fields: Fields }): boolean;
  emit(event: "error", error: Error): boolean;
}

/** Of a message: its code (one byte) and its length, which counts itself (PostgreSQL, "Message Formats"). */
const CODE = 1;
const LENGTH = 4;
const DATA_ROW = 68;
const NULL = -1;

function sameBytes(a: DataView, from: number, b: DataView, at: number, length: number): boolean {
  let done = 0;
  for (; done + 4 <= length; done += 4) if (a.getInt32(from + done) !== b.getInt32(at + done)) return false;
  for (; done < length; done += 1) if (a.getInt8(from + done) !== b.getInt8(at + done)) return false;
  return true;
}

/**
 * Reads rows off a connection in the driver's place; everything else goes to the driver as it came. Rows of one page agree in
 * most columns: a column with the bytes that it had in the row before is not made a text again, but is that very text.
 */
class RowWire {
  readonly #sink: RowSink;
  #others: (bytes: Buffer) => void = () => undefined;
  /** The beginning of a message whose end has not come. */
  #held: Buffer[] = [];
  #needed = 0;
  #ended = false;
  /** The row before: its bytes (null where there is none), where its columns lie in them, and their texts. */
  #before: DataView | null = null;
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  #texts: Fields = [];

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  /** Where the driver listens: it hears all that is no row. */
  on(event: string, listener: (bytes: Buffer) => void): void {
    if (event === "data") this.#others = listener;
  }

  /** Bytes as they come. */
  take(chunk: Buffer): void {
    if (this.#ended) return;
    let bytes = chunk;
    if (this.#held.length > 0) {
      this.#held.push(chunk);
      this.#needed -= chunk.length;
      if (this.#needed > 0) return;
      bytes = Buffer.concat(this.#held);
      this.#held = [];
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    let passed = 0;
    for (;;) {
      const head = at + CODE + LENGTH;
      const end = head > bytes.length ? Number.POSITIVE_INFINITY : at + CODE + view.getInt32(at + CODE);
      if (end > bytes.length) {
        this.#needed = (end === Number.POSITIVE_INFINITY ? head : end) - bytes.length;
        break;
      }
      if (end < head) return this.#broken();
      if (bytes[at] === DATA_ROW) {
        if (passed < at) this.#pass(bytes.subarray(passed, at));
        if (!this.#row(bytes, view, head, end)) return this.#broken();
        passed = end;
      }
      at = end;
    }
    if (passed < at) this.#pass(bytes.subarray(passed, at));
    if (at < bytes.length) this.#held = [bytes.subarray(at)];
  }

  #pass(bytes: Buffer): void {
    // Nothing of a page is kept beyond its last row.
    this.#before = null;
    this.#texts = [];
    this.#others(bytes);
  }

  /** What comes after is not understood either. */
  #broken(): void {
    this.#ended = true;
    this.#sink.emit("error", new Error("a message of no such length"));
  }

  /** Tells a row; false where its columns do not fill it. */
  #row(bytes: Buffer, view: DataView, head: number, end: number): boolean {
    if (head + 2 > end) return false;
    const count = view.getInt16(head);
    const before = this.#before;
    const starts = this.#starts;
    const lengths = this.#lengths;
    const texts = this.#texts;
    let at = head + 2;
    for (let column = 0; column < count; column += 1) {
      if (at + LENGTH > end) return false;
      const length = view.getInt32(at);
      at += LENGTH;
      if (length < NULL || at + length > end) return false;
      if (length === NULL) texts[column] = null;
      else {
        const known = before !== null && length === lengths[column];
        if (!known || !sameBytes(before, starts[column] ?? 0, view, at, length))
          texts[column] = bytes.toString("utf8", at, at + length);
      }
      starts[column] = at;
      lengths[column] = length;
      if (length > 0) at += length;
    }
    if (at !== end) return false;
    // Columns beyond this row's lie in other bytes than these.
    lengths.length = count;
    texts.length = count;
    this.#before = view;
    this.#sink.emit("dataRow", { fields: [...texts] });
    return true;
  }
}

/** Reads the rows of a connection that has not begun yet in its driver's place. */
export function readRows(connection: RowSink): void {
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    const wire = new RowWire(connection);
    attach(wire);
    stream.on("data", (bytes) => wire.take(bytes));
  };
}
