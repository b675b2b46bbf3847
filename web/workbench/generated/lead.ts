// Made of schema/operations/lead.graphql by npm run generate.

import type { Operation } from "../operation.ts";
import type { DatasetNamed, PageEnd, ProgramNamed, ProjectNamed, Refusal } from "./fragments.ts";
import type { TaskReopenInput, TaskStage } from "./schema.ts";

type LeadProjectVariables = {
  readonly id: string;
  readonly days: number;
  readonly after?: string | null;
};
type LeadProjectData = {
  readonly programs: {
    readonly pageInfo: PageEnd;
    readonly edges: readonly {
      readonly node: LeadProgram;
    }[];
  };
  readonly project: LeadShown | null;
};
export const LEAD_PROJECT: Operation<LeadProjectData, LeadProjectVariables> = {
  text: "query LeadProject($id:ID!$days:Int!$after:String){programs(first:5 after:$after){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}datasets(first:10){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}projects(first:10){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}}}}}}}project(id:$id){id name marking{portion}opinions reviewed progress{tasks toLabel beingLabeled toJudge beingJudged done setAside}work(days:$days){at people{handle handedIn refused waiting putBack judged activeMs}days{day handedIn judged sentBack}waiting{stage tasks since}held{handle stage since lastsUntil asset{title marking{portion}}}}}}",
};

type LeadProjectOfProgramVariables = {
  readonly id: string;
  readonly days: number;
  readonly program: string;
  readonly after?: string | null;
};
type LeadProjectOfProgramData = {
  readonly program: ProgramNamed & {
    readonly datasets: LeadDatasets;
  } | null;
  readonly project: LeadShown | null;
};
export const LEAD_PROJECT_OF_PROGRAM: Operation<LeadProjectOfProgramData, LeadProjectOfProgramVariables> = {
  text: "query LeadProjectOfProgram($id:ID!$days:Int!$program:ID!$after:String){program(id:$program){id name marking{portion}datasets(first:10 after:$after){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}projects(first:10){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}}}}}project(id:$id){id name marking{portion}opinions reviewed progress{tasks toLabel beingLabeled toJudge beingJudged done setAside}work(days:$days){at people{handle handedIn refused waiting putBack judged activeMs}days{day handedIn judged sentBack}waiting{stage tasks since}held{handle stage since lastsUntil asset{title marking{portion}}}}}}",
};

type LeadProjectOfDatasetVariables = {
  readonly id: string;
  readonly days: number;
  readonly dataset: string;
  readonly after?: string | null;
};
type LeadProjectOfDatasetData = {
  readonly dataset: DatasetNamed & {
    readonly projects: LeadProjects;
  } | null;
  readonly project: LeadShown | null;
};
export const LEAD_PROJECT_OF_DATASET: Operation<LeadProjectOfDatasetData, LeadProjectOfDatasetVariables> = {
  text: "query LeadProjectOfDataset($id:ID!$days:Int!$dataset:ID!$after:String){dataset(id:$dataset){id name marking{portion}projects(first:25 after:$after){pageInfo{hasNextPage endCursor}edges{node{id name marking{portion}}}}}project(id:$id){id name marking{portion}opinions reviewed progress{tasks toLabel beingLabeled toJudge beingJudged done setAside}work(days:$days){at people{handle handedIn refused waiting putBack judged activeMs}days{day handedIn judged sentBack}waiting{stage tasks since}held{handle stage since lastsUntil asset{title marking{portion}}}}}}",
};

export type LeadProgram = ProgramNamed & {
  readonly datasets: LeadDatasets;
};

export type LeadDatasets = {
  readonly pageInfo: PageEnd;
  readonly edges: readonly {
    readonly node: DatasetNamed & {
      readonly projects: LeadProjects;
    };
  }[];
};

export type LeadProjects = {
  readonly pageInfo: PageEnd;
  readonly edges: readonly {
    readonly node: ProjectNamed;
  }[];
};

export type LeadShown = ProjectNamed & {
  readonly opinions: number;
  readonly reviewed: boolean;
  readonly progress: {
    readonly tasks: number;
    readonly toLabel: number;
    readonly beingLabeled: number;
    readonly toJudge: number;
    readonly beingJudged: number;
    readonly done: number;
    readonly setAside: number;
  };
  readonly work: LeadWork | null;
};

export type LeadWork = {
  readonly at: string;
  readonly people: readonly {
    readonly handle: string;
    readonly handedIn: number;
    readonly refused: number;
    readonly waiting: number;
    readonly putBack: number;
    readonly judged: number;
    readonly activeMs: number;
  }[];
  readonly days: readonly {
    readonly day: string;
    readonly handedIn: number;
    readonly judged: number;
    readonly sentBack: number;
  }[];
  readonly waiting: readonly {
    readonly stage: TaskStage;
    readonly tasks: number;
    readonly since: string;
  }[];
  readonly held: readonly {
    readonly handle: string;
    readonly stage: TaskStage;
    readonly since: string;
    readonly lastsUntil: string;
    readonly asset: {
      readonly title: string;
      readonly marking: {
        readonly portion: string;
      };
    } | null;
  }[];
};

type LeadTasksVariables = {
  readonly id: string;
  readonly after?: string | null;
};
type LeadTasksData = {
  readonly project: {
    readonly tasks: {
      readonly pageInfo: PageEnd;
      readonly edges: readonly {
        readonly node: LeadTask;
      }[];
    };
  } | null;
};
export const LEAD_TASKS: Operation<LeadTasksData, LeadTasksVariables> = {
  text: "query LeadTasks($id:ID!$after:String){project(id:$id){tasks(first:100 after:$after){pageInfo{hasNextPage endCursor}edges{node{id stage}}}}}",
};

export type LeadTask = {
  readonly id: string;
  readonly stage: TaskStage;
};

type LeadSetAsideVariables = {
  readonly id: string;
  readonly tasks: readonly {
    readonly task: string;
  }[];
};
type LeadSetAsideData = {
  readonly project: ProjectNamed | null;
  readonly tasks: readonly (LeadPutBack | null)[];
};
export const LEAD_SET_ASIDE: Operation<LeadSetAsideData, LeadSetAsideVariables> = {
  text: "query LeadSetAside($id:ID!<$task_#:ID!>){project(id:$id){id name marking{portion}}<tasks_#:task(id:$task_#){id stage marking{portion}asset{id title marking{portion}}acts(first:20){kind comment createdAt marking{portion}}}>}",
  each: "tasks",
};

export type LeadPutBack = {
  readonly id: string;
  readonly stage: TaskStage;
  readonly marking: {
    readonly portion: string;
  };
  readonly asset: {
    readonly id: string;
    readonly title: string;
    readonly marking: {
      readonly portion: string;
    };
  } | null;
  readonly acts: readonly LeadAct[];
};

export type LeadAct = {
  readonly kind: string;
  readonly comment: string;
  readonly createdAt: string;
  readonly marking: {
    readonly portion: string;
  };
};

type TaskReopenVariables = {
  readonly input: TaskReopenInput;
};
type TaskReopenData = {
  readonly act: {
    readonly task: {
      readonly id: string;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const TASK_REOPEN: Operation<TaskReopenData, TaskReopenVariables> = {
  text: "mutation TaskReopen($input:TaskReopenInput!){act:taskReopen(input:$input){task{id}userErrors{code message ids}}}",
};
