import { area, boundingBox, outline } from "../labeling/shape.ts";
import type { Shape } from "../labeling/shape.ts";
import { orderAttributes, orderData } from "./labeled-data.ts";
import type { LabeledData } from "./labeled-data.ts";

/**
 * Writes labeled data as one COCO instances text (JSON, one line feed at the end). The same data gives the same bytes: lists
 * are ordered by id and key, members stand in a fixed order, numbers in ECMAScript's shortest form.
 *
 * Standard members: `segmentation` holds the rings of the shape, kept together (a box and a turned box as their four
 * corners; empty for a line or a point), `bbox` and `area` are computed from the stored geometry and never copied, `iscrowd`
 * is 0. COCO's ids are numbers: they count from 1 in the order of the texts and mean nothing outside.
 *
 * Members beyond COCO: `info.security` (banner of the whole text), `info.dataset_id`; `asset_id`, `title` and `marking`
 * (portion) of an image; `key` of a category; and of an annotation `label_id`, `marking` (portion), `shape` (the geometry
 * exactly as stored, which is what says that a box is a box, and the centre and clockwise angle in degrees of a turned one;
 * `readCoco` takes it back), `attributes`, `author`, `reviewed_by` (null when nobody reviewed it). A point also stands as
 * COCO's `keypoints` with `num_keypoints`.
 *
 * Throws `LabeledDataError`.
 */
export function writeCoco(data: LabeledData): string {
  const ordered = orderData(data);
  const text = {
    info: {
      description: data.dataset.name,
      dataset_id: data.dataset.id,
      security: data.dataset.marking.banner,
    },
    licenses: [],
    categories: ordered.classes.map(({ key, name }, index) => ({ id: index + 1, name, supercategory: "", key })),
    images: ordered.assets.map((asset, index) => ({
      id: index + 1,
      file_name: asset.file,
      width: asset.width,
      height: asset.height,
      asset_id: asset.id,
      title: asset.title,
      marking: asset.marking.portion,
    })),
    annotations: ordered.labels.map(({ label, asset, class: category }, index) => {
      const { x, y, width, height } = boundingBox(label.shape);
      return {
        id: index + 1,
        image_id: asset + 1,
        category_id: category + 1,
        segmentation: outline(label.shape).map((ring) => ring.flat()),
        bbox: [x, y, width, height],
        area: area(label.shape),
        iscrowd: 0,
        ...keypoints(label.shape),
        label_id: label.id,
        marking: label.marking.portion,
        shape: orderShape(label.shape),
        attributes: orderAttributes(label.attributes),
        author: label.author,
        reviewed_by: label.reviewedBy ?? null,
      };
    }),
  };
  return `${JSON.stringify(text)}\n`;
}

function keypoints(shape: Shape): object {
  return shape.kind === "point" ? { keypoints: [shape.x, shape.y, 2], num_keypoints: 1 } : {};
}

/** The shape with its members in a fixed order: what came out of a database may have them in any. */
function orderShape(shape: Shape): Shape {
  switch (shape.kind) {
    case "box":
      return { kind: shape.kind, x: shape.x, y: shape.y, width: shape.width, height: shape.height };
    case "rotatedBox": {
      const { kind, cx, cy, width, height, angle } = shape;
      return { kind, cx, cy, width, height, angle };
    }
    case "polygon":
      return { kind: shape.kind, rings: shape.rings };
    case "polyline":
      return { kind: shape.kind, points: shape.points };
    case "point":
      return { kind: shape.kind, x: shape.x, y: shape.y };
  }
}
