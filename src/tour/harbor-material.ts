import { drawHarbor } from "./harbor/harbor.ts";
import type { HarborImage } from "./harbor/harbor.ts";
import type { Material, TourClass, TourImage, TourLabel } from "./material.ts";

const SEED = 7;

type HarborObject = HarborImage["objects"][number];

const VESSELS = ["container", "tanker", "bulk", "ferry", "patrol", "tug", "fishing", "yacht"];

const CLASSES: readonly TourClass[] = [
  {
    key: "vessel",
    name: "Vessel",
    attributes: [
      { key: "type", type: "choice", required: true, choices: VESSELS },
      { key: "underway", type: "boolean", required: true },
    ],
  },
  {
    key: "vehicle",
    name: "Vehicle",
    attributes: [{ key: "type", type: "choice", required: true, choices: ["car", "truck"] }],
  },
];

/** A vessel as a person draws it: turned boxes in even images, outlines in odd ones. */
function vessel(object: HarborObject, outlined: boolean): TourLabel {
  const { x, y, width, height } = object.box;
  return {
    className: "Vessel",
    shape: outlined ? object.polygon : object.rotatedBox,
    attributes: { type: object.type, underway: object.underway },
    truth: outlined
      ? { area: null, bbox: [x, y, width, height] }
      : { area: object.rotatedBox.width * object.rotatedBox.height, bbox: null },
    source: null,
  };
}

function image(drawn: HarborImage, at: number): TourImage {
  return {
    title: drawn.title,
    mediaType: "image/png",
    width: drawn.width,
    height: drawn.height,
    read: () => Promise.resolve(Buffer.from(drawn.png)),
    labels: drawn.objects.filter(({ classKey }) => classKey === "vessel").map((object) => vessel(object, at % 2 === 1)),
    // What a detector would say: boxes around vehicles, surer of trucks.
    preLabels: drawn.objects
      .filter(({ classKey }) => classKey === "vehicle")
      .map(({ box, type }) => ({
        className: "Vehicle",
        shape: box,
        attributes: { type },
        score: type === "truck" ? 0.91 : 0.64,
      })),
  };
}

/** The harbor that Caveat draws itself; people label its vessels, a model proposes its vehicles. The same every time. */
export async function harborMaterial(): Promise<Material> {
  const images = (await drawHarbor(SEED)).map((drawn, at) => image(drawn, at));
  return {
    origin: "a harbor that Caveat draws itself",
    truthOf: "the truth that the pictures were drawn from",
    images,
    classes: CLASSES,
    refused: [],
  };
}
