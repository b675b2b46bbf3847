import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import { CaveatError } from "../../errors.ts";
import { USER_ERROR_CODES, UserError } from "../../policy/command.ts";
import type { Command } from "../../policy/command.ts";
import { inputDigest } from "../../policy/idempotency.ts";
import { ID_NOUNS, globalId } from "../global-id.ts";
import { forget } from "./context.ts";
import type { Context } from "./context.ts";

const KEY = /^[\x21-\x7e]{8,64}$/;

const UserErrorCodes = Object.fromEntries(USER_ERROR_CODES.map((code) => [code, code]));
registerEnumType(UserErrorCodes, { name: "UserErrorCode", description: "Why an input was refused." });

/** What was wrong with an input; about an object only when the caller can see it. */
@ObjectType("UserError", { simpleResolvers: true })
export class UserErrorView {
  @Field(() => UserErrorCodes)
  readonly code!: string;

  @Field(() => String)
  readonly message!: string;

  @Field(() => [String])
  readonly path!: readonly string[];

  @Field(() => [ID], { description: "Objects that the refusal names." })
  readonly ids!: readonly string[];
}

/** Every payload says what was wrong with the input, or nothing. */
@ObjectType()
export abstract class Payload {
  @Field(() => [UserErrorView])
  readonly userErrors!: readonly UserErrorView[];
}

/** Every input carries the caller's key for this one act. */
@InputType()
export abstract class Input {
  @Field(() => String, {
    description: "8 to 64 printable ASCII characters, new for each act. Repeating it repeats the answer, not the act.",
  })
  readonly idempotencyKey!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: "True confirms that nothing higher that this session was shown is in what is written here.",
  })
  readonly belowHighWater?: boolean | null;
}

/** An id that a refusal names, as "noun:uuid"; without a noun it is that of a label's revision. */
function namedId(text: string): string {
  const [noun, id] = text.split(":");
  const known = ID_NOUNS.find((candidate) => candidate === noun);
  return known && id !== undefined ? globalId(known, id) : globalId("labelRevision", text);
}

function viewOf(error: UserError): UserErrorView {
  return {
    code: error.code,
    message: error.message,
    path: error.path.filter((step) => step !== ""),
    ids: error.ids.map(namedId),
  };
}

/**
 * Runs a mutation once for its key and reads anew what it made, through the door. A refusal of the input becomes the
 * payload's userErrors; anything else fails the whole answer.
 */
export async function act<I, O>(
  context: Context,
  command: Command<I, O>,
  envelope: Input,
  input: I,
  read: (made: O) => Promise<object>,
): Promise<Payload> {
  const { idempotencyKey: key, belowHighWater } = envelope;
  if (!KEY.test(key)) throw new CaveatError("INVALID_REQUEST", "idempotency key");
  try {
    const made = await context.operation.mutate(
      command,
      input,
      { key, inputDigest: inputDigest(command.name, input) },
      belowHighWater === true,
    );
    forget(context);
    return { ...(await read(made)), userErrors: [] };
  } catch (thrown) {
    if (thrown instanceof UserError) return { userErrors: [viewOf(thrown)] };
    throw thrown;
  }
}
