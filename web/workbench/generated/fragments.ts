// Made of schema/operations/fragments.graphql by npm run generate.

import type { UserErrorCode } from "./schema.ts";

export type Refusal = {
  readonly code: UserErrorCode;
  readonly message: string;
  readonly ids: readonly string[];
};

export type PageEnd = {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
};

export type ProgramNamed = {
  readonly id: string;
  readonly name: string;
  readonly marking: {
    readonly portion: string;
  };
};

export type DatasetNamed = {
  readonly id: string;
  readonly name: string;
  readonly marking: {
    readonly portion: string;
  };
};

export type ProjectNamed = {
  readonly id: string;
  readonly name: string;
  readonly marking: {
    readonly portion: string;
  };
};
