import { readXml, XmlError } from "../xml/reader.ts";
import type { XmlElement } from "../xml/reader.ts";
import { isClassName, MOST_ANNOTATIONS, readDecimal, UnreadableError } from "./reading.ts";
import type { RawAnnotation, RawReading, RefusalReason } from "./reading.ts";

/** What stands in an `annotation`; `source`, `owner` and `path` (of somebody else's disk) are not read. */
const ANNOTATION = ["folder", "filename", "path", "source", "owner", "size", "segmented", "object"];
/** What stands in an `object` and is known to add nothing to its box; anything else refuses the object. */
const OBJECT = ["name", "pose", "truncated", "occluded", "difficult", "bndbox", "part"];

/**
 * Reads a Pascal VOC annotation file: one image, named by `filename` (never by the name of the XML file), and the boxes of
 * its objects. Corners are taken as they stand, without VOC's offset of one pixel, because every tool read for this writes
 * the same numbers into VOC and CSV. A size of 0 counts as not stated. Throws {@link UnreadableError} XML_SYNTAX,
 * XML_DOCTYPE or XML_STRUCTURE.
 */
export function readVoc(text: string): RawReading {
  const root = documentOf(text);
  const strange = root.children.some((child) => !ANNOTATION.includes(child.name));
  if (root.name !== "annotation" || strange) throw new UnreadableError("XML_STRUCTURE");
  const image = only(root, "filename")?.text;
  if (image === undefined) throw new UnreadableError("XML_STRUCTURE");
  const grid = readSize(only(root, "size"));
  const annotations: RawAnnotation[] = [];
  const refused: { reason: RefusalReason; at: string }[] = [];
  const objects = root.children.filter((child) => child.name === "object");
  if (objects.length > MOST_ANNOTATIONS) throw new UnreadableError("TOO_MANY_ANNOTATIONS");
  for (const [index, object] of objects.entries()) {
    const at = `object ${index + 1}`;
    const className = only(object, "name")?.text;
    if (object.children.some((child) => !OBJECT.includes(child.name))) refused.push({ reason: "VOC_MEMBER", at });
    else if (!isClassName(className)) refused.push({ reason: "CLASS_NAME", at });
    else annotations.push({ image, grid, className, shape: readBox(only(object, "bndbox")), score: null, at });
    for (const child of object.children) {
      if (child.name === "part") refused.push({ reason: "VOC_PART", at });
    }
  }
  return { annotations, refused, masks: [], images: [image] };
}

function documentOf(text: string): XmlElement {
  try {
    return readXml(text);
  } catch (error) {
    if (error instanceof XmlError) throw new UnreadableError(error.code === "XML_DOCTYPE" ? error.code : "XML_SYNTAX");
    throw error;
  }
}

function readBox(box: XmlElement | undefined): RawAnnotation["shape"] {
  const number = (name: string): number | null => {
    const element = box === undefined ? undefined : only(box, name);
    return element === undefined ? null : readDecimal(element.text);
  };
  const [xmin, ymin, xmax, ymax] = [number("xmin"), number("ymin"), number("xmax"), number("ymax")];
  if (xmin === null || ymin === null || xmax === null || ymax === null) return { refused: "NUMBER" };
  return { value: { kind: "box", x: xmin, y: ymin, width: xmax - xmin, height: ymax - ymin } };
}

function readSize(size: XmlElement | undefined): RawAnnotation["grid"] {
  if (size === undefined) return null;
  const width = readDecimal(only(size, "width")?.text ?? "0");
  const height = readDecimal(only(size, "height")?.text ?? "0");
  if (width === null || height === null) throw new UnreadableError("XML_STRUCTURE");
  return width === 0 && height === 0 ? null : { width, height };
}

/** The child of that name; two of them are refused, because tools differ in which they would read. */
function only(element: XmlElement, name: string): XmlElement | undefined {
  const found = element.children.filter((child) => child.name === name);
  if (found.length > 1) throw new UnreadableError("XML_STRUCTURE");
  return found[0];
}
