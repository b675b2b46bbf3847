import type { Position } from "../../labeling/shape.ts";
import type { Random } from "./random.ts";
import { box, disc, element, line, polygon, rect, shadow } from "./svg.ts";

/** Size of every picture in pixels. */
export const PICTURE = { width: 1_024, height: 768 } as const;

const COVER = { x: 0, y: 0, ...PICTURE } as const;

/**
 * Filters and the water. The relief of waves is noise lit from the upper left; a second, wide noise gives the patches of
 * wind and depth. `tone` is the colour of the water, `swell` the size of its waves (0.6 harbor, 1.4 open water).
 */
export function water(seed: number, tone: string, swell: number): string {
  const region = { ...COVER, filterUnits: "userSpaceOnUse" };
  const noise = (frequency: string, octaves: number, offset: number): string =>
    element("feTurbulence", {
      type: "fractalNoise",
      baseFrequency: frequency,
      numOctaves: octaves,
      seed: String((seed + offset) % 10_000),
    });
  const lit = element(
    "feDiffuseLighting",
    { surfaceScale: 1.5 * swell, diffuseConstant: 1.12, "lighting-color": tone },
    element("feDistantLight", { azimuth: 228, elevation: 56 }),
  );
  const alpha = (row: string): string =>
    element("feColorMatrix", { values: `0 0 0 0 0  0 0 0 0 0.05  0 0 0 0 0.08  ${row}` });
  const grain = element("feColorMatrix", { values: "0 0 0 0 0.5  0 0 0 0 0.5  0 0 0 0 0.5  0.9 0 0 0 -0.28" });
  const definitions = [
    element(
      "filter",
      { id: "waves", ...region, "color-interpolation-filters": "sRGB" },
      noise("0.028 0.052", 4, 1) + lit,
    ),
    element("filter", { id: "wind", ...region }, noise("0.0035 0.006", 2, 2) + alpha("1.6 0 0 0 -0.62")),
    element("filter", { id: "grain", ...region }, noise("0.7", 1, 3) + grain),
    element(
      "filter",
      { id: "soft", x: "-20%", y: "-40%", width: "140%", height: "180%" },
      element("feGaussianBlur", { stdDeviation: 2.2 }),
    ),
    element(
      "filter",
      { id: "foam", x: "-30%", y: "-60%", width: "160%", height: "220%" },
      element("feGaussianBlur", { stdDeviation: 1.6 }),
    ),
    element(
      "filter",
      // Only as large as what is worn: noise over the whole picture for each quay would be most of the work.
      { id: "worn", x: "-1%", y: "-1%", width: "102%", height: "102%" },
      noise("0.045", 3, 4) +
        element("feColorMatrix", {
          values: "0 0 0 0 0.1  0 0 0 0 0.1  0 0 0 0 0.09  0.8 0 0 0 -0.32",
          result: "stain",
        }) +
        element("feComposite", { in: "stain", in2: "SourceAlpha", operator: "in", result: "inside" }) +
        `<feMerge><feMergeNode in="SourceGraphic"/><feMergeNode in="inside"/></feMerge>`,
    ),
    element(
      "linearGradient",
      { id: "trail", x1: 1, y1: 0, x2: 0, y2: 0 },
      `<stop offset="0" stop-color="#e6f1f0" stop-opacity="0.55"/><stop offset="1" stop-color="#cfe2e2" stop-opacity="0"/>`,
    ),
  ].join("");
  const fill = (filter: string, opacity: number): string =>
    rect(0, 0, PICTURE.width, PICTURE.height, "#fff", { filter: `url(#${filter})`, opacity });
  return element("defs", {}, definitions) + fill("waves", 1) + fill("wind", 0.55);
}

/** Sensor grain and a slight darkening, over everything. */
export function finish(): string {
  return rect(0, 0, PICTURE.width, PICTURE.height, "#fff", { filter: "url(#grain)", opacity: 0.16 });
}

/** Made ground with a shadow on the water, a kerb along its edge and fenders where `berths` says that ships lie. */
export function quay(outline: readonly Position[], berths: readonly (readonly [Position, Position])[] = []): string {
  const fenders = berths.flatMap(([from, to]) => {
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    return Array.from({ length: Math.floor(length / 26) }, (_, index) => {
      const share = (index + 0.5) / Math.floor(length / 26);
      return disc(from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share, 2.2, "#1a1c1d");
    });
  });
  return (
    shadow(outline, 5) +
    element("g", { filter: "url(#worn)" }, polygon(outline, "#a9a79d", { stroke: "#d3d0c4", "stroke-width": 3 })) +
    fenders.join("")
  );
}

/** Asphalt with a broken centre line. */
export function road(from: Position, to: Position, width = 26): string {
  return (
    line(from, to, "#56585a", width) + line(from, to, "#e6e2d2", 1.1, { "stroke-dasharray": "12 10", opacity: 0.8 })
  );
}

/** A hall with a pitched roof. */
export function hall(x: number, y: number, width: number, height: number, random: Random): string {
  const colour = random.pick(["#8f9aa3", "#b5aa98", "#7f5b4e", "#9aa58f", "#c3c5c4"]);
  const along = width > height;
  const ridge = along
    ? rect(x, y + height / 2, width, height / 2, "#000", { opacity: 0.16 })
    : rect(x + width / 2, y, width / 2, height, "#000", { opacity: 0.16 });
  const seams = Array.from({ length: Math.floor((along ? width : height) / 12) }, (_, index) =>
    along
      ? line([x + 12 * index, y], [x + 12 * index, y + height], "#000", 0.6, { opacity: 0.16 })
      : line([x, y + 12 * index], [x + width, y + 12 * index], "#000", 0.6, { opacity: 0.16 }),
  );
  return shadow(box(x, y, width, height), 9) + rect(x, y, width, height, colour) + ridge + seams.join("");
}

/** A field of stacked containers in rows, with gaps where none stands. */
export function stacks(x: number, y: number, columns: number, rows: number, random: Random): string {
  const parts: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (random.chance(0.12)) continue;
      const left = x + column * 31 + (column % 2) * -1;
      const top = y + row * 8.6 + Math.floor(row / 6) * 18;
      const colour = random.pick([
        "#b6452f",
        "#2f5f8f",
        "#3f7f5a",
        "#c9a13b",
        "#8f959a",
        "#7a2f3a",
        "#d8d4c8",
        "#31475e",
      ]);
      parts.push(
        rect(left + 3, top + 4, 29, 7.4, "#05090b", { opacity: 0.4 }),
        rect(left, top, 29, 7.4, colour),
        rect(left, top + 5.6, 29, 1.8, "#000", { opacity: 0.2 }),
      );
    }
  }
  return parts.join("");
}

/** A gantry crane on the quay whose boom reaches over the water: `x`, `y` is the middle of its legs, `reach` downwards. */
export function gantry(x: number, y: number, reach: number): string {
  const boom = box(x - 4, y - 46, 8, 46 + reach);
  return (
    shadow(boom, 14, { opacity: 0.3 }) +
    rect(x - 20, y - 24, 40, 5, "#c7522c") +
    rect(x - 20, y + 18, 40, 5, "#c7522c") +
    polygon(boom, "#d8653a") +
    line([x, y - 46], [x, y + reach], "#8f3a1f", 1.2) +
    rect(x - 8, y - 40, 16, 14, "#e7e3d8")
  );
}

/** A storage tank. */
export function tank(cx: number, cy: number, r: number): string {
  return (
    disc(cx + r * 0.3, cy + r * 0.36, r, "#05090b", { opacity: 0.4, filter: "url(#soft)" }) +
    disc(cx, cy, r, "#e2e3df") +
    disc(cx, cy, r * 0.93, "#cfd2cf") +
    element("path", {
      d: `M ${cx} ${cy} L ${cx - r * 0.93} ${cy} A ${r * 0.93} ${r * 0.93} 0 0 1 ${cx} ${cy - r * 0.93} Z`,
      fill: "#f2f2ee",
      opacity: 0.8,
    }) +
    disc(cx, cy, 2.4, "#7e8385")
  );
}

/** Trees in a rectangle, on grass. */
export function green(x: number, y: number, width: number, height: number, trees: number, random: Random): string {
  const parts = [rect(x, y, width, height, "#68794a", { filter: "url(#worn)", rx: 4 })];
  for (let tree = 0; tree < trees; tree += 1) {
    const [cx, cy, r] = [
      random.between(x + 8, x + width - 8),
      random.between(y + 8, y + height - 8),
      random.between(6, 11),
    ];
    parts.push(
      disc(cx + 4, cy + 5, r, "#0a1408", { opacity: 0.4 }),
      disc(cx, cy, r, "#3c5a30"),
      disc(cx - r * 0.25, cy - r * 0.3, r * 0.6, "#557a3f"),
    );
  }
  return parts.join("");
}

/** Stones of a breakwater along a line. */
export function breakwater(points: readonly Position[], width: number, random: Random): string {
  const parts: string[] = [];
  for (const [index, to] of points.slice(1).entries()) {
    const from = points[index] ?? to;
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    for (let along = 0; along < length; along += 4) {
      for (let stone = 0; stone < width / 11; stone += 1) {
        const share = along / length;
        const x = from[0] + (to[0] - from[0]) * share + random.between(-width / 2, width / 2);
        const y = from[1] + (to[1] - from[1]) * share + random.between(-width / 2, width / 2);
        const r = random.between(3.5, 7);
        parts.push(
          disc(x + 1.6, y + 2, r, "#0d1416", { opacity: 0.4 }),
          disc(x, y, r, random.pick(["#8b8a82", "#77776f", "#9c9b92", "#6a6a64"])),
        );
      }
    }
  }
  return parts.join("");
}
