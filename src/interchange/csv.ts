import { isClassName, MOST_ANNOTATIONS, readDecimal, UnreadableError } from "./reading.ts";
import type { RawAnnotation, RawReading, RefusalReason } from "./reading.ts";
import { readWkt } from "./wkt.ts";

/** A record of a CSV text; `line` is where it begins, counting from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Fields of one record; more are refused as CSV_SYNTAX. */
const MOST_FIELDS = 100;

/**
 * Splits an untrusted text into records (RFC 4180: comma, double quotes, CRLF or LF). Blank lines are skipped. Throws
 * {@link UnreadableError} CSV_SYNTAX for a quote inside an unquoted field, text after a closing quote, a quote that is never
 * closed, and too many fields or records. Linear in the length of the text.
 */
export function* splitCsv(text: string): Generator<CsvRecord> {
  let at = 0;
  let line = 1;
  let records = 0;
  while (at < text.length) {
    const fields: string[] = [];
    const startLine = line;
    for (let open = true; open;) {
      let field: string;
      if (text[at] === '"') {
        const end = closingQuote(text, at + 1);
        field = text.slice(at + 1, end).replaceAll('""', '"');
        line += field.split("\n").length - 1;
        at = end + 1;
      } else {
        const rest = /[,\r\n"]/gu;
        rest.lastIndex = at;
        const end = rest.exec(text)?.index ?? text.length;
        if (text[end] === '"') throw new UnreadableError("CSV_SYNTAX");
        field = text.slice(at, end);
        at = end;
      }
      fields.push(field);
      if (fields.length > MOST_FIELDS) throw new UnreadableError("CSV_SYNTAX");
      const next = text[at];
      if (next === ",") {
        at += 1;
        continue;
      }
      open = false;
      if (next === "\r" && text[at + 1] === "\n") at += 2;
      else if (next === "\n") at += 1;
      else if (next !== undefined) throw new UnreadableError("CSV_SYNTAX");
    }
    line += 1;
    if (fields.length === 1 && fields[0] === "") continue;
    records += 1;
    if (records > MOST_ANNOTATIONS + 1) throw new UnreadableError("TOO_MANY_ANNOTATIONS");
    yield { line: startLine, fields };
  }
}

function closingQuote(text: string, from: number): number {
  let at = from;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) throw new UnreadableError("CSV_SYNTAX");
    if (text[quote + 1] !== '"') return quote;
    at = quote + 2;
  }
}

/** Where each thing stands in a record; -1 when the file has no such column. */
interface Columns {
  readonly count: number;
  readonly image: number;
  readonly label: number;
  readonly corners: readonly [xmin: number, ymin: number, xmax: number, ymax: number] | null;
  readonly score: number;
  readonly geometry: number;
}

/** What tools call the columns; of each list a file has one. */
const NAMES = {
  image: ["image_path", "filename", "file_name"],
  label: ["label", "class"],
  score: ["score", "scores"],
  geometry: ["geometry"],
} as const;

/**
 * Reads the annotations of a DeepForest style CSV: columns by NAME in any order (`xmin,ymin,xmax,ymax` and
 * `xmin,xmax,ymin,ymax` are both in use), `score` or `scores` for what a model made, `geometry` for well-known text. Where a
 * row has corners and a geometry, the finer one counts: the geometry, unless it is exactly the rectangle of the corners, which
 * is a box. Columns of other names are not read. Throws {@link UnreadableError}.
 */
export function readCsv(text: string): RawReading {
  const records = splitCsv(text);
  const head = records.next();
  if (head.done === true) throw new UnreadableError("CSV_COLUMNS");
  const columns = readColumns(head.value.fields);
  const annotations: RawAnnotation[] = [];
  const refused: { reason: RefusalReason; at: string }[] = [];
  for (const { line, fields } of records) {
    const at = `line ${line}`;
    const annotation = fields.length === columns.count ? readRow(fields, columns, at) : "CSV_ROW";
    if (typeof annotation === "string") refused.push({ reason: annotation, at });
    else annotations.push(annotation);
  }
  return { annotations, refused, masks: [], images: [] };
}

function readColumns(header: readonly string[]): Columns {
  const find = (names: readonly string[]): number => {
    const found = header.flatMap((name, index) => (names.includes(name) ? [index] : []));
    if (found.length > 1) throw new UnreadableError("CSV_COLUMNS");
    return found[0] ?? -1;
  };
  const corners = [find(["xmin"]), find(["ymin"]), find(["xmax"]), find(["ymax"])] as const;
  const columns = {
    count: header.length,
    image: find(NAMES.image),
    label: find(NAMES.label),
    corners: corners.every((index) => index >= 0) ? corners : null,
    score: find(NAMES.score),
    geometry: find(NAMES.geometry),
  };
  const drawn = columns.corners !== null || columns.geometry >= 0;
  if (columns.image < 0 || columns.label < 0 || !drawn) throw new UnreadableError("CSV_COLUMNS");
  return columns;
}

function readRow(fields: readonly string[], columns: Columns, at: string): RawAnnotation | RefusalReason {
  const cell = (index: number): string => fields[index] ?? "";
  const className = cell(columns.label);
  if (!isClassName(className)) return "CLASS_NAME";
  let score: number | null = null;
  if (cell(columns.score) !== "") {
    score = readDecimal(cell(columns.score));
    if (score === null || score < 0 || score > 1) return "SCORE";
  }
  const shape = readShape(cell, columns);
  return { image: cell(columns.image), grid: null, className, shape, score, at };
}

function readShape(cell: (index: number) => string, columns: Columns): RawAnnotation["shape"] {
  const geometry = cell(columns.geometry) === "" ? null : readWkt(cell(columns.geometry));
  if (columns.corners === null) return geometry ?? { refused: "WKT_SYNTAX" };
  const texts = columns.corners.map((index) => cell(index));
  if (geometry !== null && texts.every((text) => text === "")) return geometry;
  const [xmin = null, ymin = null, xmax = null, ymax = null] = texts.map((text) => readDecimal(text));
  if (xmin === null || ymin === null || xmax === null || ymax === null) return { refused: "NUMBER" };
  if (geometry !== null && !isRectangle(geometry, [xmin, ymin, xmax, ymax])) return geometry;
  return { value: { kind: "box", x: xmin, y: ymin, width: xmax - xmin, height: ymax - ymin } };
}

/** Whether a geometry is the upright rectangle of these corners, whichever corner it begins at and way round it goes. */
function isRectangle(geometry: RawAnnotation["shape"], corners: readonly [number, number, number, number]): boolean {
  if (!("value" in geometry)) return false;
  const [xmin, ymin, xmax, ymax] = corners;
  const { rings } = geometry.value as { rings?: readonly (readonly (readonly [number, number])[])[] };
  const ring = rings?.[0];
  if (rings?.length !== 1 || ring?.length !== 4) return false;
  // Neighbours differ in one coordinate only: four corners in any other order would be a bow tie.
  const upright = ring.every(([x, y], index) => {
    const [nx, ny] = ring[(index + 1) % 4] ?? [x, y];
    return (x === nx) !== (y === ny) && (x === xmin || x === xmax) && (y === ymin || y === ymax);
  });
  return upright && new Set(ring.map(([x, y]) => `${x} ${y}`)).size === 4;
}
