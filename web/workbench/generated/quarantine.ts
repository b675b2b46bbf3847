// Made of schema/operations/quarantine.graphql by npm run generate.

import type { Operation } from "../operation.ts";
import type { PageEnd, Refusal } from "./fragments.ts";
import type { AssetQuarantineLiftInput } from "./schema.ts";

type QuarantineProgramsVariables = Record<string, never>;
type QuarantineProgramsData = QuarantineChoice;
export const QUARANTINE_PROGRAMS: Operation<QuarantineProgramsData, QuarantineProgramsVariables> = {
  text: "query QuarantinePrograms{programs(first:50){edges{node{id name marking{portion}}}}}",
};

type QuarantineQueueVariables = {
  readonly program: string;
  readonly first: number;
  readonly after?: string | null;
};
type QuarantineQueueData = QuarantineChoice & {
  readonly program: {
    readonly quarantined: {
      readonly edges: readonly {
        readonly node: QuarantinedAsset;
      }[];
      readonly pageInfo: PageEnd;
    };
  } | null;
};
export const QUARANTINE_QUEUE: Operation<QuarantineQueueData, QuarantineQueueVariables> = {
  text: "query QuarantineQueue($program:ID!$first:Int!$after:String){programs(first:50){edges{node{id name marking{portion}}}}program(id:$program){quarantined(first:$first after:$after){edges{node{id title marking{banner portion}dataset{name marking{portion}}quarantine{findings receivedAt declared liftable reading{whole groups{places classification system codewords handling release text more findings}}}}}pageInfo{hasNextPage endCursor}}}}",
};

export type QuarantineChoice = {
  readonly programs: {
    readonly edges: readonly {
      readonly node: {
        readonly id: string;
        readonly name: string;
        readonly marking: {
          readonly portion: string;
        };
      };
    }[];
  };
};

export type QuarantinedAsset = {
  readonly id: string;
  readonly title: string;
  readonly marking: {
    readonly banner: string;
    readonly portion: string;
  };
  readonly dataset: {
    readonly name: string;
    readonly marking: {
      readonly portion: string;
    };
  } | null;
  readonly quarantine: QuarantineShown | null;
};

export type QuarantineShown = {
  readonly findings: readonly string[];
  readonly receivedAt: string;
  readonly declared: string | null;
  readonly liftable: boolean;
  readonly reading: {
    readonly whole: boolean;
    readonly groups: readonly QuarantineGroup[];
  } | null;
};

/** A security group of a file, and where it stands. */
export type QuarantineGroup = {
  readonly places: readonly string[];
  readonly classification: string;
  readonly system: string;
  readonly codewords: string;
  readonly handling: string;
  readonly release: string;
  readonly text: string;
  readonly more: boolean;
  readonly findings: readonly string[];
};

type QuarantineLiftVariables = {
  readonly input: AssetQuarantineLiftInput;
};
type QuarantineLiftData = {
  readonly act: {
    readonly asset: {
      readonly id: string;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const QUARANTINE_LIFT: Operation<QuarantineLiftData, QuarantineLiftVariables> = {
  text: "mutation QuarantineLift($input:AssetQuarantineLiftInput!){act:assetQuarantineLift(input:$input){asset{id}userErrors{code message ids}}}",
};
