import { MOST_POINTS } from "../labeling/shape-parse.ts";
import type { RefusalReason } from "./reading.ts";
import { readDecimal } from "./reading.ts";

/** An unchecked shape read from well-known text, or why there is none. */
export type WktResult = { readonly value: unknown } | { readonly refused: RefusalReason };

type Line = [number, number][];

class Refusal extends Error {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Reads one geometry of well-known text (OGC 06-103r4 section 7) from an untrusted cell: POLYGON and MULTIPOLYGON become a
 * polygon (each part a ring, without the repeated closing position), LINESTRING a polyline, POINT a point. Two dimensions
 * only. A polygon with an interior ring is WKT_HOLE: taking the hole for a part would add its area instead of removing it.
 * The result goes through `parseShape` with the image's grid.
 */
export function readWkt(text: string): WktResult {
  try {
    return { value: new WktReader(text).geometry() };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { refused: thrown.reason };
    throw thrown;
  }
}

class WktReader {
  readonly #tokens = /\s*([A-Za-z]+|[(),]|[-+.\dEe]+)/uy;
  readonly #text: string;
  #points = 0;

  constructor(text: string) {
    this.#text = text;
  }

  geometry(): unknown {
    const value = this.#body(this.#token().toUpperCase());
    if (this.#text.slice(this.#tokens.lastIndex).trim() !== "") throw new Refusal("WKT_SYNTAX");
    return value;
  }

  #body(kind: string): unknown {
    switch (kind) {
      case "POINT": {
        const [position, ...rest] = this.#line();
        if (position === undefined || rest.length > 0) throw new Refusal("WKT_SYNTAX");
        return { kind: "point", x: position[0], y: position[1] };
      }
      case "LINESTRING":
        return { kind: "polyline", points: this.#line() };
      case "POLYGON":
        return { kind: "polygon", rings: [this.#polygon()] };
      case "MULTIPOLYGON":
        return { kind: "polygon", rings: this.#list(() => this.#polygon()) };
      default:
        throw new Refusal("WKT_SYNTAX");
    }
  }

  #polygon(): Line {
    const [ring, ...holes] = this.#list(() => this.#line());
    if (ring === undefined) throw new Refusal("WKT_SYNTAX");
    if (holes.length > 0) throw new Refusal("WKT_HOLE");
    const [first, last] = [ring[0], ring.at(-1)];
    const closed = ring.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
    if (!closed) throw new Refusal("WKT_SYNTAX");
    return ring.slice(0, -1);
  }

  #line(): Line {
    return this.#list(() => {
      this.#points += 1;
      if (this.#points > 2 * MOST_POINTS) throw new Refusal("SHAPE_TOO_MANY_POINTS");
      return [this.#number(), this.#number()];
    });
  }

  #list<T>(item: () => T): T[] {
    if (this.#token() !== "(") throw new Refusal("WKT_SYNTAX");
    const items: T[] = [];
    for (;;) {
      items.push(item());
      const next = this.#token();
      if (next === ")") return items;
      if (next !== ",") throw new Refusal("WKT_SYNTAX");
    }
  }

  #number(): number {
    const value = readDecimal(this.#token());
    if (value === null) throw new Refusal("WKT_SYNTAX");
    return value;
  }

  #token(): string {
    const token = this.#tokens.exec(this.#text)?.[1];
    if (token === undefined) throw new Refusal("WKT_SYNTAX");
    return token;
  }
}
