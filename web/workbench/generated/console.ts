// Made of schema/operations/console.graphql by npm run generate.

import type { Operation } from "../operation.ts";
import type { PageEnd } from "./fragments.ts";

/** What is asked of an entry. The server opens its sections, and records that, whatever is asked. */
export type Entry = {
  readonly index: number;
  readonly at: string;
  readonly kind: string;
  readonly leafHash: string;
  readonly chain: string;
  readonly sections: readonly {
    readonly slot: string;
    readonly state: string;
    readonly content: string | null;
  }[];
};

type SignedNotesVariables = Record<string, never>;
type SignedNotesData = {
  readonly auditCheckpoints: {
    readonly edges: readonly {
      readonly node: {
        readonly size: number;
        readonly note: string;
      };
    }[];
  };
};
export const SIGNED_NOTES: Operation<SignedNotesData, SignedNotesVariables> = {
  text: "query SignedNotes{auditCheckpoints(first:5){edges{node{size note}}}}",
};

type SignedSizesVariables = {
  readonly first: number;
  readonly after?: string | null;
};
type SignedSizesData = {
  readonly auditCheckpoints: {
    readonly edges: readonly {
      readonly node: {
        readonly size: number;
      };
    }[];
    readonly pageInfo: PageEnd;
  };
};
export const SIGNED_SIZES: Operation<SignedSizesData, SignedSizesVariables> = {
  text: "query SignedSizes($first:Int!$after:String){auditCheckpoints(first:$first after:$after){edges{node{size}}pageInfo{hasNextPage endCursor}}}",
};

type TimelinePartsVariables = {
  readonly parts: readonly {
    readonly from: number;
    readonly to: number;
  }[];
};
type TimelinePartsData = {
  readonly parts: readonly (TimelinePart | null)[];
};
/** Each part of the picture by a field of its own in one question, so that one answer holds it. */
export const TIMELINE_PARTS: Operation<TimelinePartsData, TimelinePartsVariables> = {
  text: "query TimelineParts(<$from_#:Float!$to_#:Float!>){<parts_#:auditBetween(from:$from_# to:$to_#){from to firstAt lastAt kinds{kind count}}>}",
  each: "parts",
};

/** What stands between two signed sizes of the log. */
export type TimelinePart = {
  readonly from: number;
  readonly to: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly kinds: readonly {
    readonly kind: string;
    readonly count: number;
  }[];
};

type EntriesBetweenVariables = {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly after?: string | null;
};
type EntriesBetweenData = {
  readonly auditBetween: {
    readonly entries: {
      readonly edges: readonly {
        readonly node: Entry;
      }[];
      readonly pageInfo: PageEnd;
    };
  } | null;
};
export const ENTRIES_BETWEEN: Operation<EntriesBetweenData, EntriesBetweenVariables> = {
  text: "query EntriesBetween($from:Float!$to:Float!$first:Int!$after:String){auditBetween(from:$from to:$to){entries(first:$first after:$after){edges{node{index at kind leafHash chain sections{slot state content}}}pageInfo{hasNextPage endCursor}}}}",
};

type AccessesToVariables = {
  readonly id: string;
  readonly first: number;
  readonly after?: string | null;
};
type AccessesToData = {
  readonly found: Found | null;
};
export const ACCESSES_TO: Operation<AccessesToData, AccessesToVariables> = {
  text: "query AccessesTo($id:ID!$first:Int!$after:String){found:auditAccesses(objectId:$id first:$first after:$after){completeTo unread withheld erased findings{edges{node{personId operation answer actions reasons objects times entry{index at kind leafHash chain sections{slot state content}}}}pageInfo{hasNextPage endCursor}}}}",
};

type AnswersToVariables = {
  readonly id: string;
  readonly first: number;
  readonly after?: string | null;
};
type AnswersToData = {
  readonly found: Found | null;
};
export const ANSWERS_TO: Operation<AnswersToData, AnswersToVariables> = {
  text: "query AnswersTo($id:ID!$first:Int!$after:String){found:auditOfPerson(personId:$id first:$first after:$after){completeTo unread withheld erased findings{edges{node{personId operation answer actions reasons objects times entry{index at kind leafHash chain sections{slot state content}}}}pageInfo{hasNextPage endCursor}}}}",
};

type RefusalsOfVariables = {
  readonly id?: string | null;
  readonly first: number;
  readonly after?: string | null;
};
type RefusalsOfData = {
  readonly found: Found | null;
};
export const REFUSALS_OF: Operation<RefusalsOfData, RefusalsOfVariables> = {
  text: "query RefusalsOf($id:ID$first:Int!$after:String){found:auditRefusals(objectId:$id first:$first after:$after){completeTo unread withheld erased findings{edges{node{personId operation answer actions reasons objects times entry{index at kind leafHash chain sections{slot state content}}}}pageInfo{hasNextPage endCursor}}}}",
};

/** A page of what answers a question about the log, the newest first. */
export type Found = {
  readonly completeTo: number;
  readonly unread: number;
  readonly withheld: number;
  readonly erased: number;
  readonly findings: {
    readonly edges: readonly {
      readonly node: Finding;
    }[];
    readonly pageInfo: PageEnd;
  };
};

export type Finding = {
  readonly personId: string | null;
  readonly operation: string | null;
  readonly answer: string | null;
  readonly actions: readonly string[];
  readonly reasons: readonly string[];
  readonly objects: number;
  readonly times: number;
  readonly entry: Entry;
};

type BurstsFromVariables = {
  readonly from: number;
  readonly seconds: number;
  readonly objects: number;
  readonly refusals: number;
};
type BurstsFromData = {
  readonly auditBursts: Bursts | null;
};
export const BURSTS_FROM: Operation<BurstsFromData, BurstsFromVariables> = {
  text: "query BurstsFrom($from:Float!$seconds:Int!$objects:Int!$refusals:Int!){auditBursts(from:$from seconds:$seconds objects:$objects refusals:$refusals){from to next withheld erased bursts{kind personId source count answers firstAt lastAt fromIndex toIndex}}}",
};

export type Bursts = {
  readonly from: number;
  readonly to: number;
  readonly next: number | null;
  readonly withheld: number;
  readonly erased: number;
  readonly bursts: readonly {
    readonly kind: string;
    readonly personId: string | null;
    readonly source: string | null;
    readonly count: number;
    readonly answers: number;
    readonly firstAt: string;
    readonly lastAt: string;
    readonly fromIndex: number;
    readonly toIndex: number;
  }[];
};

type TailVariables = {
  readonly size?: number | null;
  readonly chain?: string | null;
};
type TailData = {
  readonly auditTail: Look;
};
export const TAIL: Operation<TailData, TailVariables> = {
  text: "subscription Tail($size:Float$chain:String){auditTail(size:$size chain:$chain){agrees from{size chain}origin size chain passed{index leafHash chain}entries{index at kind leafHash chain sections{slot state content}}}}",
};

export type Look = {
  readonly agrees: boolean;
  readonly from: {
    readonly size: number;
    readonly chain: string;
  };
  readonly origin: string;
  readonly size: number;
  readonly chain: string;
  readonly passed: readonly {
    readonly index: number;
    readonly leafHash: string;
    readonly chain: string;
  }[];
  readonly entries: readonly Entry[];
};
