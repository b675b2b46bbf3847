import { Extensions } from "type-graphql";
import type { Context } from "./context.ts";

type Args = Readonly<Record<string, unknown>>;

/** From a field's arguments, which come from anybody, the local id of the object that it answers with. */
export type Names = (args: Args) => string;

/** Sends what a field is going to read, knowing the local id of the object above it and the field's own arguments. */
export type Ahead = (context: Context, parentId: string, args: Args) => void;

/**
 * States which object a field answers with, so that fields below it that are marked with {@link SentAhead} send their
 * statement with its own: one transaction with one snapshot in place of two, one after another.
 */
export function Naming(names: Names): MethodDecorator {
  return Extensions({ names });
}

/** Marks a field as one whose statement can be sent before the object above it has been read. */
export function SentAhead(ahead: Ahead): MethodDecorator {
  return Extensions({ ahead });
}
