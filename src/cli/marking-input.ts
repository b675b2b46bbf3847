import { LabelError } from "../markings/ism-form.ts";
import { closedObject } from "../policy/closed-object.ts";
import { PolicyError } from "../policy/policy-error.ts";
import { parseStrictJson } from "../policy/strict-json.ts";

const WORDS: Readonly<Partial<Record<PolicyError["code"], string>>> = {
  "input-json": "not JSON",
  "input-duplicate": "a member stands twice",
  "input-missing": "a member is missing",
  "input-unknown": "an unknown member",
};

const refusing = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new LabelError("E_INPUT", `${WORDS[error.code] ?? "a value of another kind"}: ${error.at}`);
  }
};

/** The JSON value of a line. The line comes from outside. @throws {LabelError} E_INPUT, also where a member stands twice */
export const jsonOf = (line: string): unknown => refusing(() => parseStrictJson(line));

/**
 * The members of an object that has all `required` ones and otherwise none but `optional` ones: one that is passed over could
 * have been part of a marking.
 * @throws {LabelError} E_INPUT
 */
export const membersOf = (
  value: unknown,
  required: readonly string[],
  optional: readonly string[],
  what: string,
): Readonly<Record<string, unknown>> => refusing(() => closedObject(value, required, what, optional));
