import type { Position } from "../../labeling/shape.ts";

/** Attributes of an SVG element; numbers are written with two decimals. */
export type Attributes = Readonly<Record<string, string | number>>;

/** One SVG element as text. Caveat writes every value itself: nothing here escapes text from outside. */
export function element(name: string, attributes: Attributes, inside = ""): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === "number" ? digits(value) : value}"`,
  );
  return inside === "" ? `<${name}${written.join("")}/>` : `<${name}${written.join("")}>${inside}</${name}>`;
}

/** A rectangle. */
export function rect(x: number, y: number, width: number, height: number, fill: string, more: Attributes = {}): string {
  return element("rect", { x, y, width, height, fill, ...more });
}

/** A disc. */
export function disc(cx: number, cy: number, r: number, fill: string, more: Attributes = {}): string {
  return element("circle", { cx, cy, r, fill, ...more });
}

/** A straight line. */
export function line(from: Position, to: Position, stroke: string, width: number, more: Attributes = {}): string {
  return element("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], stroke, "stroke-width": width, ...more });
}

/** A closed outline. */
export function polygon(points: readonly Position[], fill: string, more: Attributes = {}): string {
  return element("polygon", { points: points.map(([x, y]) => `${digits(x)},${digits(y)}`).join(" "), fill, ...more });
}

/** Content moved to a place and turned clockwise by degrees. */
export function placed(cx: number, cy: number, angle: number, inside: string): string {
  return element("g", { transform: `translate(${digits(cx)} ${digits(cy)}) rotate(${digits(angle)})` }, inside);
}

/** A blurred shadow of an outline: light comes from the upper left in every picture. */
export function shadow(points: readonly Position[], height: number, more: Attributes = {}): string {
  const moved = points.map(([x, y]): Position => [x + height, y + height * 1.2]);
  return polygon(moved, "#04121a", { opacity: 0.45, filter: "url(#soft)", ...more });
}

/** The corners of an upright rectangle. */
export function box(x: number, y: number, width: number, height: number): readonly Position[] {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}

function digits(value: number): string {
  return String(Math.round(value * 100) / 100);
}
