// Made of schema/operations/delivery.graphql by npm run generate.

import type { Operation } from "../operation.ts";
import type { PageEnd, Refusal } from "./fragments.ts";
import type { DeliveryApproveInput, DeliveryHoldLiftInput, DeliveryReleaseInput, DeliveryRequestInput, DeliveryState, LabelStanding, LabelState } from "./schema.ts";

type DeliveriesVariables = {
  readonly after?: string | null;
};
type DeliveriesData = {
  readonly viewer: Worker | null;
  readonly programs: {
    readonly edges: readonly {
      readonly node: ProgramDeliveries;
    }[];
  };
};
export const DELIVERIES: Operation<DeliveriesData, DeliveriesVariables> = {
  text: "query Deliveries($after:String){viewer{id roles sessionLevel}programs(first:20){edges{node{id name marking{portion}deliveries(first:25 after:$after){edges{node{id state purpose manifestSha384 requestedAt requesterId packageUrl marking{portion banner}recipient{id name organization country}approvals{approverId approvedAt}holds{id marking{portion}liftedBy}}}pageInfo{hasNextPage endCursor}}}}}}",
};

type DeliveriesOfProgramVariables = {
  readonly id: string;
  readonly after?: string | null;
};
type DeliveriesOfProgramData = {
  readonly viewer: Worker | null;
  readonly program: ProgramDeliveries | null;
};
export const DELIVERIES_OF_PROGRAM: Operation<DeliveriesOfProgramData, DeliveriesOfProgramVariables> = {
  text: "query DeliveriesOfProgram($id:ID!$after:String){viewer{id roles sessionLevel}program(id:$id){id name marking{portion}deliveries(first:25 after:$after){edges{node{id state purpose manifestSha384 requestedAt requesterId packageUrl marking{portion banner}recipient{id name organization country}approvals{approverId approvedAt}holds{id marking{portion}liftedBy}}}pageInfo{hasNextPage endCursor}}}}",
};

export type Worker = {
  readonly id: string;
  readonly roles: readonly string[];
  readonly sessionLevel: string;
};

export type Office = {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  readonly country: string;
};

export type ProgramDeliveries = {
  readonly id: string;
  readonly name: string;
  readonly marking: {
    readonly portion: string;
  };
  readonly deliveries: {
    readonly edges: readonly {
      readonly node: Standing;
    }[];
    readonly pageInfo: PageEnd;
  };
};

/** How a delivery stands: all that is told of it but its manifest. */
export type Standing = {
  readonly id: string;
  readonly state: DeliveryState;
  readonly purpose: string;
  readonly manifestSha384: string;
  readonly requestedAt: string;
  readonly requesterId: string;
  readonly packageUrl: string | null;
  readonly marking: {
    readonly portion: string;
    readonly banner: string;
  };
  readonly recipient: Office | null;
  readonly approvals: readonly {
    readonly approverId: string;
    readonly approvedAt: string;
  }[];
  readonly holds: readonly {
    readonly id: string;
    readonly marking: {
      readonly portion: string;
    };
    readonly liftedBy: readonly string[];
  }[];
};

type DeliveryReadVariables = {
  readonly id: string;
};
type DeliveryReadData = {
  readonly viewer: Worker | null;
  readonly delivery: Standing & {
    readonly manifest: string;
  } | null;
};
export const DELIVERY_READ: Operation<DeliveryReadData, DeliveryReadVariables> = {
  text: "query DeliveryRead($id:ID!){viewer{id roles sessionLevel}delivery(id:$id){id state purpose manifestSha384 requestedAt requesterId packageUrl marking{portion banner}recipient{id name organization country}approvals{approverId approvedAt}holds{id marking{portion}liftedBy}manifest}}",
};

type DeliveryFollowedVariables = {
  readonly id: string;
};
type DeliveryFollowedData = {
  readonly delivery: Standing | null;
};
export const DELIVERY_FOLLOWED: Operation<DeliveryFollowedData, DeliveryFollowedVariables> = {
  text: "query DeliveryFollowed($id:ID!){delivery(id:$id){id state purpose manifestSha384 requestedAt requesterId packageUrl marking{portion banner}recipient{id name organization country}approvals{approverId approvedAt}holds{id marking{portion}liftedBy}}}",
};

type DeliverySurroundedVariables = {
  readonly id: string;
  readonly dataset: string;
  readonly samples: readonly {
    readonly asset: string;
  }[];
};
type DeliverySurroundedData = {
  readonly delivery: Standing | null;
  readonly dataset: Wholes | null;
  readonly samples: readonly (SampleAsset | null)[];
};
/** With its dataset and some of its images, so that one banner is over all of it. */
export const DELIVERY_SURROUNDED: Operation<DeliverySurroundedData, DeliverySurroundedVariables> = {
  text: "query DeliverySurrounded($id:ID!$dataset:ID!<$asset_#:ID!>){delivery(id:$id){id state purpose manifestSha384 requestedAt requesterId packageUrl marking{portion banner}recipient{id name organization country}approvals{approverId approvedAt}holds{id marking{portion}liftedBy}}dataset(id:$dataset){name marking{portion}compilations{id reason}compilationRules{id reason}}<samples_#:asset(id:$asset_#){id title marking{portion}width height labels(first:50){edges{node{id origin state standing latest{id kind createdAt shape class{key}}reviews(first:1){verdict revisionId}}}pageInfo{hasNextPage}}}>}",
  each: "samples",
};

/** What a dataset is together, as far as the caller may see. */
export type Wholes = {
  readonly name: string;
  readonly marking: {
    readonly portion: string;
  };
  readonly compilations: readonly {
    readonly id: string;
    readonly reason: string;
  }[];
  readonly compilationRules: readonly {
    readonly id: string;
    readonly reason: string;
  }[];
};

export type SampleAsset = {
  readonly id: string;
  readonly title: string;
  readonly marking: {
    readonly portion: string;
  };
  readonly width: number | null;
  readonly height: number | null;
  readonly labels: {
    readonly edges: readonly {
      readonly node: SampleLabel;
    }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
    };
  };
};

export type SampleLabel = {
  readonly id: string;
  readonly origin: string;
  readonly state: LabelState;
  readonly standing: LabelStanding;
  readonly latest: {
    readonly id: string;
    readonly kind: string;
    readonly createdAt: string;
    readonly shape: unknown;
    readonly class: {
      readonly key: string;
    } | null;
  } | null;
  readonly reviews: readonly {
    readonly verdict: string;
    readonly revisionId: string;
  }[];
};

type DeliveryProgramsVariables = Record<string, never>;
type DeliveryProgramsData = {
  readonly programs: {
    readonly edges: readonly {
      readonly node: {
        readonly id: string;
        readonly name: string;
      };
    }[];
  };
};
export const DELIVERY_PROGRAMS: Operation<DeliveryProgramsData, DeliveryProgramsVariables> = {
  text: "query DeliveryPrograms{programs(first:20){edges{node{id name}}}}",
};

type DeliveryOfficesVariables = Record<string, never>;
type DeliveryOfficesData = DeliveryBasis;
export const DELIVERY_OFFICES: Operation<DeliveryOfficesData, DeliveryOfficesVariables> = {
  text: "query DeliveryOffices{viewer{id roles sessionLevel}recipients{id name organization country}programs(first:20){edges{node{id name}}}}",
};

type DeliveryOffersVariables = {
  readonly program: string;
  readonly after?: string | null;
};
type DeliveryOffersData = DeliveryBasis & {
  readonly program: {
    readonly datasets: OfferedDatasets;
  } | null;
};
export const DELIVERY_OFFERS: Operation<DeliveryOffersData, DeliveryOffersVariables> = {
  text: "query DeliveryOffers($program:ID!$after:String){viewer{id roles sessionLevel}recipients{id name organization country}programs(first:20){edges{node{id name}}}program(id:$program){datasets(first:100 after:$after){edges{node{id name marking{portion}}}pageInfo{hasNextPage endCursor}}}}",
};

export type OfferedDatasets = {
  readonly edges: readonly {
    readonly node: {
      readonly id: string;
      readonly name: string;
      readonly marking: {
        readonly portion: string;
      };
    };
  }[];
  readonly pageInfo: PageEnd;
};

/** What a request is made of whatever the program is: who asks, the offices and the programs. */
export type DeliveryBasis = {
  readonly viewer: Worker | null;
  readonly recipients: readonly Office[];
  readonly programs: {
    readonly edges: readonly {
      readonly node: {
        readonly id: string;
        readonly name: string;
      };
    }[];
  };
};

type WouldFreezeVariables = {
  readonly id: string;
  readonly named: readonly {
    readonly object: string;
  }[];
};
type WouldFreezeData = {
  readonly dataset: FrozenDataset | null;
  readonly named: readonly ({
    readonly __typename: "Asset";
    readonly title: string;
    readonly marking: {
      readonly portion: string;
    };
  } | {
    readonly __typename: "Dataset" | "Delivery" | "Ontology" | "Program" | "Project" | "Task";
  } | {
    readonly __typename: "Label";
    readonly marking: {
      readonly portion: string;
    };
    readonly asset: {
      readonly title: string;
    } | null;
  } | null)[];
};
/** A dataset as it would be frozen now, with objects of it that a refusal named. */
export const WOULD_FREEZE: Operation<WouldFreezeData, WouldFreezeVariables> = {
  text: "query WouldFreeze($id:ID!<$object_#:ID!>){dataset(id:$id){id name marking{portion}contentMarking assetCount labelCount}<named_#:node(id:$object_#){__typename ...on Asset{title marking{portion}}...on Label{marking{portion}asset{title}}}>}",
  each: "named",
};

export type FrozenDataset = {
  readonly id: string;
  readonly name: string;
  readonly marking: {
    readonly portion: string;
  };
  readonly contentMarking: string;
  readonly assetCount: number | null;
  readonly labelCount: number | null;
};

export type NamedObject = {
  readonly __typename: "Asset";
  readonly title: string;
  readonly marking: {
    readonly portion: string;
  };
} | {
  readonly __typename: "Dataset" | "Delivery" | "Ontology" | "Program" | "Project" | "Task";
} | {
  readonly __typename: "Label";
  readonly marking: {
    readonly portion: string;
  };
  readonly asset: {
    readonly title: string;
  } | null;
};

type DeliveryRequestVariables = {
  readonly input: DeliveryRequestInput;
};
type DeliveryRequestData = {
  readonly act: {
    readonly delivery: {
      readonly id: string;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const DELIVERY_REQUEST: Operation<DeliveryRequestData, DeliveryRequestVariables> = {
  text: "mutation DeliveryRequest($input:DeliveryRequestInput!){act:deliveryRequest(input:$input){delivery{id}userErrors{code message ids}}}",
};

type DeliveryApproveVariables = {
  readonly input: DeliveryApproveInput;
};
type DeliveryApproveData = {
  readonly act: {
    readonly delivery: {
      readonly id: string;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const DELIVERY_APPROVE: Operation<DeliveryApproveData, DeliveryApproveVariables> = {
  text: "mutation DeliveryApprove($input:DeliveryApproveInput!){act:deliveryApprove(input:$input){delivery{id}userErrors{code message ids}}}",
};

type DeliveryHoldLiftVariables = {
  readonly input: DeliveryHoldLiftInput;
};
type DeliveryHoldLiftData = {
  readonly act: {
    readonly delivery: {
      readonly id: string;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const DELIVERY_HOLD_LIFT: Operation<DeliveryHoldLiftData, DeliveryHoldLiftVariables> = {
  text: "mutation DeliveryHoldLift($input:DeliveryHoldLiftInput!){act:deliveryHoldLift(input:$input){delivery{id}userErrors{code message ids}}}",
};

type DeliveryReleaseVariables = {
  readonly input: DeliveryReleaseInput;
};
type DeliveryReleaseData = {
  readonly act: {
    readonly delivery: {
      readonly id: string;
    } | null;
    readonly userErrors: readonly Refusal[];
  };
};
export const DELIVERY_RELEASE: Operation<DeliveryReleaseData, DeliveryReleaseVariables> = {
  text: "mutation DeliveryRelease($input:DeliveryReleaseInput!){act:deliveryRelease(input:$input){delivery{id}userErrors{code message ids}}}",
};
