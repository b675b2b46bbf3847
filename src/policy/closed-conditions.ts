import type { Condition, FieldCondition, JsInterpreter, ParsingInstruction } from "@ucast/mongo2js";
import type { CompoundCondition } from "@ucast/mongo2js";
import { createFactory } from "@ucast/mongo2js";
import { PolicyError } from "./policy-error.ts";

/**
 * The conditions that CASL rules may have here: five operators of our own in place of the MongoDB set, which is open on
 * bad input ($lte and $ne are true of a missing value, an unknown operator becomes a comparison that never matches, so that
 * a refusal with a spelling mistake refuses nothing). These throw instead: on an operator or operand of another kind when
 * the rule is made, on an attribute that is missing or of another type when it is asked. Whoever asks turns that into deny.
 */
export interface ClosedOperators {
  readonly $is?: boolean;
  readonly $oneOf?: readonly string[];
  readonly $atMost?: number;
  readonly $atLeast?: number;
  readonly $holdsAny?: readonly string[];
}

/** Conditions on named attributes; all must hold. */
export type ClosedConditions = Readonly<Record<string, ClosedOperators>>;

const operand = (check: (value: unknown) => boolean): ParsingInstruction => ({
  type: "field",
  validate(instruction, value) {
    if (!check(value)) throw new PolicyError("condition-operator", instruction.name);
  },
});
const isText = (value: unknown): value is string => typeof value === "string";
const isTexts = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isText);

const INSTRUCTIONS = {
  $is: operand((value) => typeof value === "boolean"),
  $oneOf: operand(isTexts),
  $atMost: operand(Number.isInteger),
  $atLeast: operand(Number.isInteger),
  $holdsAny: operand(isTexts),
};

// Own properties only: an attribute of a prototype is no attribute of the object.
function attribute<T>(object: unknown, field: string, is: (value: unknown) => value is T): T {
  const value: unknown =
    typeof object === "object" && object !== null && Object.hasOwn(object, field)
      ? Reflect.get(object, field)
      : undefined;
  if (!is(value)) throw new PolicyError("condition-attribute", field);
  return value;
}
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isInteger = (value: unknown): value is number => Number.isInteger(value);
const isTextList = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

const is: JsInterpreter<FieldCondition<boolean>> = (node, object) =>
  attribute(object, node.field, isFlag) === node.value;
const isOneOf: JsInterpreter<FieldCondition<readonly string[]>> = (node, object) =>
  node.value.includes(attribute(object, node.field, isText));
const atMost: JsInterpreter<FieldCondition<number>> = (node, object) =>
  attribute(object, node.field, isInteger) <= node.value;
const atLeast: JsInterpreter<FieldCondition<number>> = (node, object) =>
  attribute(object, node.field, isInteger) >= node.value;
const holdsAny: JsInterpreter<FieldCondition<readonly string[]>> = (node, object) =>
  attribute(object, node.field, isTextList).some((item) => node.value.includes(item));
// Every part is asked even after one said no, so that a missing attribute is never passed over.
const and: JsInterpreter<CompoundCondition> = (node, object, context) =>
  node.value.map((part: Condition) => context.interpret(part, object)).every(Boolean);

const build = createFactory(INSTRUCTIONS, { is, oneOf: isOneOf, atMost, atLeast, holdsAny, and });

/**
 * Makes a CASL matcher from conditions; its `ast` is what SQL is compiled from.
 * @throws PolicyError condition-operator on anything but the operators above with operands of their kind
 */
export function closedConditions(conditions: ClosedConditions): ReturnType<typeof build> {
  for (const [field, operators] of Object.entries(conditions)) {
    const isObject = typeof operators === "object" && operators !== null && !Array.isArray(operators);
    const names = isObject ? Object.keys(operators) : [];
    if (names.length === 0 || !names.every((name) => Object.hasOwn(INSTRUCTIONS, name))) {
      throw new PolicyError("condition-operator", field);
    }
  }
  return build(conditions as Record<string, unknown>);
}
