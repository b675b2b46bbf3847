// Made of schema/operations/projects.graphql by npm run generate.

import type { Operation } from "../operation.ts";
import type { DatasetNamed, PageEnd, ProgramNamed } from "./fragments.ts";

type ProjectsVariables = {
  readonly after?: string | null;
};
type ProjectsData = {
  readonly viewer: Person | null;
  readonly programs: {
    readonly pageInfo: PageEnd;
    readonly edges: readonly {
      readonly node: ListedProgram;
    }[];
  };
};
export const PROJECTS: Operation<ProjectsData, ProjectsVariables> = {
  text: "query Projects($after:String){viewer{handle sessionLevel roles}programs(first:5 after:$after){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}datasets(first:10){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}projects(first:10){pageInfo{hasNextPage endCursor}edges{node{id name opinions marking{portion}progress{tasks toLabel toJudge done setAside}}}}}}}}}}}",
};

type ProjectsOfProgramVariables = {
  readonly id: string;
  readonly after?: string | null;
};
type ProjectsOfProgramData = {
  readonly viewer: Person | null;
  readonly program: ProgramNamed & {
    readonly datasets: ListedDatasets;
  } | null;
};
export const PROJECTS_OF_PROGRAM: Operation<ProjectsOfProgramData, ProjectsOfProgramVariables> = {
  text: "query ProjectsOfProgram($id:ID!$after:String){viewer{handle sessionLevel roles}program(id:$id){id name marking{portion}datasets(first:10 after:$after){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}projects(first:10){pageInfo{hasNextPage endCursor}edges{node{id name opinions marking{portion}progress{tasks toLabel toJudge done setAside}}}}}}}}}",
};

type ProjectsOfDatasetVariables = {
  readonly id: string;
  readonly after?: string | null;
};
type ProjectsOfDatasetData = {
  readonly viewer: Person | null;
  readonly dataset: DatasetNamed & {
    readonly projects: ListedProjects;
  } | null;
};
export const PROJECTS_OF_DATASET: Operation<ProjectsOfDatasetData, ProjectsOfDatasetVariables> = {
  text: "query ProjectsOfDataset($id:ID!$after:String){viewer{handle sessionLevel roles}dataset(id:$id){id name marking{portion}projects(first:25 after:$after){pageInfo{hasNextPage endCursor}edges{node{id name opinions marking{portion}progress{tasks toLabel toJudge done setAside}}}}}}",
};

export type Person = {
  readonly handle: string;
  readonly sessionLevel: string;
  readonly roles: readonly string[];
};

export type ListedProgram = ProgramNamed & {
  readonly datasets: ListedDatasets;
};

export type ListedDatasets = {
  readonly pageInfo: PageEnd;
  readonly edges: readonly {
    readonly node: DatasetNamed & {
      readonly projects: ListedProjects;
    };
  }[];
};

export type ListedProjects = {
  readonly pageInfo: PageEnd;
  readonly edges: readonly {
    readonly node: ListedProject;
  }[];
};

export type ListedProject = {
  readonly id: string;
  readonly name: string;
  readonly opinions: number;
  readonly marking: {
    readonly portion: string;
  };
  readonly progress: {
    readonly tasks: number;
    readonly toLabel: number;
    readonly toJudge: number;
    readonly done: number;
    readonly setAside: number;
  };
};

type SignedInVariables = Record<string, never>;
type SignedInData = {
  readonly viewer: {
    readonly handle: string;
  } | null;
};
export const SIGNED_IN: Operation<SignedInData, SignedInVariables> = {
  text: "query SignedIn{viewer{handle}}",
};
