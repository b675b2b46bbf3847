/**
 * What is made of an original one after the other, and how much is done at the end of each, in percent: about as long as each
 * takes. The stretch is taken of few pictures; where there is none, the copy begins at nothing.
 */
const ENDS = { stretch: 30, copy: 50, tiles: 95, pack: 100 } as const;

/** One going through a picture, or through its tiles. */
export type Pass = keyof typeof ENDS;

/**
 * Told how much of a deriving is done: every whole percent, one after the other, from 1 to 100. What is told is the same of every
 * picture, only not when, and a picture that does not decode ends it before.
 */
export type ToldPercent = (percent: number) => void;

/** Characters of a line that tells something; a program that writes longer ones tells nothing. */
const LONGEST_LINE = 200;

/** How much of a deriving is done. It never falls. */
export class Progress {
  readonly #told: ToldPercent;
  #from = 0;
  #to = 0;
  #now = 0;

  constructor(told: ToldPercent) {
    this.#told = told;
  }

  begins(pass: Pass): void {
    this.#from = this.#now;
    this.#to = Math.max(ENDS[pass], this.#now);
  }

  /** How much of what was begun last is done, in percent. */
  at(percent: number): void {
    const now = Math.floor(this.#from + ((this.#to - this.#from) * Math.min(percent, 100)) / 100);
    while (this.#now < now) {
      this.#now += 1;
      this.#told(this.#now);
    }
  }
}

/** What a program writes to its standard output when it begins a pass. */
export const passLine = (pass: Pass): string => `\n${pass} begins\n`;

/** What it writes when so much of the pass is done: in the words of libvips, which tells of passes through pixels by itself. */
export const percentLine = (percent: number): string => `\n${Math.floor(percent)}% complete\n`;

/**
 * Hears what a program tells that decodes: its own lines, and those of libvips between them. They come from where what an
 * attacker made is decoded: none of them makes a progress fall, or pass the whole.
 */
export function hearing(progress: Progress): (piece: Buffer) => void {
  let rest = "";
  return (piece) => {
    const lines = (rest + piece.toString("latin1")).split(/[\r\n]/u);
    rest = (lines.pop() ?? "").slice(-LONGEST_LINE);
    for (const line of lines) {
      const [, pass, percent] = /^(?:(\w+) begins|(?:.*: )?(\d{1,3})% complete)$/u.exec(line) ?? [];
      if (pass !== undefined && Object.hasOwn(ENDS, pass)) progress.begins(pass as Pass);
      if (percent !== undefined) progress.at(Number(percent));
    }
  };
}
