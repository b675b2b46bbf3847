import { describe, expect, test } from "vitest";
import { escapeXml, resolveNames } from "../../src/xml/names.ts";
import { readXml, XmlError } from "../../src/xml/reader.ts";

const refused = (text: string): string => {
  try {
    resolveNames(readXml(text));
    return "accepted";
  } catch (error) {
    if (error instanceof XmlError) return error.code;
    throw error;
  }
};

describe("the XML that is read", () => {
  test("gives elements, attributes and text, with the predefined entities decoded", () => {
    const read = readXml(`<?xml version="1.0" encoding="UTF-8"?><a x="1&amp;2" y='"'><b>&lt;&#65;&gt;</b><c/></a>`);
    expect([read.name, [...read.attributes]]).toStrictEqual([
      "a",
      [
        ["x", "1&2"],
        ["y", '"'],
      ],
    ]);
    expect(read.children.map(({ name, text }) => [name, text])).toStrictEqual([
      ["b", "<A>"],
      ["c", ""],
    ]);
  });
  test("makes a blank of a line end inside an attribute, as XML does", () => {
    expect(readXml('<a x="1\n2"/>').attributes.get("x")).toBe("1 2");
  });
  test("resolves prefixes, and leaves attributes without one in no namespace", () => {
    const read = resolveNames(readXml('<p:a xmlns:p="urn:p" xmlns="urn:d" x="1" p:x="2"><b/></p:a>'));
    expect(read).toMatchObject({ namespace: "urn:p", local: "a", children: [{ namespace: "urn:d", local: "b" }] });
    expect(read.attributes).toStrictEqual([
      { namespace: null, local: "x", value: "1" },
      { namespace: "urn:p", local: "x", value: "2" },
    ]);
  });
  test("a comment between elements says nothing", () => {
    expect(readXml("<a><!-- x --><b>1</b><!-- y --></a>").children).toHaveLength(1);
  });
  test.each([
    ["an attribute twice", '<a x="1" x="1"/>', "XML_SYNTAX"],
    ["a comment inside a value", "<a>SEC<!-- x -->RET</a>", "XML_SYNTAX"],
    ["a comment before a value", "<a><!-- x -->SECRET</a>", "XML_SYNTAX"],
    ["a comment after a value", "<a>SECRET<!-- x --></a>", "XML_SYNTAX"],
    ["an open angle in an attribute", '<a x="<"/>', "XML_SYNTAX"],
    ["an entity of its own in an attribute", '<a x="&x;"/>', "XML_SYNTAX"],
    ["a prefix that is not bound", "<p:a/>", "XML_NAMESPACE"],
    ["a prefix of an attribute that is not bound", '<a p:x="1"/>', "XML_NAMESPACE"],
    ["a prefix that is bound too late", '<a><p:b/><c xmlns:p="urn:p"/></a>', "XML_NAMESPACE"],
    ["a prefix that changes its meaning below", '<p:a xmlns:p="urn:p"><p:b xmlns:p="urn:q"/></p:a>', "XML_NAMESPACE"],
    ["a default namespace that changes below", '<a xmlns="urn:p"><b xmlns="urn:q"/></a>', "XML_NAMESPACE"],
    ["a namespace that is taken back", '<a xmlns="urn:p"><b xmlns=""/></a>', "XML_NAMESPACE"],
    ["the prefix xml bound anew", '<a xmlns:xml="urn:x"/>', "XML_NAMESPACE"],
    ["one attribute under two prefixes", '<a xmlns:p="urn:p" xmlns:q="urn:p" p:x="1" q:x="2"/>', "XML_NAMESPACE"],
    ["two colons in a name", "<a:b:c/>", "XML_SYNTAX"],
    ["a name that begins with a colon", "<:a/>", "XML_SYNTAX"],
  ])("refuses %s", (_, text, code) => {
    expect(refused(text)).toBe(code);
  });
  test("a prefix may be bound again to what it means already", () => {
    expect(refused('<p:a xmlns:p="urn:p"><p:b xmlns:p="urn:p"/></p:a>')).toBe("accepted");
  });
  test("what is escaped is read back", () => {
    const text = `a<b>&"c'`;
    const read = readXml(`<a x="${escapeXml(text)}">${escapeXml(text)}</a>`);
    expect([read.text, read.attributes.get("x")]).toStrictEqual([text, text]);
  });
});
