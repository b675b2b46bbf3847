import type { Position } from "../../labeling/shape.ts";
import type { Random } from "./random.ts";
import { disc, element, line, polygon, rect } from "./svg.ts";

/** The kinds of vessel in the harbor. */
export type VesselType = "container" | "tanker" | "bulk" | "ferry" | "patrol" | "tug" | "fishing" | "yacht";

/** Length and beam in pixels; a pixel is 0.4 m. */
export interface Dimensions {
  readonly length: number;
  readonly beam: number;
}

/** What a kind of vessel looks like. */
interface Design {
  readonly length: readonly [number, number];
  /** Length to beam. */
  readonly slender: number;
  /** Where the bow begins to narrow and the stern ends doing so, as shares of the length. */
  readonly bow: number;
  readonly stern: number;
  /** Width of the transom as a share of the beam. */
  readonly transom: number;
  readonly hulls: readonly [string, ...string[]];
  readonly deck: string;
}

const DESIGNS: Readonly<Record<VesselType, Design>> = {
  container: {
    length: [360, 400],
    slender: 6.6,
    bow: 0.2,
    stern: 0.06,
    transom: 0.8,
    hulls: ["#1d3b63", "#20252b", "#5f1f22"],
    deck: "#6d3a34",
  },
  tanker: {
    length: [330, 380],
    slender: 6,
    bow: 0.17,
    stern: 0.08,
    transom: 0.7,
    hulls: ["#33191a", "#1b1f24", "#22333d"],
    deck: "#8a4238",
  },
  bulk: {
    length: [340, 390],
    slender: 6.2,
    bow: 0.16,
    stern: 0.07,
    transom: 0.72,
    hulls: ["#26282b", "#4a1f1c"],
    deck: "#5d6a5c",
  },
  ferry: {
    length: [200, 230],
    slender: 4.8,
    bow: 0.18,
    stern: 0.12,
    transom: 0.75,
    hulls: ["#e9edf0", "#dfe6ea"],
    deck: "#cfd6da",
  },
  patrol: {
    length: [150, 180],
    slender: 7.4,
    bow: 0.42,
    stern: 0.03,
    transom: 0.86,
    hulls: ["#7d868c", "#737d84"],
    deck: "#929a9e",
  },
  tug: {
    length: [68, 78],
    slender: 2.6,
    bow: 0.34,
    stern: 0.22,
    transom: 0.6,
    hulls: ["#1c1d1f", "#243248"],
    deck: "#7b3a22",
  },
  fishing: {
    length: [52, 66],
    slender: 3.4,
    bow: 0.36,
    stern: 0.08,
    transom: 0.78,
    hulls: ["#264f86", "#2f6b57", "#8a2f2a", "#e7e4da"],
    deck: "#a08a68",
  },
  yacht: {
    length: [24, 40],
    slender: 3.3,
    bow: 0.6,
    stern: 0.04,
    transom: 0.7,
    hulls: ["#f4f5f4", "#eceff1", "#f7f3ea", "#2c3c58"],
    deck: "#dcd6c8",
  },
};

/** Length and beam of one vessel of its kind. */
export function dimensions(type: VesselType, random: Random): Dimensions {
  const {
    length: [shortest, longest],
    slender,
  } = DESIGNS[type];
  const length = random.between(shortest, longest);
  return { length, beam: Math.round((length / slender) * 10) / 10 };
}

/**
 * The waterline of a vessel around its middle, bow towards +x, as a closed outline. It touches all four sides of the
 * rectangle of its length and beam, so that rectangle is the truth of the turned box.
 */
export function hull(type: VesselType, { length, beam }: Dimensions): readonly Position[] {
  const { bow, stern, transom } = DESIGNS[type];
  const half: Position[] = [[-length / 2, (transom * beam) / 2]];
  if (stern > 0.1) half.push([-length / 2 + (stern * length) / 2, (beam * (1 + transom)) / 3.8]);
  half.push([-length / 2 + stern * length, beam / 2]);
  const steps = 8;
  for (let step = 0; step < steps; step += 1) {
    const share = step / steps;
    half.push([length / 2 - bow * length * (1 - share), (beam / 2) * (1 - share ** 2.2) ** 0.75]);
  }
  const port = half.toReversed().map(([x, y]): Position => [x, -y]);
  return [...half, [length / 2, 0], ...port];
}

/** A vessel around its middle, bow towards +x. */
export function drawVessel(type: VesselType, size: Dimensions, random: Random): string {
  const design = DESIGNS[type];
  const outline = hull(type, size);
  const inner = outline.map(([x, y]): Position => [x * 0.975, y * 0.86]);
  const base = polygon(outline, random.pick(design.hulls)) + polygon(inner, design.deck);
  return base + SUPERSTRUCTURES[type](size, random);
}

const CARGO = ["#b6452f", "#2f5f8f", "#3f7f5a", "#c9a13b", "#8f959a", "#7a2f3a", "#d8d4c8", "#3d4f66"] as const;

/** A bridge across the ship with its windows' dark line, funnel behind it. */
function bridge(x: number, depth: number, beam: number): string {
  return (
    rect(x + 2, -beam * 0.46 + 3, depth, beam * 0.92, "#10181d", { opacity: 0.35 }) +
    rect(x, -beam * 0.46, depth, beam * 0.92, "#e8ebea") +
    rect(x + depth - 2.4, -beam * 0.4, 1.6, beam * 0.8, "#33414a") +
    rect(x + depth * 0.2, -beam * 0.28, depth * 0.42, beam * 0.56, "#cfd5d6")
  );
}

const SUPERSTRUCTURES: Readonly<Record<VesselType, (size: Dimensions, random: Random) => string>> = {
  container: ({ length, beam }, random) => {
    const parts = [
      bridge(-length * 0.36, length * 0.045, beam),
      rect(-length * 0.41, -beam * 0.14, length * 0.03, beam * 0.28, "#2b3136"),
    ];
    const rows = 7;
    const across = (beam * 0.8) / rows;
    for (let x = -length * 0.29; x < length * 0.33; x += 21) {
      for (let row = 0; row < rows; row += 1) {
        if (random.chance(0.07)) continue;
        const y = -beam * 0.4 + row * across;
        parts.push(
          rect(x, y, 18, across - 0.6, random.pick(CARGO)),
          rect(x, y + across - 1.6, 18, 1, "#000", { opacity: 0.22 }),
        );
      }
    }
    return parts.join("");
  },
  tanker: ({ length, beam }) => {
    const parts = [
      bridge(-length * 0.43, length * 0.07, beam),
      rect(-length * 0.47, -beam * 0.12, length * 0.03, beam * 0.24, "#22272b"),
    ];
    for (const y of [-3, 0, 3]) parts.push(line([-length * 0.34, y], [length * 0.4, y], "#c9b9a2", 1.1));
    for (let x = -length * 0.28; x < length * 0.36; x += length * 0.085) {
      parts.push(
        line([x, -beam * 0.36], [x, beam * 0.36], "#6a2f28", 1.2),
        disc(x + 8, -beam * 0.2, 2, "#d7cfbf"),
        disc(x + 8, beam * 0.2, 2, "#d7cfbf"),
      );
    }
    for (const x of [-4, 0, 4, 8]) parts.push(line([x, -beam * 0.44], [x, beam * 0.44], "#d9d2c4", 1.4));
    parts.push(
      element("circle", {
        cx: length * 0.22,
        cy: 0,
        r: beam * 0.2,
        fill: "none",
        stroke: "#e6dfc9",
        "stroke-width": 1.4,
      }),
    );
    return parts.join("");
  },
  bulk: ({ length, beam }) => {
    const parts = [
      bridge(-length * 0.43, length * 0.06, beam),
      rect(-length * 0.47, -beam * 0.12, length * 0.03, beam * 0.24, "#2a2f2c"),
    ];
    for (let hatch = 0; hatch < 7; hatch += 1) {
      const x = -length * 0.33 + hatch * length * 0.105;
      parts.push(rect(x + 1.5, -beam * 0.27 + 2, length * 0.078, beam * 0.56, "#000", { opacity: 0.3 }));
      parts.push(
        rect(x, -beam * 0.28, length * 0.078, beam * 0.56, "#a86a4c"),
        line([x + length * 0.039, -beam * 0.28], [x + length * 0.039, beam * 0.28], "#7d4a35", 1),
      );
      if (hatch % 2 === 0)
        parts.push(
          rect(x + length * 0.082, -2.5, 5, 5, "#e2c24f"),
          line([x + length * 0.085, 0], [x + length * 0.15, -beam * 0.1], "#e2c24f", 1.4),
        );
    }
    return parts.join("");
  },
  ferry: ({ length, beam }) => {
    const parts = [
      rect(-length * 0.4, -beam * 0.36, length * 0.72, beam * 0.72, "#f6f8f8"),
      rect(-length * 0.3, -beam * 0.22, length * 0.5, beam * 0.44, "#b9c4ca"),
    ];
    for (let x = -length * 0.28; x < length * 0.2; x += 9)
      parts.push(rect(x, -beam * 0.4, 5, 2.4, "#e07b39"), rect(x, beam * 0.35, 5, 2.4, "#e07b39"));
    parts.push(
      rect(length * 0.23, -beam * 0.38, 9, beam * 0.76, "#dfe5e8"),
      rect(length * 0.26, -beam * 0.34, 1.8, beam * 0.68, "#2e3b44"),
    );
    parts.push(rect(-length * 0.18, -5, 14, 10, "#1f4f86"), rect(-length * 0.15, -3, 6, 6, "#16181a"));
    return parts.join("");
  },
  patrol: ({ length, beam }) => {
    const parts = [
      rect(-length * 0.22, -beam * 0.32, length * 0.36, beam * 0.64, "#a9b0b4"),
      rect(-length * 0.08, -beam * 0.24, length * 0.16, beam * 0.48, "#bcc3c6"),
    ];
    parts.push(
      rect(length * 0.11, -beam * 0.26, 2, beam * 0.52, "#2b3439"),
      disc(length * 0.24, 0, beam * 0.16, "#6b747a"),
      line([length * 0.24, 0], [length * 0.34, 0], "#4b5359", 1.8),
    );
    parts.push(
      element("circle", {
        cx: -length * 0.36,
        cy: 0,
        r: beam * 0.3,
        fill: "none",
        stroke: "#e4e6e4",
        "stroke-width": 1.2,
      }),
    );
    parts.push(
      rect(-length * 0.15, -2.6, 7, 5.2, "#30383d"),
      line([-length * 0.02, -beam * 0.2], [-length * 0.02, beam * 0.2], "#dfe3e4", 1),
    );
    return parts.join("");
  },
  tug: ({ length, beam }) =>
    rect(-length * 0.06, -beam * 0.3, length * 0.3, beam * 0.6, "#ebe8dd") +
    rect(length * 0.04, -beam * 0.22, length * 0.16, beam * 0.44, "#cfd4d2") +
    rect(length * 0.17, -beam * 0.2, 2, beam * 0.4, "#273036") +
    disc(-length * 0.02, -beam * 0.18, 2.6, "#c8562e") +
    disc(-length * 0.02, beam * 0.18, 2.6, "#c8562e") +
    disc(-length * 0.24, 0, 3.4, "#2c2f31"),
  fishing: ({ length, beam }, random) =>
    rect(length * 0.04, -beam * 0.3, length * 0.2, beam * 0.6, "#f2f1ea") +
    rect(length * 0.2, -beam * 0.24, 1.8, beam * 0.48, "#2b363d") +
    rect(-length * 0.36, -beam * 0.26, length * 0.2, beam * 0.52, random.pick(["#3f7d66", "#c98a3a", "#4f6f8f"])) +
    line([-length * 0.1, -beam * 0.42], [-length * 0.1, beam * 0.42], "#e0ddcf", 1.4) +
    line([-length * 0.1, 0], [length * 0.04, 0], "#e0ddcf", 1),
  yacht: ({ length, beam }, random) =>
    rect(-length * 0.24, -beam * 0.26, length * 0.4, beam * 0.52, "#ffffff", { rx: 1.6 }) +
    rect(-length * 0.02, -beam * 0.2, length * 0.1, beam * 0.4, "#3a4a55") +
    rect(-length * 0.42, -beam * 0.24, length * 0.14, beam * 0.48, random.pick(["#1f4f86", "#b98d5a", "#7f2f36"])) +
    (random.chance(0.6)
      ? line([-length * 0.3, 0], [length * 0.3, 0], "#f7f7f2", 1) + disc(length * 0.12, 0, 0.9, "#555")
      : ""),
};
