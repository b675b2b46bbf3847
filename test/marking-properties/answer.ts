import {
  effectiveOf,
  MarkingError,
  parseBanner,
  parsePortion,
  parseRegister,
  renderBanner,
  renderPortion,
  rollUpDocument,
} from "../../src/markings/index.ts";
import type { Form, Marking } from "../../src/markings/index.ts";

/** What src/markings says of one text: the parsed result, and for a marking its text again, effective value and roll-up. */
export interface Answer {
  readonly ok: boolean;
  readonly code: string | null;
  readonly marking: Marking | null;
  readonly rendered: string | null;
}

/**
 * Answers texts as JSON, the same in a server and in a browser; each accepted marking is rolled up with the last one.
 * @param files the parsed files of policies/markings.
 */
export const answererOf = (files: unknown): ((text: string, form: Form) => string) => {
  const register = parseRegister(files, "fuzz");
  let last: Marking | null = null;
  return (text, form) => {
    const result = form === "banner" ? parseBanner(text, register) : parsePortion(text, register);
    if (!result.ok) return JSON.stringify({ ok: false, code: result.code, marking: null, rendered: null });
    const { marking } = result;
    const portions = [marking, last ?? marking].map((each) => ({ marking: each, createdOn: null }));
    last = marking;
    let rolledUp: unknown;
    try {
      const { banner, reasons } = rollUpDocument(portions, register);
      rolledUp = [renderBanner(banner, register), reasons];
    } catch (error) {
      if (!(error instanceof MarkingError)) throw error;
      rolledUp = error.code;
    }
    const rendered = (form === "banner" ? renderBanner : renderPortion)(marking, register);
    return JSON.stringify({
      ok: true,
      code: null,
      marking,
      rendered,
      effective: effectiveOf(marking, register),
      rolledUp,
    });
  };
};
