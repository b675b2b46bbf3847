import { describe, expect, test } from "vitest";
import { parseBanner, parsePortion } from "../../src/markings/parse.ts";
import { renderBanner, renderPortion } from "../../src/markings/render.ts";
import { rollUp } from "../../src/markings/rollup.ts";
import type { Vectors } from "./register-data.ts";
import { marked, ownVectors, register, sharedVectors } from "./register-data.ts";

const EMPTY: Vectors = { valid: [], invalid: [], rollup: [] };
const shared = sharedVectors();

const parse = (form: "banner" | "portion", text: string, context?: string | null) =>
  form === "banner"
    ? parseBanner(text, register)
    : context === undefined || context === null
      ? parsePortion(text, register)
      : parsePortion(text, register, marked(parseBanner(context, register)));

const holds = ({ valid, invalid, rollup }: Vectors): void => {
  test.each(valid)("reads $id $marking and renders it", (row) => {
    const marking = marked(parse(row.form, row.marking, row.bannerContext));
    if (row.parsed !== undefined) expect(marking).toStrictEqual(row.parsed);
    const rendered = row.form === "banner" ? renderBanner(marking, register) : renderPortion(marking, register);
    expect(rendered).toBe(row.rendered);
    expect(marked(parse(row.form, rendered))).toStrictEqual(marking);
  });
  test.each(invalid)("refuses $id $marking with $code: $reason", (row) => {
    expect(parse(row.form, row.marking)).toMatchObject({ ok: false, code: row.code });
  });
  test.each(rollup)("rolls up $id to $banner", (row) => {
    const banner = rollUp(
      row.portions.map((text) => marked(parsePortion(text, register))),
      register,
    );
    expect(renderBanner(banner, register)).toBe(row.strictBanner ?? row.banner);
    expect(banner).toStrictEqual(marked(parseBanner(row.strictBanner ?? row.banner, register)));
  });
};

describe("own marking vectors", () => holds(ownVectors()));

describe("reference marking vectors", () => {
  test.skipIf(shared === null)("has the whole reference table", () => {
    expect([shared?.valid.length, shared?.invalid.length, shared?.rollup.length]).toStrictEqual([47, 60, 29]);
  });
  holds(shared ?? EMPTY);
});
