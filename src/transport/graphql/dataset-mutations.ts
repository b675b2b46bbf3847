import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from "type-graphql";
import { createAsset, createDataset } from "../../datasets/commands.ts";
import { localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { Asset, uploadPath } from "./asset.ts";
import { AuthorityInput, authorityLines } from "./authority.ts";
import { node } from "./context.ts";
import type { Context } from "./context.ts";
import { ReadersInput, readersOf } from "./distribution-list.ts";
import { Dataset } from "./dataset.ts";
import { Input, Payload, act } from "./payload.ts";
import type { AssetRow, DatasetRow } from "./rows.ts";

@InputType({ description: "What a compilation adds to a dataset's content marking, and why." })
export class CompilationInput {
  @Field(() => String)
  readonly marking!: string;

  @Field(() => String)
  readonly reason!: string;
}

@InputType()
export class DatasetCreateInput extends Input {
  @Field(() => ID)
  readonly programId!: string;

  @Field(() => String)
  readonly name!: string;

  @Field(() => String, { description: "Banner or portion of its name and existence." })
  readonly marking!: string;

  @Field(() => ID)
  readonly ontologyVersionId!: string;

  @Field(() => CompilationInput, { nullable: true })
  readonly compilation?: CompilationInput | null;

  @Field(() => ReadersInput, { nullable: true })
  readonly readers?: ReadersInput | null;
}

@ObjectType({ simpleResolvers: true })
export class DatasetCreatePayload extends Payload {
  @Field(() => Dataset, { nullable: true })
  readonly dataset?: DatasetRow | null;
}

@InputType()
export class AssetCreateInput extends Input {
  @Field(() => ID)
  readonly datasetId!: string;

  @Field(() => String)
  readonly title!: string;

  @Field(() => String, { description: "image/png, image/jpeg, image/tiff, image/webp or image/nitf." })
  readonly mediaType!: string;

  @Field(() => String, { nullable: true, description: "Banner or portion; the dataset's marking where none is given." })
  readonly marking?: string | null;

  @Field(() => ReadersInput, { nullable: true })
  readonly readers?: ReadersInput | null;

  @Field(() => AuthorityInput, {
    nullable: true,
    description: "Where none is given and it is classified, it is derived from the program's guide.",
  })
  readonly authority?: AuthorityInput | null;
}

@ObjectType({ simpleResolvers: true })
export class AssetCreatePayload extends Payload {
  @Field(() => Asset, { nullable: true })
  readonly asset?: AssetRow | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Path to which the bytes are sent, once, by PUT. Who accepts application/x-ndjson is told line by line how much is made of them. The header caveat-below-high-water: true confirms of them what belowHighWater confirms of an input.",
  })
  readonly uploadUrl?: string | null;
}

@Resolver()
export class DatasetMutations {
  @Mutation(() => DatasetCreatePayload)
  @Does("dataset.create")
  datasetCreate(
    @Ctx() context: Context,
    @Arg("input", () => DatasetCreateInput) input: DatasetCreateInput,
  ): Promise<Payload> {
    const { name, marking } = input;
    const value = {
      programId: localId("program", input.programId),
      name,
      marking,
      ontologyVersionId: localId("ontologyVersion", input.ontologyVersionId),
      compilation: input.compilation ? { marking: input.compilation.marking, reason: input.compilation.reason } : null,
      readers: readersOf(input.readers),
    };
    return act(context, createDataset, input, value, async ({ id }) => ({
      dataset: await node(context, "dataset", id),
    }));
  }

  @Mutation(() => AssetCreatePayload)
  @Does("asset.create")
  assetCreate(
    @Ctx() context: Context,
    @Arg("input", () => AssetCreateInput) input: AssetCreateInput,
  ): Promise<Payload> {
    const { title, mediaType, marking = null } = input;
    const readers = readersOf(input.readers);
    const value = {
      datasetId: localId("dataset", input.datasetId),
      title,
      mediaType,
      marking,
      readers,
      authority: authorityLines(input.authority),
    };
    return act(context, createAsset, input, value, async ({ id }) => {
      // A replay says nothing of what the caller may no longer see.
      const asset = await node(context, "asset", id);
      return { asset, uploadUrl: asset ? uploadPath(id) : null };
    });
  }
}
