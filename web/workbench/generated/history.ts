// Made of schema/operations/history.graphql by npm run generate.

import type { Operation } from "../operation.ts";
import type { LabelStanding } from "./schema.ts";

type LabelHistoryVariables = {
  readonly id: string;
};
type LabelHistoryData = {
  readonly viewer: {
    readonly id: string;
  } | null;
  readonly label: LabelTold | null;
};
export const LABEL_HISTORY: Operation<LabelHistoryData, LabelHistoryVariables> = {
  text: "query LabelHistory($id:ID!){viewer{id}label(id:$id){id origin standing judgedBy judgedAt marking{portion}takenFrom{latest{score}}handedIn{createdAt activeMs comment marking{portion}guideline{version}}asset{id title marking{portion}}revisions(first:100){id ordinal kind createdAt authorId marking{portion}shape attributes score class{key name}ontologyVersion{version}}reviews(first:100){revisionId verdict comment createdAt reviewerId marking{portion}}}}",
};

export type LabelTold = {
  readonly id: string;
  readonly origin: string;
  readonly standing: LabelStanding;
  readonly judgedBy: string | null;
  readonly judgedAt: string | null;
  readonly marking: {
    readonly portion: string;
  };
  readonly takenFrom: {
    readonly latest: {
      readonly score: number | null;
    } | null;
  } | null;
  readonly handedIn: {
    readonly createdAt: string;
    readonly activeMs: number | null;
    readonly comment: string;
    readonly marking: {
      readonly portion: string;
    };
    readonly guideline: {
      readonly version: number;
    } | null;
  } | null;
  readonly asset: {
    readonly id: string;
    readonly title: string;
    readonly marking: {
      readonly portion: string;
    };
  } | null;
  readonly revisions: readonly RevisionTold[];
  readonly reviews: readonly {
    readonly revisionId: string;
    readonly verdict: string;
    readonly comment: string;
    readonly createdAt: string;
    readonly reviewerId: string;
    readonly marking: {
      readonly portion: string;
    };
  }[];
};

export type RevisionTold = {
  readonly id: string;
  readonly ordinal: number;
  readonly kind: string;
  readonly createdAt: string;
  readonly authorId: string;
  readonly marking: {
    readonly portion: string;
  };
  readonly shape: unknown;
  readonly attributes: unknown;
  readonly score: number | null;
  readonly class: {
    readonly key: string;
    readonly name: string;
  } | null;
  readonly ontologyVersion: {
    readonly version: number;
  } | null;
};
