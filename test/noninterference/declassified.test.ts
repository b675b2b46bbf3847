import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/storage/package-root.ts";
import type { Ask } from "./ask.ts";
import { DECLASSIFIED, declassify, partedBy } from "./declassified.ts";
import type { WireAnswer } from "./wire.ts";

test("I2 what the campaign leaves out of a comparison stands on the list of what must show in SECURITY.md", () => {
  const text = readFileSync(join(packageRoot(), "SECURITY.md"), "utf8");
  const list = text.slice(text.indexOf("## What must show"), text.indexOf("## Reporting"));
  expect(list.split("\n").filter((line) => line.startsWith("| ")).length).toBeGreaterThan(DECLASSIFIED.length);
  expect(DECLASSIFIED.filter(({ name }) => !list.includes(`| ${name}`)).map(({ name }) => name)).toEqual([]);
});

/** A ustar archive, as far as it is looked at. */
function tar(files: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(files).flatMap(([name, text]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(text.length.toString(8).padStart(11, "0"), 124);
    const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
    body.write(text);
    return [header, body];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

test("I2 of a release only that it is held in one world may show, and nothing else that differs with it", () => {
  const ask: Ask = {
    who: null,
    method: "POST",
    path: "/graphql",
    graphql: {
      query:
        "mutation { n1: deliveryRelease(input: {}) { n2: delivery { id } userErrors { code message } } other { id } }",
    },
  };
  const answer = (release: unknown, other: unknown = { id: "1" }): WireAnswer => {
    const body = Buffer.from(
      JSON.stringify({ data: { n1: release, other }, extensions: { marking: null, receipt: "r" } }),
    );
    return { status: 200, headers: [["content-length", String(body.length)]], body };
  };
  const observer = {} as Parameters<typeof partedBy>[3];
  const parted = (a: WireAnswer, b: WireAnswer): boolean => partedBy(a, b, ask, observer) !== null;
  const released = { n2: { id: "x" }, userErrors: [] };
  const refusal = (code: string): object => ({
    n2: null,
    userErrors: [{ code, message: "a delivery needs two approvals of its manifest" }],
  });
  expect(parted(answer(refusal("NOT_READY")), answer(released))).toBe(true);
  expect(parted(answer(released), answer({ n2: null }))).toBe(true);
  expect(parted(answer(released), answer(refusal("NOT_FOUND")))).toBe(false);
  expect(parted(answer(released), answer({ n2: { id: "y" }, userErrors: [] }))).toBe(false);
  expect(parted(answer(refusal("NOT_READY")), answer(refusal("NOT_READY")))).toBe(false);
  expect(parted(answer(released, { id: "1" }), answer(refusal("NOT_READY"), { id: "2" }))).toBe(false);
});

test("I2 of a package only the proof may differ, by content and length; no other file, nor which files there are", () => {
  const position = DECLASSIFIED.find(({ owner }) => owner === "deliveries");
  const ask: Ask = { who: null, method: "GET", path: "/deliveries/{{base.delivery.1}}/package" };
  const told = (files: Readonly<Record<string, string>>): string => {
    const body = tar(files);
    const headers: WireAnswer["headers"] = [["content-length", String(body.length)]];
    const left = position?.without({ status: 200, headers, body }, ask);
    return JSON.stringify([left?.headers, left?.body.toString("base64")]);
  };
  const whole = { "manifest.json": "{}", "data/labels.json": "x".repeat(600), "proof/log.txt": "index 1" };
  expect(told({ ...whole, "proof/log.txt": "index 2".repeat(200) })).toBe(told(whole));
  expect(told({ ...whole, "data/labels.json": "y".repeat(600) })).not.toBe(told(whole));
  expect(told({ ...whole, "manifest.json": "{ }" })).not.toBe(told(whole));
  expect(told({ ...whole, "proof/more.txt": "" })).not.toBe(told(whole));
});

test("I2 of a compliance officer's session only its high-water may differ, under whatever name; nobody else's may", () => {
  const query = "query { n1: viewer { ...n9 handle } other { id } } fragment n9 on Viewer { n2: highWater readOns }";
  const ask: Ask = { who: null, method: "POST", path: "/graphql", graphql: { query } };
  const answer = (n2: string | null, handle = "otto", id = "1"): WireAnswer => {
    const data = { n1: { n2, readOns: [], handle }, other: { id } };
    const body = Buffer.from(JSON.stringify({ data, extensions: { marking: n2, receipt: "r" } }));
    return { status: 200, headers: [["content-length", String(body.length)]], body };
  };
  type Seen = Parameters<typeof declassify>[2];
  const as = (role: string): Seen => ({ person: { roles: [role] } }) as unknown as Seen;
  const seen = (one: WireAnswer, role = "compliance-officer"): string =>
    declassify(one, ask, as(role)).answer.body.toString();
  expect(seen(answer("SECRET"))).toBe(seen(answer(null)));
  expect(seen(answer("SECRET"))).not.toBe(seen(answer(null, "ana")));
  expect(seen(answer("SECRET"))).not.toBe(seen(answer(null, "otto", "2")));
  expect(seen(answer("SECRET"), "analyst")).not.toBe(seen(answer(null), "analyst"));
});
