import { Arg, Ctx, Field, FieldResolver, ID, InputType, Int, Mutation, ObjectType, Resolver, Root } from "type-graphql";
import { addCompilation, addRule, compilationsOf, reachedBy, rulesOf, wholeOf } from "../../datasets/compilations.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { markingOf, node } from "./context.ts";
import type { Context } from "./context.ts";
import { Dataset } from "./dataset.ts";
import { Marking } from "./node.ts";
import { OntologyClass } from "./ontology-version.ts";
import type { OntologyClassRow } from "./ontology-version.ts";
import { Input, Payload, act } from "./payload.ts";
import type { DatasetRow, MarkingValue } from "./rows.ts";
import { DateTimeScalar } from "./scalars.ts";

type CompilationRow = Awaited<ReturnType<typeof compilationsOf>>[number];
type RuleRow = Awaited<ReturnType<typeof rulesOf>>[number];

/** Why a dataset as a whole is marked higher than what it holds. */
@ObjectType({ simpleResolvers: true })
export class Compilation {
  @Field(() => String)
  readonly reason!: string;
}

/** What labels of a dataset are together. */
@ObjectType({ simpleResolvers: true })
export class CompilationRule {
  @Field(() => String)
  readonly reason!: string;

  @Field(() => Int, {
    nullable: true,
    description: "So many labels of the class; null: nothing is to be taken together.",
  })
  readonly atLeast!: number | null;

  @Field(() => Int, { nullable: true, description: "Hours after which what was shown counts no more." })
  readonly windowHours!: number | null;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

@Resolver(() => Compilation)
export class CompilationResolver {
  @FieldResolver(() => ID)
  id(@Root() row: CompilationRow): string {
    return globalId("compilation", row.id);
  }

  @FieldResolver(() => Marking, { description: "Of the whole, and of this itself." })
  marking(@Ctx() context: Context, @Root() row: CompilationRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }
}

@Resolver(() => CompilationRule)
export class CompilationRuleResolver {
  @FieldResolver(() => ID)
  id(@Root() row: RuleRow): string {
    return globalId("compilationRule", row.id);
  }

  @FieldResolver(() => Marking, { description: "Of the rule itself." })
  marking(@Ctx() context: Context, @Root() row: RuleRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => OntologyClass, { nullable: true })
  class(@Ctx() context: Context, @Root() row: RuleRow): Promise<OntologyClassRow | null> {
    return typeof row.classId === "string" ? context.classes.get(row.classId) : Promise.resolve(null);
  }

  @FieldResolver(() => Marking, {
    nullable: true,
    description: "Of so many labels together. Null when the caller may not read that: then he is shown fewer of them.",
  })
  wholeMarking(@Ctx() context: Context, @Root() row: RuleRow): Promise<MarkingValue | null> {
    return context.operation.nested((grant) => wholeOf(grant, row));
  }

  @FieldResolver(() => [ID], {
    nullable: true,
    description: "Persons who were shown so many, for who may raise markings there; null for others.",
  })
  async reachedBy(@Ctx() context: Context, @Root() row: RuleRow): Promise<string[] | null> {
    const people = await context.operation.nested((grant) => reachedBy(grant, row));
    return people && people.map((id) => globalId("person", id));
  }
}

@Resolver(() => Dataset)
export class DatasetCompilationResolver {
  @FieldResolver(() => [Compilation], { description: "Why it is more than it holds, as far as the caller may see." })
  compilations(@Ctx() context: Context, @Root() row: DatasetRow): Promise<CompilationRow[]> {
    return context.operation.nested((grant) => compilationsOf(grant, row.id));
  }

  @FieldResolver(() => [CompilationRule], {
    description:
      "What its labels are together, as far as the caller may see: what is withheld from him is so for one of these.",
  })
  compilationRules(@Ctx() context: Context, @Root() row: DatasetRow): Promise<RuleRow[]> {
    return context.operation.nested((grant) => rulesOf(grant, row.id));
  }
}

@InputType()
export class DatasetCompilationAddInput extends Input {
  @Field(() => ID)
  readonly datasetId!: string;

  @Field(() => String, { description: "Banner or portion of the whole." })
  readonly marking!: string;

  @Field(() => String)
  readonly reason!: string;
}

@InputType({ description: "From how many labels of a class on they are marked so together." })
export class CompilationCountInput {
  @Field(() => String)
  readonly classKey!: string;

  @Field(() => Int, { description: "2 or more." })
  readonly atLeast!: number;

  @Field(() => Int, { description: "1 to 87600: what was shown longer ago counts no more." })
  readonly windowHours!: number;

  @Field(() => String, { description: "Banner or portion of so many together." })
  readonly marking!: string;
}

@InputType()
export class CompilationRuleAddInput extends Input {
  @Field(() => ID)
  readonly datasetId!: string;

  @Field(() => String, { description: "Banner or portion of the rule itself: who reads that is told of it." })
  readonly marking!: string;

  @Field(() => String)
  readonly reason!: string;

  @Field(() => CompilationCountInput, {
    nullable: true,
    description: "Null: nothing of it is delivered, counted or shown in long pages to who reads the rule.",
  })
  readonly counts?: CompilationCountInput | null;
}

@ObjectType()
abstract class DatasetPayload extends Payload {
  @Field(() => Dataset, { nullable: true })
  readonly dataset?: DatasetRow | null;
}

@ObjectType({ simpleResolvers: true })
export class DatasetCompilationAddPayload extends DatasetPayload {}

@ObjectType({ simpleResolvers: true })
export class CompilationRuleAddPayload extends DatasetPayload {}

@Resolver()
export class CompilationMutations {
  @Mutation(() => DatasetCompilationAddPayload, { description: "Marks a dataset higher as a whole, at once." })
  @Does("marking.raise")
  datasetCompilationAdd(
    @Ctx() context: Context,
    @Arg("input", () => DatasetCompilationAddInput) input: DatasetCompilationAddInput,
  ): Promise<Payload> {
    const { marking, reason } = input;
    const value = { datasetId: localId("dataset", input.datasetId), marking, reason };
    return act(context, addCompilation, input, value, async ({ id }) => ({
      dataset: await node(context, "dataset", id),
    }));
  }

  @Mutation(() => CompilationRuleAddPayload, { description: "States what labels of a dataset are together, at once." })
  @Does("marking.raise")
  compilationRuleAdd(
    @Ctx() context: Context,
    @Arg("input", () => CompilationRuleAddInput) input: CompilationRuleAddInput,
  ): Promise<Payload> {
    const { marking, reason, counts } = input;
    const value = {
      datasetId: localId("dataset", input.datasetId),
      marking,
      reason,
      counts: counts
        ? {
            classKey: counts.classKey,
            atLeast: counts.atLeast,
            windowHours: counts.windowHours,
            marking: counts.marking,
          }
        : null,
    };
    return act(context, addRule, input, value, async ({ id }) => ({ dataset: await node(context, "dataset", id) }));
  }
}
