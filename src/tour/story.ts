/** How the story is told: to a person on a terminal of Unicode or of ASCII, or to a program, a JSON object a line. */
export type StoryStyle = "unicode" | "ascii" | "json";

/** Why a step did not come out as told. */
export type TourErrorCode =
  /** Something is not as the story says. */
  | "NOT_AS_TOLD"
  /** The server did not start, or did not end in order. */
  | "SERVER"
  /** A program that the step needs is not there. */
  | "PROGRAM_MISSING"
  /** The server refused what the story needs, or could not be reached. */
  | "REFUSED";

/** A step that did not come out as told; the message is one sentence for a person. */
export class TourError extends Error {
  readonly code: TourErrorCode;

  constructor(code: TourErrorCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "TourError";
    this.code = code;
  }
}

/** Throws NOT_AS_TOLD with the sentence unless the condition holds. */
export function told(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new TourError("NOT_AS_TOLD", sentence);
}

/** Throws NOT_AS_TOLD unless the two are equal. `what` names the figure. */
export function toldEqual<T extends string | number | boolean | null>(actual: T, expected: T, what: string): void {
  told(actual === expected, `${what}: told ${String(expected)}, found ${String(actual)}`);
}

/** What a step tells while it is done. */
export interface Telling {
  /** A short sentence for people. */
  readonly say: (sentence: string) => void;
  /** A named figure for programs. */
  readonly figure: (name: string, value: string | number | boolean) => void;
  /** Says that the step was not done, and why; it then counts neither as told nor as failed. */
  readonly skip: (why: string) => void;
}

const SIGNS = {
  unicode: { told: "✓", skipped: "–", failed: "✗" },
  ascii: { told: "ok", skipped: "skipped", failed: "FAILED" },
} as const;
const COLUMNS = 92;
const INDENT = "      ";

/** Tells the steps of the tour in order, numbered, each with the time that it took. */
export class Story {
  readonly #write: (text: string) => void;
  readonly #style: StoryStyle;
  #steps = 0;
  #name = "";
  #skipped = 0;

  constructor(style: StoryStyle, write: (text: string) => void) {
    this.#style = style;
    this.#write = write;
  }

  /** Number of steps told so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Number of steps that were skipped. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Number and name of the step that was told last, or is being done. */
  get current(): string {
    return `${this.#steps} (${this.#name})`;
  }

  /** Does one step and tells how it came out. Throws what the step threw, after that was told. */
  async step<T>(name: string, title: string, act: (tell: Telling) => Promise<T>): Promise<T> {
    this.#steps += 1;
    this.#name = name;
    const step = this.#steps;
    const said: string[] = [];
    const figures: Record<string, string | number | boolean> = {};
    let skipped = false;
    const began = performance.now();
    const tell: Telling = {
      say: (sentence) => void said.push(sentence),
      figure: (key, value) => {
        figures[key] = value;
      },
      skip: (why) => {
        skipped = true;
        said.push(`Skipped: ${why}`);
      },
    };
    const end = (problem: string | null): void => {
      const ms = Math.round(performance.now() - began);
      if (this.#style === "json") {
        const line = {
          step,
          name,
          title,
          ok: problem === null,
          ...(skipped ? { skipped } : {}),
          ms,
          figures,
          said,
          ...(problem === null ? {} : { problem }),
        };
        this.#write(`${JSON.stringify(line)}\n`);
      } else {
        const sign = SIGNS[this.#style][problem !== null ? "failed" : skipped ? "skipped" : "told"];
        const sentences = [...said, ...(problem === null ? [] : [problem])];
        this.#write(this.#paragraph(`${String(step).padStart(2)}. ${sign} ${title}`, ms, sentences));
      }
    };
    try {
      const result = await act(tell);
      end(null);
      if (skipped) this.#skipped += 1;
      return result;
    } catch (thrown) {
      end(thrown instanceof Error ? thrown.message : "failed");
      throw thrown;
    }
  }

  /** A line outside of the steps, for people only. */
  aside(text: string): void {
    if (this.#style !== "json") this.#write(`\n${printed(text, this.#style)}\n`);
  }

  #paragraph(head: string, ms: number, sentences: readonly string[]): string {
    const style = this.#style;
    const lines = sentences.flatMap((sentence) => wrapped(printed(sentence, style), COLUMNS - INDENT.length));
    const first = `${head.padEnd(COLUMNS - 10)} ${count(ms).padStart(6)} ms`;
    return [first, ...lines.map((line) => INDENT + line), ""].join("\n");
  }
}

/** Breaks a text at its blanks into lines of at most so many characters; a longer word stays whole. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A whole number with commas between the thousands. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A number of bytes for people. */
export function bytes(value: number): string {
  if (value < 1_000) return `${value} bytes`;
  return value < 1_000_000 ? `${(value / 1_000).toFixed(1)} kB` : `${(value / 1_000_000).toFixed(1)} MB`;
}

/** "1 label", "2 labels". */
export function several(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/**
 * Text as the terminal is to get it. Names of files and classes come from outside: control and formatting characters are
 * written out, and for an ASCII terminal everything beyond ASCII is.
 */
function printed(text: string, style: StoryStyle): string {
  const unwanted = style === "unicode" ? /[^\P{C}]|[\u2028\u2029]/gu : /[^ -~]/gu;
  return text.replace(unwanted, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
