import { outline, signedRingArea } from "../labeling/shape.ts";
import type { Position, Ring, Shape } from "../labeling/shape.ts";
import { LabeledDataError, orderAttributes, orderData } from "./labeled-data.ts";
import type { LabeledAsset, LabeledData } from "./labeled-data.ts";

type Place = (position: Position) => Position;

/**
 * Writes labeled data as one GeoJSON FeatureCollection (RFC 7946 in form; JSON with one line feed at the end), one feature a
 * label, ordered by label id, deterministic like `writeCoco`.
 *
 * RFC 7946 means longitude and latitude; an image without georeference has none, and a false position would be worse than
 * none. So each feature says in `properties.coordinates` what its numbers are: `pixel` (source pixels of the file named in
 * `properties.file`, x to the right, y DOWN) or `map` (the image's geotransform was applied; units and axes of
 * `properties.crs`, which need not be WGS 84). The foreign member `coordinateNote` says it once more for people.
 *
 * Geometry: one ring a Polygon, several a MultiPolygon (rings are parts, kept together), boxes as the polygon of their
 * corners, lines and points as themselves. Rings are closed and run with positive shoelace area in the numbers written
 * (RFC 7946 3.1.6). Foreign member `marking` carries the banner; each feature's `properties.marking` its portion.
 *
 * Throws `LabeledDataError`, GEOTRANSFORM for one that is not finite or cannot be turned back.
 */
export function writeGeoJson(data: LabeledData): string {
  const { assets, classes, labels } = orderData(data);
  const places = assets.map((asset) => placing(asset));
  const features = labels.map(({ label, asset, class: definition }) => {
    const image = assets[asset];
    const place = places[asset];
    if (image === undefined || place === undefined) throw new LabeledDataError("LABEL_WITHOUT_ASSET");
    return {
      type: "Feature",
      id: label.id,
      geometry: geometry(label.shape, place),
      properties: {
        asset_id: image.id,
        file: image.file,
        class: label.classKey,
        class_name: classes[definition]?.name ?? label.classKey,
        shape: label.shape.kind,
        ...(label.shape.kind === "rotatedBox" ? { pixel_angle: label.shape.angle } : {}),
        coordinates: image.georeference === undefined ? "pixel" : "map",
        crs: image.georeference?.crs ?? null,
        marking: label.marking.portion,
        attributes: orderAttributes(label.attributes),
        author: label.author,
        reviewed_by: label.reviewedBy ?? null,
      },
    };
  });
  const text = {
    type: "FeatureCollection",
    name: data.dataset.name,
    dataset_id: data.dataset.id,
    marking: data.dataset.marking.banner,
    coordinateNote:
      "Where properties.coordinates is 'pixel', positions are source pixels of properties.file (x right, y down) and not longitude and latitude.",
    features,
  };
  return `${JSON.stringify(text)}\n`;
}

function placing(asset: LabeledAsset): Place {
  if (asset.georeference === undefined) return (position) => position;
  const [g0, g1, g2, g3, g4, g5] = asset.georeference.geotransform;
  const usable = [g0, g1, g2, g3, g4, g5].every((number) => Number.isFinite(number)) && g1 * g5 - g2 * g4 !== 0;
  if (!usable) throw new LabeledDataError("GEOTRANSFORM");
  return ([x, y]) => [g0 + x * g1 + y * g2, g3 + x * g4 + y * g5];
}

function geometry(shape: Shape, place: Place): object {
  if (shape.kind === "point") return { type: "Point", coordinates: place([shape.x, shape.y]) };
  if (shape.kind === "polyline") return { type: "LineString", coordinates: shape.points.map(place) };
  const rings = outline(shape).map((ring) => closed(ring.map(place)));
  const [only, ...others] = rings;
  if (only !== undefined && others.length === 0) return { type: "Polygon", coordinates: [only] };
  return { type: "MultiPolygon", coordinates: rings.map((ring) => [ring]) };
}

/** The ring in the direction that RFC 7946 asks for, with its first position once more at the end. */
function closed(ring: Ring): Ring {
  const [first, last] = [ring[0], ring.at(-1)];
  if (first === undefined || last === undefined) return ring;
  const whole = first[0] === last[0] && first[1] === last[1] ? ring : [...ring, first];
  return signedRingArea(whole) < 0 ? whole.toReversed() : whole;
}
