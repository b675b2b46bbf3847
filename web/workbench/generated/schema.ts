// Made of schema/schema.graphql by npm run generate.

export type AssetCreateInput = {
  readonly authority?: AuthorityInput | null;
  readonly belowHighWater?: boolean | null;
  readonly datasetId: string;
  readonly idempotencyKey: string;
  readonly marking?: string | null;
  readonly mediaType: string;
  readonly readers?: ReadersInput | null;
  readonly title: string;
};

export type AssetQuarantineLiftInput = {
  readonly assetId: string;
  readonly belowHighWater?: boolean | null;
  readonly idempotencyKey: string;
  readonly marking: string;
  readonly reason: string;
};

export type AuthorityInput = {
  readonly classifiedBy: string;
  readonly declassifyOn: string;
  readonly derivedFrom?: string | null;
  readonly downgradeOn?: string | null;
  readonly downgradeTo?: string | null;
  readonly reasons?: readonly string[] | null;
  readonly sources?: readonly AuthoritySourceInput[] | null;
};

export type AuthoritySourceInput = {
  readonly date?: string | null;
  readonly title: string;
};

export type DeliveryApproveInput = {
  readonly belowHighWater?: boolean | null;
  readonly deliveryId: string;
  readonly idempotencyKey: string;
  readonly manifestSha384: string;
};

export type DeliveryHoldLiftInput = {
  readonly belowHighWater?: boolean | null;
  readonly deliveryId: string;
  readonly holdId: string;
  readonly idempotencyKey: string;
  readonly manifestSha384: string;
  readonly reason: string;
};

export type DeliveryReleaseInput = {
  readonly belowHighWater?: boolean | null;
  readonly deliveryId: string;
  readonly idempotencyKey: string;
};

export type DeliveryRequestInput = {
  readonly belowHighWater?: boolean | null;
  readonly datasetId: string;
  readonly idempotencyKey: string;
  readonly purpose: string;
  readonly recipientId: string;
};

export type DeliveryState = "APPROVED" | "RELEASED" | "REQUESTED";

export type LabelStanding = "PENDING" | "SET_ASIDE" | "STANDS";

export type LabelState = "ACTIVE" | "RETRACTED";

export type ProjectTasksAddInput = {
  readonly assetIds: readonly string[];
  readonly belowHighWater?: boolean | null;
  readonly idempotencyKey: string;
  readonly marking?: string | null;
  readonly priority?: number | null;
  readonly projectId: string;
};

export type ReadersInput = {
  readonly allOf?: readonly string[] | null;
  readonly anyOf?: readonly string[] | null;
};

export type TaskDraftSaveInput = {
  readonly belowHighWater?: boolean | null;
  readonly body: unknown;
  readonly idempotencyKey: string;
  readonly taskId: string;
};

export type TaskLabelInput = {
  readonly attributes?: unknown;
  readonly classKey: string;
  readonly marking?: string | null;
  readonly preLabelId?: string | null;
  readonly shape: unknown;
};

export type TaskLeaseExtendInput = {
  readonly belowHighWater?: boolean | null;
  readonly epoch: number;
  readonly idempotencyKey: string;
  readonly taskId: string;
};

export type TaskLeaseNextInput = {
  readonly belowHighWater?: boolean | null;
  readonly idempotencyKey: string;
  readonly part?: TaskPart | null;
  readonly projectId: string;
};

export type TaskPart = "ADJUDICATE" | "LABEL" | "REVIEW";

export type TaskPinInput = {
  readonly text: string;
  readonly x: number;
  readonly y: number;
};

export type TaskReopenInput = {
  readonly belowHighWater?: boolean | null;
  readonly idempotencyKey: string;
  readonly taskId: string;
};

export type TaskReviewInput = {
  readonly belowHighWater?: boolean | null;
  readonly chosenId?: string | null;
  readonly comment?: string | null;
  readonly epoch: number;
  readonly idempotencyKey: string;
  readonly keptIds?: readonly string[] | null;
  readonly labels?: readonly TaskLabelInput[] | null;
  readonly opinionsSha384?: string | null;
  readonly pins?: readonly TaskPinInput[] | null;
  readonly taskId: string;
  readonly verdict: TaskVerdict;
};

export type TaskSkipInput = {
  readonly belowHighWater?: boolean | null;
  readonly epoch: number;
  readonly idempotencyKey: string;
  readonly reason: string;
  readonly taskId: string;
};

export type TaskStage = "ADJUDICATE" | "DONE" | "LABEL" | "REVIEW" | "SET_ASIDE";

export type TaskSubmitInput = {
  readonly activeMs: number;
  readonly belowHighWater?: boolean | null;
  readonly comment?: string | null;
  readonly epoch: number;
  readonly idempotencyKey: string;
  readonly labels: readonly TaskLabelInput[];
  readonly taskId: string;
};

export type TaskVerdict = "ACCEPT" | "CHOOSE" | "FIX" | "REJECT";

export type UserErrorCode = "ALREADY_DONE" | "BELOW_HIGHWATER" | "CONFLICTING_ROLES" | "CONSENT_REQUIRED" | "EXPIRED" | "IDEMPOTENCY_MISMATCH" | "INVALID_ATTRIBUTES" | "INVALID_INPUT" | "INVALID_MARKING" | "INVALID_SHAPE" | "LEASE_OVER" | "MARKING_TOO_LOW" | "NAME_TAKEN" | "NOT_FOUND" | "NOT_PERMITTED" | "NOT_READY" | "RECIPIENT_MAY_NOT_RECEIVE" | "SELF_REVIEW" | "STALE" | "WITHDRAWN";
