import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { copiesOf, copyKey } from "../../labeling/task-copy.ts";
import type { TaskCopy } from "../../labeling/task-copy.ts";
import { Does } from "./action.ts";
import type { Context } from "./context.ts";
import type { TaskRow } from "./rows.ts";
import { Task, TaskCopyKey } from "./task.ts";

@Resolver(() => TaskCopyKey)
export class TaskCopyKeyResolver {
  @Query(() => [TaskCopyKey], {
    nullable: "itemsAndList",
    description:
      "Of copies that the caller's browser has, by their names, at most 20: null for what he may not open any more.",
  })
  @Does("task.draft")
  copyKeys(
    @Ctx() context: Context,
    @Arg("names", () => [String]) names: string[],
  ): Promise<readonly (TaskCopy | null)[] | null> {
    return context.operation.query(copiesOf, { keys: context.copyKeys, names });
  }

  @FieldResolver(() => String, { description: "AES-256, base64url. It is nowhere stored, nor on record." })
  key(@Ctx() context: Context, @Root() copy: TaskCopy): Promise<string> {
    return context.operation.nested((grant) => copyKey(grant, context.copyKeys, copy));
  }

  @FieldResolver(() => Task)
  task(@Root() { task }: TaskCopy): TaskRow {
    return task;
  }
}
