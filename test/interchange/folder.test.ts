import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readFolder } from "../../src/interchange/folder.ts";
import type { FolderReading } from "../../src/interchange/folder.ts";
import { area, boundingBox } from "../../src/labeling/shape.ts";
import { probeImage } from "../../src/storage/imagery/probe.ts";
import { rasterizeSvg } from "../../src/storage/imagery/rasterize.ts";
import { COCO, NEON, hasShared } from "./shared-data.ts";

let dir: string;
let picture: Uint8Array;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "caveat-folder-"));
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="80"><rect width="50" height="40"/></svg>';
  picture = await rasterizeSvg(svg, { width: 100, height: 80 });
});
afterAll(async () => {
  await rm(dir, { recursive: true });
});

let folders = 0;
/** A folder with these files in it; `true` stands for a picture of 100 x 80 pixels. */
async function folder(files: Readonly<Record<string, string | true>>): Promise<string> {
  folders += 1;
  const root = join(dir, `${folders}`);
  await mkdir(root);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content === true ? picture : content);
  }
  return root;
}

async function read(files: Readonly<Record<string, string | true>>): Promise<FolderReading> {
  return readFolder(await folder(files), { probe: probeImage });
}

function counts(reading: FolderReading): Record<string, number> {
  return Object.fromEntries(reading.refused.map(({ source, reason, count }) => [`${source} ${reason}`, count]));
}

function perImage(labels: FolderReading["labels"]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { imageFile } of labels) found[imageFile] = (found[imageFile] ?? 0) + 1;
  return found;
}

const HEAD = "image_path,xmin,ymin,xmax,ymax,label\n";
const voc = (objects: string, name = "a.png"): string =>
  `<annotation><filename>${name}</filename><size><width>100</width><height>80</height><depth>3</depth></size>${objects}</annotation>`;
const object = (box: string, more = ""): string => `<object><name>Tree</name>${more}<bndbox>${box}</bndbox></object>`;
const BOX = "<xmin>1</xmin><ymin>2</ymin><xmax>11</xmax><ymax>22</ymax>";

describe.skipIf(!hasShared)("the tree crowns of NEON", () => {
  test("arrive with every box once, and with the model's boxes apart", async () => {
    const reading = await readFolder(NEON, { probe: probeImage });
    expect(perImage(reading.labels)).toEqual({
      "2018_SJER_3_252000_4107000_image_477.tif": 7,
      "2019_YELL_2_541000_4977000_image_crop.png": 279,
      "OSBS_029.tif": 61,
      "SOAP_061.png": 37,
    });
    expect(perImage(reading.preLabels)).toEqual({
      "2018_SJER_3_252000_4107000_image_477.tif": 7,
      "2019_BLAN_3_751000_4330000_image_crop.jpg": 8,
    });
    expect(reading.images.map((image) => image.file)).toEqual([
      "2018_SJER_3_252000_4107000_image_477.tif",
      "2019_BLAN_3_751000_4330000_image_crop.jpg",
      "2019_YELL_2_541000_4977000_image_crop.png",
      "OSBS_029.png",
      "OSBS_029.tif",
      "SOAP_031.png",
      "SOAP_061.png",
    ]);
    // The 61 boxes that stand in OSBS_029.csv and again in OSBS_029.xml.
    expect(counts(reading)).toEqual({ "OSBS_029.xml REPEATED": 61 });
    expect(reading.otherFiles).toEqual(["LICENSE", "SOURCE.txt"]);
  });

  test("columns are read by name: the two orders of corners give the same kind of box", async () => {
    const { labels } = await readFolder(NEON, { probe: probeImage });
    const truth = labels.find((label) => label.imageFile.startsWith("2018_SJER"));
    expect(truth).toMatchObject({
      shape: { kind: "box", x: 1, y: 103, width: 81, height: 132 },
      source: { at: "line 2" },
    });
    expect(labels.filter((label) => label.imageFile === "SOAP_061.png" && label.className === "Dead").length).toBe(28);
  });

  test("a geometry beside the corners is a box when it says the same, and a polygon when it stands alone", async () => {
    const { preLabels } = await readFolder(NEON, { probe: probeImage });
    const crowns = preLabels.filter((label) => label.imageFile.startsWith("2019_BLAN"));
    expect(crowns.map((label) => label.shape.kind).toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => "box"),
      ...Array.from({ length: 4 }, () => "polygon"),
    ]);
    const polygon = crowns.find((label) => label.shape.kind === "polygon");
    expect(polygon?.score).toBe(0.9628145098686218);
    expect(polygon?.shape.kind === "polygon" && polygon.shape.rings[0]?.[0]).toEqual([788, 714.5]);
  });
});

describe.skipIf(!hasShared)("the polygons of COCO", () => {
  test("of the three images that are there have the annotators' area and bounding box, and the rest is counted", async () => {
    const reading = await readFolder(COCO, { probe: probeImage, annotationFiles: ["instances.json"] });
    expect(perImage(reading.labels)).toEqual({
      "images/000000311303.jpg": 8,
      "images/000000343706.jpg": 2,
      "images/000000393226.jpg": 15,
    });
    expect(counts(reading)).toEqual({ "instances.json IMAGE_ABSENT": 37 });
    const file = JSON.parse(await readFile(join(COCO, "instances.json"), "utf8")) as {
      annotations: { id: number; area: number; bbox: number[]; segmentation: number[][] }[];
    };
    for (const label of reading.labels) {
      const annotation = file.annotations.find(({ id }) => label.source.at === `annotation ${id}`);
      if (annotation === undefined || label.shape.kind !== "polygon") throw new Error("another label than the file's");
      expect(label.shape.rings.map((ring) => ring.flat())).toEqual(annotation.segmentation);
      expect(Math.abs(area(label.shape) / annotation.area - 1)).toBeLessThan(1e-9);
      const { x, y, width, height } = boundingBox(label.shape);
      for (const [index, value] of [x, y, width, height].entries()) {
        expect(Math.abs(value - (annotation.bbox[index] ?? Number.NaN))).toBeLessThan(1e-9);
      }
    }
  });

  test("run lengths, panoptic segments and annotations of absent images are counted, none dropped", async () => {
    const reading = await readFolder(COCO, { probe: probeImage });
    expect(reading.labels.length).toBe(25 + 109);
    expect(reading.images.length).toBe(8);
    expect(counts(reading)).toEqual({
      "instances.json IMAGE_ABSENT": 37,
      "panoptic.json COCO_PANOPTIC": 163,
      "panoptic.json COCO_PANOPTIC_MASK": 8,
      "panoptic.json IMAGE_ABSENT": 206,
      "rle.json COCO_RLE": 5,
      "rle.json IMAGE_ABSENT": 117,
    });
  });
});

describe("an annotation belongs to the file that it names", () => {
  test("whatever the annotation file is called", async () => {
    const reading = await read({ "a.png": true, "b.png": true, "a.csv": `${HEAD}b.png,1,2,11,22,Tree\n` });
    expect(reading.labels).toEqual([
      {
        imageFile: "b.png",
        className: "Tree",
        shape: { kind: "box", x: 1, y: 2, width: 10, height: 20 },
        score: null,
        source: { file: "a.csv", at: "line 2" },
      },
    ]);
  });

  test("compared exactly: another ending or another case is another file", async () => {
    const reading = await read({ "a.png": true, "x.csv": `${HEAD}a.tif,1,2,11,22,T\nA.png,1,2,11,22,T\n` });
    expect(reading.labels).toEqual([]);
    expect(counts(reading)).toEqual({ "x.csv IMAGE_ABSENT": 2 });
  });

  test("wherever in the folder it lies, but not when two lie there", async () => {
    const csv = `${HEAD}a.png,1,2,11,22,T\nb.png,1,2,11,22,T\n`;
    const reading = await read({ "one/a.png": true, "one/b.png": true, "two/b.png": true, "x.csv": csv });
    expect(perImage(reading.labels)).toEqual({ "one/a.png": 1 });
    expect(counts(reading)).toEqual({ "x.csv IMAGE_AMBIGUOUS": 1 });
  });

  test.each(["../a.png", "/etc/passwd", "sub/a.png", "C:\\a.png", "..", ".", "", "a\u0000.png", "x".repeat(300)])(
    "refuses the name %j as a path",
    async (name) => {
      const coco = JSON.stringify({
        images: [{ id: 1, file_name: name }],
        categories: [{ id: 1, name: "T" }],
        annotations: [{ id: 5, image_id: 1, category_id: 1, bbox: [1, 1, 2, 2] }],
      });
      const reading = await read({ "a.png": true, "x.json": coco });
      expect(counts(reading)).toEqual({ "x.json IMAGE_NAME": 1 });
    },
  );

  test("an image that is none takes no annotation", async () => {
    const reading = await read({ "a.png": "not a picture", "x.csv": `${HEAD}a.png,1,2,11,22,T\n` });
    expect(reading.images).toEqual([]);
    expect(counts(reading)).toEqual({ "a.png IMAGE_TYPE": 1, "x.csv IMAGE_REFUSED": 1 });
  });

  test("a link is not followed, neither as an image nor as an annotation file", async () => {
    const root = await folder({ "a.png": true, "real.csv": `${HEAD}a.png,1,2,11,22,T\n` });
    await symlink("/etc/hostname", join(root, "out.csv"));
    await symlink("a.png", join(root, "b.png"));
    await symlink("/", join(root, "root"));
    const reading = await readFolder(root, { probe: probeImage });
    expect(reading.labels.length).toBe(1);
    expect(counts(reading)).toEqual({ "b.png FILE_LINK": 1, "out.csv FILE_LINK": 1, "root FILE_LINK": 1 });
  });

  test("an annotation of an image of another size is refused", async () => {
    const reading = await read({ "a.png": true, "a.xml": voc(object(BOX)).replace("<width>100", "<width>101") });
    expect(counts(reading)).toEqual({ "a.xml GRID_DIFFERS": 1 });
  });
});

describe("the same annotation arrives once", () => {
  test("from CSV and VOC, and twice in one file", async () => {
    const reading = await read({
      "a.png": true,
      "a.csv": `${HEAD}a.png,1,2,11,22,Tree\na.png,1.0,2,11,2.2e1,Tree\n`,
      "a.xml": voc(object(BOX)),
    });
    expect(reading.labels.length).toBe(1);
    expect(counts(reading)).toEqual({ "a.csv REPEATED": 1, "a.xml REPEATED": 1 });
  });

  test("another class, another box or a score makes it another annotation", async () => {
    const csv =
      "image_path,xmin,ymin,xmax,ymax,label,score\na.png,1,2,11,22,Tree,\na.png,1,2,11,22,Bush,\na.png,1,2,11,23,Tree,\na.png,1,2,11,22,Tree,0.5\n";
    const reading = await read({ "a.png": true, "a.csv": csv });
    expect([reading.labels.length, reading.preLabels.length, reading.refused.length]).toEqual([3, 1, 0]);
  });
});

describe("CSV", () => {
  test("quotes, CRLF, a byte order mark, blank lines and columns of other names are read", async () => {
    const csv =
      '\ufefflabel,note,geometry,image_path\r\n"Tr""ee, old","a\nb","POLYGON ((1 1, 9 1, 9 9, 1 1))",a.png\r\n\r\nT,,"POINT (3 4)",a.png';
    const { labels, refused } = await read({ "a.png": true, "a.csv": csv });
    expect(refused).toEqual([]);
    expect(labels.map(({ className, shape, source }) => [className, shape.kind, source.at])).toEqual([
      ['Tr"ee, old', "polygon", "line 2"],
      ["T", "point", "line 5"],
    ]);
  });

  test("a geometry that is finer than the corners counts", async () => {
    const csv =
      'image_path,xmin,ymin,xmax,ymax,label,geometry\na.png,1,1,9,9,T,"POLYGON ((1 1, 9 1, 9 9, 1 1))"\na.png,1,1,9,9,U,"POLYGON ((1 1, 9 9, 9 1, 1 9, 1 1))"\n';
    const { labels, refused } = await read({ "a.png": true, "a.csv": csv });
    expect(labels.map((label) => label.shape.kind)).toEqual(["polygon"]);
    expect(refused).toMatchObject([{ reason: "SHAPE_EMPTY", count: 1 }]);
  });

  test.each([
    ["no header", "", "CSV_COLUMNS"],
    ["a header without corners", "image_path,label\n", "CSV_COLUMNS"],
    ["two columns of one name", "image_path,image_path,label,geometry\n", "CSV_COLUMNS"],
    ["score and scores", "image_path,label,geometry,score,scores\n", "CSV_COLUMNS"],
    ["a quote that is never closed", `${HEAD}"a.png,1,2,3,4,T\n`, "CSV_SYNTAX"],
    ["text after a quote", `${HEAD}"a.png"x,1,2,3,4,T\n`, "CSV_SYNTAX"],
    ["a quote inside a field", `${HEAD}a"b.png,1,2,3,4,T\n`, "CSV_SYNTAX"],
    ["too many fields", `${HEAD}${",".repeat(200)}\n`, "CSV_SYNTAX"],
    ["a row too short", `${HEAD}a.png,1,2,3,4\n`, "CSV_ROW"],
    ["a blank class", `${HEAD}a.png,1,2,3,4, \n`, "CLASS_NAME"],
    ["a hexadecimal number", `${HEAD}a.png,0x1,2,3,4,T\n`, "NUMBER"],
    ["infinity", `${HEAD}a.png,1,2,Infinity,4,T\n`, "NUMBER"],
    ["no number", `${HEAD}a.png,,2,3,4,T\n`, "NUMBER"],
    ["corners the wrong way round", `${HEAD}a.png,3,2,1,4,T\n`, "SHAPE_EMPTY"],
    ["a box outside", `${HEAD}a.png,1,2,103,4,T\n`, "SHAPE_OUTSIDE"],
    ["a score above one", "image_path,label,geometry,score\na.png,T,POINT (1 1),1.01\n", "SCORE"],
    ["a score that is no number", "image_path,label,geometry,score\na.png,T,POINT (1 1),high\n", "SCORE"],
  ])("%s is refused as what it is", async (_name, csv, reason) => {
    const reading = await read({ "a.png": true, "a.csv": csv });
    expect(reading.labels).toEqual([]);
    expect(counts(reading)).toEqual({ [`a.csv ${reason}`]: 1 });
  });

  test("a file that is not UTF-8 is refused", async () => {
    const root = await folder({ "a.png": true });
    await writeFile(join(root, "a.csv"), Buffer.from([0x69, 0xff, 0xfe]));
    expect(counts(await readFolder(root, { probe: probeImage }))).toEqual({ "a.csv FILE_ENCODING": 1 });
  });
});

describe("VOC", () => {
  test("comments, a declaration, attributes, entities and empty elements are read", async () => {
    const xml = `<?xml version="1.0" encoding="utf-8"?><!-- made by hand -->${voc(object(BOX, "<pose/>").replace("Tree", "A &amp; &#66;"))}`;
    const { labels } = await read({
      "a.png": true,
      "a.xml": xml.replace("<annotation>", "<annotation verified='yes'>"),
    });
    expect(labels.map((label) => label.className)).toEqual(["A & B"]);
  });

  test.each([
    ["a document type", `<!DOCTYPE annotation [<!ENTITY x SYSTEM "file:///etc/passwd">]>${voc("")}`, "XML_DOCTYPE"],
    ["a document type in small letters", `<!doctype annotation>${voc("")}`, "XML_DOCTYPE"],
    ["a document type after the root begins", voc("<!DOCTYPE x>"), "XML_DOCTYPE"],
    ["an entity of its own", voc(object(BOX).replace("Tree", "&x;")), "XML_SYNTAX"],
    ["an ampersand alone", voc(object(BOX).replace("Tree", "a & b")), "XML_SYNTAX"],
    ["half a character", voc(object(BOX).replace("Tree", "&#xD800;")), "XML_SYNTAX"],
    ["CDATA", voc(object(BOX).replace("Tree", "<![CDATA[x]]>")), "XML_SYNTAX"],
    ["a processing instruction", voc("<?php x ?>"), "XML_SYNTAX"],
    ["another encoding", `<?xml version="1.0" encoding="utf-16"?>${voc("")}`, "XML_SYNTAX"],
    ["an end that does not match", voc("<object></annotation>"), "XML_SYNTAX"],
    ["an end too many", `${voc("")}</annotation>`, "XML_SYNTAX"],
    ["an element that is never closed", "<annotation><filename>a.png</filename>", "XML_SYNTAX"],
    ["two roots", voc("") + voc(""), "XML_SYNTAX"],
    ["text after the root", `${voc("")}x`, "XML_SYNTAX"],
    ["nesting without end", "<a>".repeat(100_000), "XML_SYNTAX"],
    ["attributes without end", `<annotation${' a="b"'.repeat(1_000_000)}>`, "XML_SYNTAX"],
    ["ampersands without end", `<annotation>${"&".repeat(1_000_000)}</annotation>`, "XML_SYNTAX"],
    ["nothing", "", "XML_SYNTAX"],
    ["another root", "<annotations/>", "XML_STRUCTURE"],
    ["no file name", "<annotation></annotation>", "XML_STRUCTURE"],
    ["two file names", voc("<filename>b.png</filename>"), "XML_STRUCTURE"],
    ["an unknown element", voc("<mask>x</mask>"), "XML_STRUCTURE"],
    ["an unknown element of an object", voc(object(BOX, "<polygon>1 2 3</polygon>")), "VOC_MEMBER"],
    ["a box without a corner", voc(object("<xmin>1</xmin>")), "NUMBER"],
    ["an object without a name", voc(`<object><bndbox>${BOX}</bndbox></object>`), "CLASS_NAME"],
  ])("%s is refused as what it is", async (_name, xml, reason) => {
    const reading = await read({ "a.png": true, "a.xml": xml });
    expect(reading.labels).toEqual([]);
    expect(counts(reading)).toEqual({ [`a.xml ${reason}`]: 1 });
  });

  test("a part of an object is counted and the object is taken", async () => {
    const part = `<part><name>leaf</name><bndbox>${BOX}</bndbox></part>`;
    const reading = await read({ "a.png": true, "a.xml": voc(object(BOX, part)) });
    expect(reading.labels.length).toBe(1);
    expect(counts(reading)).toEqual({ "a.xml VOC_PART": 1 });
  });
});

describe("COCO", () => {
  const TRIANGLE = [1, 1, 9, 1, 9, 9];
  const coco = (annotation: object, more: object = {}): string =>
    JSON.stringify({
      images: [{ id: 1, file_name: "a.png", width: 100, height: 80 }],
      categories: [{ id: 3, name: "T" }],
      annotations: [{ id: 7, image_id: 1, category_id: 3, iscrowd: 0, ...annotation }],
      ...more,
    });

  test("rings of one annotation stay together, and a box alone is a box", async () => {
    const rings = { segmentation: [TRIANGLE, [20, 20, 30, 20, 30, 30]], bbox: [0, 0, 1, 1], area: 5 };
    const [label] = (await read({ "a.png": true, "x.json": coco(rings) })).labels;
    expect(label?.shape).toMatchObject({
      kind: "polygon",
      rings: [
        [
          [1, 1],
          [9, 1],
          [9, 9],
        ],
        [
          [20, 20],
          [30, 20],
          [30, 30],
        ],
      ],
    });
    const [box] = (await read({ "a.png": true, "x.json": coco({ segmentation: [], bbox: [1, 2, 3, 4] }) })).labels;
    expect(box?.shape).toEqual({ kind: "box", x: 1, y: 2, width: 3, height: 4 });
  });

  test("an annotation with a score is a model's", async () => {
    const reading = await read({ "a.png": true, "x.json": coco({ segmentation: [TRIANGLE], score: 0.75 }) });
    expect(reading.labels).toEqual([]);
    expect(reading.preLabels).toMatchObject([{ score: 0.75, source: { file: "x.json", at: "annotation 7" } }]);
  });

  test.each([
    ["run lengths", { segmentation: { counts: [1, 2], size: [80, 100] } }, "COCO_RLE"],
    ["compressed run lengths", { segmentation: { counts: "abc", size: [80, 100] }, iscrowd: 1 }, "COCO_RLE"],
    ["a crowd", { segmentation: [TRIANGLE], iscrowd: 1 }, "COCO_CROWD"],
    ["no geometry", {}, "COCO_GEOMETRY"],
    ["a ring with a number too many", { segmentation: [[...TRIANGLE, 5]] }, "SHAPE_NUMBER"],
    ["a ring of too many positions", { segmentation: [Array(20_002).fill(1)] }, "SHAPE_TOO_MANY_POINTS"],
    ["too many rings", { segmentation: Array.from({ length: 1_001 }, () => TRIANGLE) }, "SHAPE_TOO_MANY_POINTS"],
    ["a ring of two positions", { segmentation: [[1, 1, 2, 2]] }, "SHAPE_TOO_FEW_POINTS"],
    ["a box with a text", { bbox: [1, 2, "3", 4] }, "SHAPE_NUMBER"],
    ["an unknown category", { category_id: 4, bbox: [1, 2, 3, 4] }, "CATEGORY_UNKNOWN"],
    ["an unknown image", { image_id: "1", bbox: [1, 2, 3, 4] }, "IMAGE_ABSENT"],
    ["a score above one", { bbox: [1, 2, 3, 4], score: 2 }, "SCORE"],
  ])("%s is counted as what it is", async (_name, annotation, reason) => {
    const reading = await read({ "a.png": true, "x.json": coco(annotation) });
    expect(reading.labels).toEqual([]);
    expect(counts(reading)).toEqual({ [`x.json ${reason}`]: 1 });
  });

  test("keypoints beside a polygon are counted, and an id of two images is no image", async () => {
    const points = await read({ "a.png": true, "x.json": coco({ segmentation: [TRIANGLE], keypoints: [1, 1, 2] }) });
    expect([points.labels.length, counts(points)]).toEqual([1, { "x.json COCO_KEYPOINTS": 1 }]);
    const twice = [
      { id: 1, file_name: "a.png" },
      { id: 1, file_name: "b.png" },
    ];
    const ids = await read({ "a.png": true, "x.json": coco({ bbox: [1, 1, 2, 2] }, { images: twice }) });
    expect(counts(ids)).toEqual({ "x.json IMAGE_AMBIGUOUS": 1 });
  });

  test.each([
    ["{", "JSON_SYNTAX"],
    ["[]", "JSON_STRUCTURE"],
    ['{"images":{}}', "JSON_STRUCTURE"],
    ['{"annotations":[1]}', "JSON_STRUCTURE"],
    ['{"images":[{"id":1}]}', "JSON_STRUCTURE"],
    [`{"annotations":${"[".repeat(1_000_000)}`, "JSON_SYNTAX"],
    [`{"annotations":[{"segments_info":[${"0,".repeat(1_000_000)}0]}]}`, "TOO_MANY_ANNOTATIONS"],
  ])("the text %.40s is refused whole", async (text, reason) => {
    expect(counts(await read({ "x.json": text }))).toEqual({ [`x.json ${reason}`]: 1 });
  });
});

test("a picture that panoptic segments name is no image, unless an annotation calls it one", async () => {
  const panoptic = JSON.stringify({ annotations: [{ image_id: 1, file_name: "mask.png", segments_info: [] }] });
  const aside = await read({ "a.png": true, "mask.png": true, "p.json": panoptic });
  expect(aside.images.map((image) => image.file)).toEqual(["a.png"]);
  expect(counts(aside)).toEqual({ "p.json COCO_PANOPTIC_MASK": 1 });
  const kept = await read({ "mask.png": true, "p.json": panoptic, "z.csv": `${HEAD}mask.png,1,2,11,22,T\n` });
  expect(kept.images.map((image) => image.file)).toEqual(["mask.png"]);
  expect([kept.labels.length, kept.refused.length]).toEqual([1, 0]);
});

test("an unreadable annotation file does not stop the others", async () => {
  const root = await folder({ "a.png": true, "a.csv": `${HEAD}a.png,1,2,11,22,T\n`, "b.csv": "x" });
  await chmod(join(root, "b.csv"), 0o000);
  const reading = await readFolder(root, { probe: probeImage });
  expect(reading.labels.length).toBe(1);
  expect(reading.refused.length).toBe(1);
});
