import { boundingBox } from "../../labeling/shape.ts";
import type { BoxShape, PolygonShape, Position, RotatedBoxShape } from "../../labeling/shape.ts";
import { finish, PICTURE, water } from "./ground.ts";
import { random } from "./random.ts";
import type { Random } from "./random.ts";
import { element, line, placed, polygon, rect, shadow } from "./svg.ts";
import { dimensions, drawVessel, hull } from "./vessels.ts";
import type { VesselType } from "./vessels.ts";

/** Something in a picture that can be labeled, and where it truly is, in source pixels. */
export interface HarborObject {
  readonly classKey: "vessel" | "vehicle";
  /** Kind of vessel, or `car` or `truck`. */
  readonly type: VesselType | "car" | "truck";
  /** Whether a vessel makes way; a vehicle never does. */
  readonly underway: boolean;
  readonly rotatedBox: RotatedBoxShape;
  /** The upright rectangle around the outline. */
  readonly box: BoxShape;
  readonly polygon: PolygonShape;
}

/** A picture before it is drawn: its SVG and what is in it. */
export interface HarborScene {
  readonly name: string;
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly svg: string;
  readonly objects: readonly HarborObject[];
}

/** Where something lies: middle, and degrees clockwise of its bow from the x axis. */
export interface Berth {
  readonly cx: number;
  readonly cy: number;
  readonly angle: number;
}

/** Collects the layers of one picture together with the truth of what is put into it. */
export class Scene {
  readonly random: Random;
  readonly #name: string;
  readonly #title: string;
  readonly #layers: string[];
  readonly #objects: HarborObject[] = [];

  /** `tone` is the colour of the water and `swell` the size of its waves. */
  constructor(seed: number, name: string, title: string, tone: string, swell: number) {
    this.random = random(seed, name);
    this.#name = name;
    this.#title = title;
    this.#layers = [water(this.random.whole(1, 9_000), tone, swell)];
  }

  /** Puts drawn things on top of what is there. */
  draw(...layers: readonly string[]): void {
    this.#layers.push(...layers);
  }

  /** Puts a vessel of the kind with its middle at the berth. A vessel under way has a wake behind it. */
  vessel(type: VesselType, berth: Berth, underway = false): void {
    const size = dimensions(type, this.random);
    const outline = hull(type, size);
    if (underway) this.draw(placed(berth.cx, berth.cy, berth.angle, wake(size.length, size.beam)));
    this.draw(
      shadow(
        outline.map((point) => place(point, berth)),
        Math.min(9, size.beam * 0.22),
      ),
    );
    this.draw(placed(berth.cx, berth.cy, berth.angle, drawVessel(type, size, this.random)));
    this.#tell("vessel", type, underway, berth, size.length, size.beam, outline);
  }

  /** A vessel alongside: `side` is the y (or x) of the quay's edge, towards `away` (+1 or -1) lies the water. */
  alongside(type: VesselType, along: "x" | "y", at: number, side: number, away: 1 | -1, bow: 1 | -1): void {
    const beam = BEAMS[type];
    const off = side + away * (beam / 2 + 5);
    if (along === "x") this.vessel(type, { cx: at, cy: off, angle: bow > 0 ? 0 : 180 });
    else this.vessel(type, { cx: off, cy: at, angle: bow > 0 ? 90 : 270 });
  }

  /** A car or a truck. */
  vehicle(type: "car" | "truck", berth: Berth): void {
    const [length, width] = type === "car" ? [11.4, 4.8] : [30, 6.4];
    const colour = this.random.pick(["#e9eaea", "#20242a", "#a8adb1", "#8f1f24", "#2c4d7c", "#d9d4c3", "#55606a"]);
    const cab =
      type === "truck"
        ? rect(length / 2 - 6, -width / 2, 6, width, "#f0efe9")
        : rect(-length * 0.28, -width * 0.38, length * 0.52, width * 0.76, "#1d2830", { opacity: 0.75, rx: 1 });
    const roof = type === "car" ? rect(-length * 0.14, -width * 0.34, length * 0.26, width * 0.68, colour) : "";
    const body = rect(-length / 2, -width / 2, length, width, colour, { rx: 1.2 });
    this.draw(
      placed(
        berth.cx + 1.5,
        berth.cy + 2,
        berth.angle,
        rect(-length / 2, -width / 2, length, width, "#000", { opacity: 0.4, rx: 1.2 }),
      ),
    );
    this.draw(placed(berth.cx, berth.cy, berth.angle, body + cab + roof));
    const outline: readonly Position[] = [
      [-length / 2, -width / 2],
      [length / 2, -width / 2],
      [length / 2, width / 2],
      [-length / 2, width / 2],
    ];
    this.#tell("vehicle", type, false, berth, length, width, outline);
  }

  /** A field of parked cars with painted bays; some bays stay empty. */
  parking(x: number, y: number, bays: number, rows: number): void {
    this.draw(rect(x - 6, y - 6, bays * 9 + 12, rows * 30 + 2, "#5d5f60", { filter: "url(#worn)" }));
    for (let row = 0; row < rows; row += 1) {
      for (let bay = 0; bay <= bays; bay += 1)
        this.draw(line([x + bay * 9, y + row * 30], [x + bay * 9, y + row * 30 + 14], "#dcd8c8", 0.7));
      for (let bay = 0; bay < bays; bay += 1) {
        if (this.random.chance(0.3)) continue;
        this.vehicle("car", { cx: x + bay * 9 + 4.5, cy: y + row * 30 + 7, angle: this.random.pick([90, 270]) });
      }
    }
  }

  /** The finished picture. Vessels stand before vehicles, each in the order in which it was put there. */
  done(): HarborScene {
    const { width, height } = PICTURE;
    const box = `0 0 ${width} ${height}`;
    const svg = element(
      "svg",
      { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: box },
      this.#layers.join("") + finish(),
    );
    const objects = this.#objects.toSorted((a, b) =>
      a.classKey === b.classKey ? 0 : a.classKey === "vessel" ? -1 : 1,
    );
    return { name: this.#name, title: this.#title, width, height, svg, objects };
  }

  #tell(
    classKey: HarborObject["classKey"],
    type: HarborObject["type"],
    underway: boolean,
    berth: Berth,
    length: number,
    width: number,
    local: readonly Position[],
  ): void {
    const polygonShape: PolygonShape = { kind: "polygon", rings: [local.map((point) => place(point, berth))] };
    const angle = ((berth.angle % 360) + 360) % 360;
    const rotatedBox: RotatedBoxShape = {
      kind: "rotatedBox",
      cx: berth.cx,
      cy: berth.cy,
      width: length,
      height: width,
      angle,
    };
    this.#objects.push({
      classKey,
      type,
      underway,
      rotatedBox,
      box: { kind: "box", ...boundingBox(polygonShape) },
      polygon: polygonShape,
    });
  }
}

/** Beams to reckon berths with: those of the longest vessel of each kind. */
const BEAMS: Readonly<Record<VesselType, number>> = {
  container: 60,
  tanker: 63,
  bulk: 63,
  ferry: 48,
  patrol: 24,
  tug: 30,
  fishing: 19,
  yacht: 12,
};

/** A position of a thing's own frame in the picture, to a hundredth of a pixel. */
function place([x, y]: Position, { cx, cy, angle }: Berth): Position {
  const radians = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  return [Math.round((cx + x * cos - y * sin) * 100) / 100, Math.round((cy + x * sin + y * cos) * 100) / 100];
}

/** Foam at the sides, a churned line and a widening trail that fades behind, around the vessel's middle. */
function wake(length: number, beam: number): string {
  const stern = -length / 2;
  const reach = Math.min(length * 1.4, 230);
  const trail = (spread: number): readonly Position[] => [
    [stern + 4, -beam * 0.3],
    [stern - reach, -beam * spread],
    [stern - reach, beam * spread],
    [stern + 4, beam * 0.3],
  ];
  // Waves from the bow open by about 19 degrees whatever the ship (Kelvin).
  const wave = (side: 1 | -1): string => {
    const run = Math.min(length * 1.1, 240);
    const from: Position = [length * 0.4, side * beam * 0.32];
    return polygon(
      [from, [from[0] - run, from[1] + side * run * 0.34], [from[0] - run, from[1] + side * (run * 0.34 + 5)]],
      "url(#trail)",
      { filter: "url(#foam)" },
    );
  };
  const faded = (spread: number): string => polygon(trail(spread), "url(#trail)", { filter: "url(#foam)" });
  return faded(0.95) + faded(0.4) + wave(1) + wave(-1);
}
