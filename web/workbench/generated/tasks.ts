// Made of schema/operations/tasks.graphql by npm run generate.

import type { Operation } from "../operation.ts";
import type { Refusal } from "./fragments.ts";
import type { TaskDraftSaveInput, TaskLeaseExtendInput, TaskLeaseNextInput, TaskReviewInput, TaskSkipInput, TaskStage, TaskSubmitInput } from "./schema.ts";

type LeaseNextVariables = {
  readonly input: TaskLeaseNextInput;
};
type LeaseNextData = {
  readonly act: {
    readonly task: {
      readonly id: string;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const LEASE_NEXT: Operation<LeaseNextData, LeaseNextVariables> = {
  text: "mutation LeaseNext($input:TaskLeaseNextInput!){act:taskLeaseNext(input:$input){task{id}userErrors{code message ids}}}",
};

type TaskToLabelVariables = {
  readonly id: string;
  readonly first: number;
  readonly skip: number;
};
type TaskToLabelData = {
  readonly task: ShownTask & {
    readonly earlier: readonly TaskOpinion[];
    readonly preLabels: readonly TaskLabel[];
  } | null;
};
export const TASK_TO_LABEL: Operation<TaskToLabelData, TaskToLabelVariables> = {
  text: "query TaskToLabel($id:ID!$first:Int!$skip:Int!){task(id:$id){id stage round marking{portion}lease{epoch lastsUntil}draft{body}project{id name skipLimit ontologyVersion{classes{key name shapes attributes}}guidelines(first:1){version body marking{portion}}}asset{id title marking{portion}}sentBack{comment marking{portion}pins{x y text}}earlier{id comment activeMs marking{portion}labels(first:$first skip:$skip){id marking{portion}latest{shape attributes score class{key}}}}preLabels(first:$first skip:$skip){id marking{portion}latest{shape attributes score class{key}}}}}",
};

type TaskToJudgeVariables = {
  readonly id: string;
  readonly first: number;
  readonly skip: number;
};
type TaskToJudgeData = {
  readonly task: ShownTask & {
    readonly opinionsSha384: string;
    readonly opinions: readonly TaskOpinion[];
  } | null;
};
export const TASK_TO_JUDGE: Operation<TaskToJudgeData, TaskToJudgeVariables> = {
  text: "query TaskToJudge($id:ID!$first:Int!$skip:Int!){task(id:$id){id stage round marking{portion}lease{epoch lastsUntil}draft{body}project{id name skipLimit ontologyVersion{classes{key name shapes attributes}}guidelines(first:1){version body marking{portion}}}asset{id title marking{portion}}sentBack{comment marking{portion}pins{x y text}}opinionsSha384 opinions{id comment activeMs marking{portion}labels(first:$first skip:$skip){id marking{portion}latest{shape attributes score class{key}}}}}}",
};

export type ShownTask = {
  readonly id: string;
  readonly stage: TaskStage;
  readonly round: number;
  readonly marking: {
    readonly portion: string;
  };
  readonly lease: {
    readonly epoch: number;
    readonly lastsUntil: string;
  } | null;
  readonly draft: {
    readonly body: unknown;
  } | null;
  readonly project: {
    readonly id: string;
    readonly name: string;
    readonly skipLimit: number;
    readonly ontologyVersion: {
      readonly classes: readonly TaskClass[];
    } | null;
    readonly guidelines: readonly {
      readonly version: number;
      readonly body: string;
      readonly marking: {
        readonly portion: string;
      };
    }[];
  } | null;
  readonly asset: {
    readonly id: string;
    readonly title: string;
    readonly marking: {
      readonly portion: string;
    };
  } | null;
  readonly sentBack: SentBack | null;
};

export type TaskClass = {
  readonly key: string;
  readonly name: string;
  readonly shapes: readonly string[];
  readonly attributes: unknown;
};

export type SentBack = {
  readonly comment: string;
  readonly marking: {
    readonly portion: string;
  };
  readonly pins: readonly {
    readonly x: number;
    readonly y: number;
    readonly text: string;
  }[];
};

export type TaskOpinion = {
  readonly id: string;
  readonly comment: string;
  readonly activeMs: number | null;
  readonly marking: {
    readonly portion: string;
  };
  readonly labels: readonly TaskLabel[];
};

export type TaskLabel = {
  readonly id: string;
  readonly marking: {
    readonly portion: string;
  };
  readonly latest: {
    readonly shape: unknown;
    readonly attributes: unknown;
    readonly score: number | null;
    readonly class: {
      readonly key: string;
    } | null;
  } | null;
};

type DraftSaveVariables = {
  readonly input: TaskDraftSaveInput;
};
type DraftSaveData = {
  readonly act: {
    readonly task: {
      readonly copyKey: {
        readonly name: string;
        readonly key: string;
      } | null;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const DRAFT_SAVE: Operation<DraftSaveData, DraftSaveVariables> = {
  text: "mutation DraftSave($input:TaskDraftSaveInput!){act:taskDraftSave(input:$input){task{copyKey{name key}}userErrors{code message ids}}}",
};

type LeaseExtendVariables = {
  readonly input: TaskLeaseExtendInput;
};
type LeaseExtendData = {
  readonly act: {
    readonly task: {
      readonly lease: {
        readonly lastsUntil: string;
      } | null;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const LEASE_EXTEND: Operation<LeaseExtendData, LeaseExtendVariables> = {
  text: "mutation LeaseExtend($input:TaskLeaseExtendInput!){act:taskLeaseExtend(input:$input){task{lease{lastsUntil}}userErrors{code message ids}}}",
};

type TaskSubmitVariables = {
  readonly input: TaskSubmitInput;
};
type TaskSubmitData = {
  readonly act: {
    readonly task: {
      readonly id: string;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const TASK_SUBMIT: Operation<TaskSubmitData, TaskSubmitVariables> = {
  text: "mutation TaskSubmit($input:TaskSubmitInput!){act:taskSubmit(input:$input){task{id}userErrors{code message ids}}}",
};

type TaskSkipVariables = {
  readonly input: TaskSkipInput;
};
type TaskSkipData = {
  readonly act: {
    readonly task: {
      readonly id: string;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const TASK_SKIP: Operation<TaskSkipData, TaskSkipVariables> = {
  text: "mutation TaskSkip($input:TaskSkipInput!){act:taskSkip(input:$input){task{id}userErrors{code message ids}}}",
};

type TaskReviewVariables = {
  readonly input: TaskReviewInput;
};
type TaskReviewData = {
  readonly act: {
    readonly task: {
      readonly id: string;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const TASK_REVIEW: Operation<TaskReviewData, TaskReviewVariables> = {
  text: "mutation TaskReview($input:TaskReviewInput!){act:taskReview(input:$input){task{id}userErrors{code message ids}}}",
};

type CopyKeyVariables = {
  readonly id: string;
};
type CopyKeyData = {
  readonly viewer: {
    readonly id: string;
  } | null;
  readonly task: {
    readonly copyKey: {
      readonly name: string;
      readonly key: string;
    } | null;
  } | null;
};
export const COPY_KEY: Operation<CopyKeyData, CopyKeyVariables> = {
  text: "query CopyKey($id:ID!){viewer{id}task(id:$id){copyKey{name key}}}",
};

type KeptCopiesVariables = {
  readonly names: readonly string[];
};
type KeptCopiesData = {
  readonly copyKeys: readonly ({
    readonly task: KeptTask;
  } | null)[] | null;
};
export const KEPT_COPIES: Operation<KeptCopiesData, KeptCopiesVariables> = {
  text: "query KeptCopies($names:[String!]!){copyKeys(names:$names){task{id lease{epoch}}}}",
};

export type KeptTask = {
  readonly id: string;
  readonly lease: {
    readonly epoch: number;
  } | null;
};

type KeptCopyVariables = {
  readonly name: string;
};
type KeptCopyData = {
  readonly viewer: {
    readonly id: string;
  } | null;
  readonly copyKeys: readonly ({
    readonly key: string;
    readonly task: {
      readonly id: string;
      readonly stage: TaskStage;
      readonly round: number;
      readonly draft: {
        readonly body: unknown;
      } | null;
    };
  } | null)[] | null;
};
export const KEPT_COPY: Operation<KeptCopyData, KeptCopyVariables> = {
  text: "query KeptCopy($name:String!){viewer{id}copyKeys(names:[$name]){key task{id stage round draft{body}}}}",
};
