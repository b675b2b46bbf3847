// Made of schema/operations/steward.graphql by npm run generate.

import type { Operation } from "../operation.ts";
import type { DatasetNamed, PageEnd, ProgramNamed, ProjectNamed, Refusal } from "./fragments.ts";
import type { AssetCreateInput, ProjectTasksAddInput } from "./schema.ts";

type StewardProgramsVariables = {
  readonly programs?: string | null;
};
type StewardProgramsData = StewardList;
export const STEWARD_PROGRAMS: Operation<StewardProgramsData, StewardProgramsVariables> = {
  text: "query StewardPrograms($programs:String){programs(first:50 after:$programs){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}}",
};

type StewardProgramVariables = {
  readonly programs?: string | null;
  readonly program: string;
  readonly datasets?: string | null;
};
type StewardProgramData = StewardList & {
  readonly program: StewardDatasets | null;
};
export const STEWARD_PROGRAM: Operation<StewardProgramData, StewardProgramVariables> = {
  text: "query StewardProgram($programs:String$program:ID!$datasets:String){programs(first:50 after:$programs){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}program(id:$program){datasets(first:50 after:$datasets){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}}}",
};

type StewardDatasetVariables = {
  readonly programs?: string | null;
  readonly program: string;
  readonly datasets?: string | null;
  readonly dataset: string;
  readonly projects?: string | null;
  readonly images: readonly {
    readonly image: string;
  }[];
};
type StewardDatasetData = StewardList & {
  readonly program: StewardDatasets | null;
  readonly dataset: StewardPlace | null;
  readonly images: readonly ({
    readonly title: string;
    readonly marking: {
      readonly portion: string;
    };
  } | null)[];
};
/** With an image of each marking that is on the screen, so that the banner of the answer is over all of it. */
export const STEWARD_DATASET: Operation<StewardDatasetData, StewardDatasetVariables> = {
  text: "query StewardDataset($programs:String$program:ID!$datasets:String$dataset:ID!$projects:String<$image_#:ID!>){programs(first:50 after:$programs){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}program(id:$program){datasets(first:50 after:$datasets){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}}dataset(id:$dataset){id name marking{portion}projects(first:50 after:$projects){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}}<images_#:asset(id:$image_#){title marking{portion}}>}",
  each: "images",
};

type StewardWholeDatasetVariables = {
  readonly programs?: string | null;
  readonly program: string;
  readonly datasets?: string | null;
  readonly dataset: string;
  readonly projects?: string | null;
  readonly images: readonly {
    readonly image: string;
  }[];
};
type StewardWholeDatasetData = StewardList & {
  readonly program: StewardDatasets | null;
  readonly dataset: StewardPlace | null;
  readonly images: readonly ({
    readonly title: string;
    readonly marking: {
      readonly portion: string;
    };
  } | null)[];
  readonly whole: {
    readonly contentMarking: string;
  } | null;
};
/** Of more markings than can be asked for together the server's own word over the whole dataset stands. */
export const STEWARD_WHOLE_DATASET: Operation<StewardWholeDatasetData, StewardWholeDatasetVariables> = {
  text: "query StewardWholeDataset($programs:String$program:ID!$datasets:String$dataset:ID!$projects:String<$image_#:ID!>){programs(first:50 after:$programs){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}program(id:$program){datasets(first:50 after:$datasets){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}}dataset(id:$dataset){id name marking{portion}projects(first:50 after:$projects){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}}whole:dataset(id:$dataset){contentMarking}<images_#:asset(id:$image_#){title marking{portion}}>}",
  each: "images",
};

export type StewardList = {
  readonly programs: {
    readonly pageInfo: PageEnd;
    readonly edges: readonly {
      readonly node: ProgramNamed;
    }[];
  };
};

export type StewardDatasets = {
  readonly datasets: {
    readonly pageInfo: PageEnd;
    readonly edges: readonly {
      readonly node: DatasetNamed;
    }[];
  };
};

export type StewardPlace = DatasetNamed & {
  readonly projects: StewardProjects;
};

export type StewardProjects = {
  readonly pageInfo: PageEnd;
  readonly edges: readonly {
    readonly node: ProjectNamed;
  }[];
};

type AssetCreateVariables = {
  readonly input: AssetCreateInput;
};
type AssetCreateData = {
  readonly act: {
    readonly asset: LoadedAsset | null;
    readonly uploadUrl: string | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const ASSET_CREATE: Operation<AssetCreateData, AssetCreateVariables> = {
  text: "mutation AssetCreate($input:AssetCreateInput!){act:assetCreate(input:$input){asset{id width marking{portion}}uploadUrl userErrors{code message ids}}}",
};

export type LoadedAsset = {
  readonly id: string;
  readonly width: number | null;
  readonly marking: {
    readonly portion: string;
  };
};

type AssetContentVariables = {
  readonly id: string;
};
type AssetContentData = {
  readonly asset: {
    readonly width: number | null;
    readonly quarantine: {
      readonly receivedAt: string;
    } | null;
  } | null;
};
export const ASSET_CONTENT: Operation<AssetContentData, AssetContentVariables> = {
  text: "query AssetContent($id:ID!){asset(id:$id){width quarantine{receivedAt}}}",
};

type TasksAddVariables = {
  readonly input: ProjectTasksAddInput;
};
type TasksAddData = {
  readonly act: {
    readonly added: number | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const TASKS_ADD: Operation<TasksAddData, TasksAddVariables> = {
  text: "mutation TasksAdd($input:ProjectTasksAddInput!){act:projectTasksAdd(input:$input){added userErrors{code message ids}}}",
};
