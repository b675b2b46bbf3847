import { attemptLabel } from "../../src/markings/ism-form.ts";
import { markingFromText } from "../../src/markings/parse.ts";
import { readStanag, writeStanag } from "../../src/markings/stanag.ts";
import { marked, register } from "./register-data.ts";

/** The namespace of labels. */
export const NS = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0";
export const TIMES = { originator: null, createdAt: "2026-01-01T00:00:00Z", reviewAt: "2036-01-01T00:00:00Z" };
/** The marking of a text that must parse. */
export const of = (text: string) => marked(markingFromText(text, register));

/** What a test says otherwise than the label of NATO says it. */
export interface Parts {
  readonly policy?: string;
  readonly classification?: string;
  readonly categories?: string;
  readonly before?: string;
  readonly created?: string;
  readonly review?: string;
  readonly root?: string;
}

export const category = (type: string, tag: string, values: readonly string[], uri?: string): string =>
  `<Category Type="${type}" TagName="${tag}"${uri === undefined ? "" : ` URI="${uri}"`}>${values
    .map((value) => `<GenericValue>${value}</GenericValue>`)
    .join("")}</Category>`;
export const CONTEXT = category("PERMISSIVE", "Context", ["NATO"], "urn:oid:1.3.26.1.4.4");
export const releasable = (...codes: string[]): string => category("PERMISSIVE", "Releasable To", codes);

/** A label of NATO with some parts replaced; the default namespace, to show that the prefix means nothing. */
export const label = (parts: Parts = {}): string =>
  `<originatorConfidentialityLabel xmlns="${NS}"${parts.root ?? ""}><ConfidentialityInformation>${
    parts.policy ?? '<PolicyIdentifier URI="urn:oid:1.3.26.1.3.1">NATO</PolicyIdentifier>'
  }${parts.classification ?? "<Classification>SECRET</Classification>"}${parts.categories ?? CONTEXT}</ConfidentialityInformation>${
    parts.before ?? ""
  }${parts.created ?? "<CreationDateTime>2026-01-01T00:00:00Z</CreationDateTime>"}${
    parts.review ?? "<ReviewDateTime>2036-01-01T00:00:00Z</ReviewDateTime>"
  }</originatorConfidentialityLabel>`;

export const US_POLICY = '<PolicyIdentifier URI="urn:us:gov:ic:ism">USA</PolicyIdentifier>';

export const read = (text: string): unknown => {
  const result = attemptLabel(() => readStanag(text, register));
  return result.ok ? result.value.marking : result.code;
};
export const write = (text: string): unknown => {
  const result = attemptLabel(() => writeStanag(of(text), TIMES, register));
  return result.ok ? result.value : result.code;
};
