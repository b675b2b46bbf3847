/** Media type of an answer that comes line by line. */
export const LINES_TYPE = "application/x-ndjson";

/** An answer as it would come by itself: its status, and its body as JSON. */
export interface WholeAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Tells whoever uploads how much is made of his image, before the answer to the same request: a line for every percent,
 * `{"derived":1}` to `{"derived":100}`, then one with the status and the body that the answer has where nobody asked for this.
 * Percents are told of the bytes that came with the request, to who sent them, and the same ones of every image: nothing
 * of what is stored is in them, and they may leave before the outcome. The answer itself may not (I4).
 */
export class ToldAnswer {
  /** When the first percent has been told; never where a request is refused before. */
  readonly begun: Promise<void>;
  readonly tell: (percent: number) => void;
  readonly #told: number[] = [];
  #wake: () => void = () => undefined;

  constructor() {
    let begin: () => void = () => undefined;
    this.begun = new Promise((resolve) => {
      begin = resolve;
    });
    this.tell = (percent) => {
      this.#told.push(percent);
      begin();
      this.#wake();
    };
  }

  /** The lines. Throws what `last` throws. */
  async *lines(last: Promise<WholeAnswer>): AsyncGenerator<string> {
    let over = false;
    const end = (): void => {
      over = true;
      this.#wake();
    };
    last.then(end, end);
    for (;;) {
      for (const derived of this.#told.splice(0)) yield `${JSON.stringify({ derived })}\n`;
      if (over && this.#told.length === 0) break;
      if (this.#told.length === 0)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
    const { status, body } = await last;
    yield `{"status":${status},"answer":${body}}\n`;
  }
}
