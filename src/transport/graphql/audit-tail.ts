import { Arg, Field, Float, ObjectType, Resolver, Root, Subscription } from "type-graphql";
import { auditTail } from "../../auditing/tail.ts";
import type { PassedEntry, TailHead, TailLook } from "../../auditing/tail.ts";
import { CaveatError } from "../../errors.ts";
import type { OfficerEntry } from "../../policy/audit-port.ts";
import { Does } from "./action.ts";
import { AuditEntry } from "./audit.ts";
import { whole } from "./audit-stretch.ts";
import type { Following, FollowingContext, News } from "./following.ts";

/** An entry that the tail wrote itself: what it takes to follow the chain past it. */
@ObjectType({ simpleResolvers: true })
export class AuditPassedEntry {
  @Field(() => Float)
  readonly index!: number;

  @Field(() => String)
  readonly leafHash!: string;

  @Field(() => String)
  readonly chain!: string;
}

/** How far the log was followed. */
@ObjectType({ simpleResolvers: true })
export class AuditTailHead {
  @Field(() => Float)
  readonly size!: number;

  @Field(() => String)
  readonly chain!: string;
}

/** What came to the log since the last look. */
@ObjectType({ simpleResolvers: true })
export class AuditTail {
  @Field(() => Boolean, {
    description:
      "False where the log's chain value at the size that was given is another one: it is not the log that was followed.",
  })
  readonly agrees!: boolean;

  @Field(() => AuditTailHead, { description: "Where this look went on from." })
  readonly from!: TailHead;

  @Field(() => String, { description: "Name of the log: chain values are made with it." })
  readonly origin!: string;

  @Field(() => [AuditEntry])
  readonly entries!: readonly OfficerEntry[];

  @Field(() => [AuditPassedEntry], { description: "What this tail wrote itself, in between." })
  readonly passed!: readonly PassedEntry[];

  @Field(() => Boolean, { description: "Whether more entries are there already." })
  readonly behind!: boolean;

  @Field(() => Float, { description: "Entries that were followed: where to go on from." })
  readonly size!: number;

  @Field(() => String, { description: "Chain value after them, hex." })
  readonly chain!: string;
}

/** Follows the log from a chain head, or from its own beginning where none is given. */
function tailFrom(given: TailHead | null, news: News): Following {
  let head = given;
  let [entries, looks] = [0, 0];
  return {
    due: async () => head !== null && news(head.size),
    async look(operation, reading) {
      const from = head ?? { size: reading.beganAt + 1, chain: null };
      const caused = (id: string): boolean => reading.caused(id);
      const seen: TailLook | null = await operation.query(auditTail, { from, caused });
      if (!seen) throw new CaveatError("NOT_FOUND", "no tail");
      head = { size: seen.size, chain: seen.chain };
      entries += seen.entries.length;
      looks += 1;
      return { value: seen, last: !seen.agrees };
    },
    told: () => ({ entries, looks, ...(head === null ? {} : { size: head.size }) }),
  };
}

const CHAIN = /^[0-9a-f]{96}$/;

@Resolver()
export class AuditTailResolver {
  @Subscription(() => AuditTail, {
    description: "What comes to the log from now on, or after a chain head that is given; for compliance officers.",
    subscribe: ({ args, context }) => {
      const { size, chain } = args as { size?: number | null; chain?: string | null };
      const { follow, news } = context as FollowingContext;
      const none = (size ?? null) === null && (chain ?? null) === null;
      if (!none && !CHAIN.test(chain ?? "")) throw new CaveatError("INVALID_REQUEST", "not a chain value");
      return follow(tailFrom(none ? null : { size: whole(size ?? -1, 0), chain: chain ?? "" }, news));
    },
  })
  @Does("audit.read")
  auditTail(
    @Root() root: { readonly auditTail: TailLook },
    @Arg("size", () => Float, { nullable: true, description: "Entries that were followed before." }) _size?:
      | number
      | null,
    @Arg("chain", () => String, { nullable: true, description: "Chain value after them, hex." }) _chain?: string | null,
  ): TailLook {
    return root.auditTail;
  }
}
