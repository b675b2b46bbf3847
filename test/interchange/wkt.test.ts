import { expect, test } from "vitest";
import { readWkt } from "../../src/interchange/wkt.ts";

const A = [
  [1, 1],
  [9, 1],
  [9, 9],
];
const B = [
  [20, 20],
  [30, 20],
  [30, 30],
];

test.each([
  ["POLYGON ((1 1, 9 1, 9 9, 1 1))", { kind: "polygon", rings: [A] }],
  ["polygon((1 1,9 1,9 9,1 1))", { kind: "polygon", rings: [A] }],
  ["MULTIPOLYGON (((1 1, 9 1, 9 9, 1 1)), ((20 20, 30 20, 30 30, 20 20)))", { kind: "polygon", rings: [A, B] }],
  [
    "LINESTRING (1 1, 9 1)",
    {
      kind: "polyline",
      points: [
        [1, 1],
        [9, 1],
      ],
    },
  ],
  ["POINT (-1.5e1 .25)", { kind: "point", x: -15, y: 0.25 }],
])("reads %s", (text, value) => {
  expect(readWkt(text)).toEqual({ value });
});

test.each([
  ["", "WKT_SYNTAX"],
  ["POLYGON EMPTY", "WKT_SYNTAX"],
  ["POLYGON ((1 1, 9 1, 9 9))", "WKT_SYNTAX"],
  ["POLYGON ((1 1, 9 1, 9 9, 1 1)", "WKT_SYNTAX"],
  ["POLYGON ((1 1, 9 1, 9 9, 1 1)))", "WKT_SYNTAX"],
  ["POLYGON ((1 1 1, 9 1 1, 9 9 1, 1 1 1))", "WKT_SYNTAX"],
  ["POLYGON Z ((1 1 1, 9 1 1, 9 9 1, 1 1 1))", "WKT_SYNTAX"],
  ["SRID=4326;POINT (1 1)", "WKT_SYNTAX"],
  ["CIRCULARSTRING (1 1, 2 2)", "WKT_SYNTAX"],
  ["POINT (1 1, 2 2)", "WKT_SYNTAX"],
  ["POINT (1e999 1)", "WKT_SYNTAX"],
  ["POINT (NaN 1)", "WKT_SYNTAX"],
  ["POLYGON ((0 0, 9 0, 9 9, 0 0), (1 1, 2 1, 2 2, 1 1))", "WKT_HOLE"],
  [`LINESTRING (${"1 1, ".repeat(30_000)}1 1)`, "SHAPE_TOO_MANY_POINTS"],
  ["(".repeat(100_000), "WKT_SYNTAX"],
])("refuses %.60s", (text, refused) => {
  expect(readWkt(text)).toEqual({ refused });
});
