import { LEVELS, LIST_DEMAND_PATTERN } from "../markings/index.ts";
import { ACTIONS } from "./actions.ts";
import { OBLIGATIONS } from "./decision.ts";
import { FACT_MEMBERS, STATES } from "./facts.ts";
import {
  CLIENT_STATES,
  COUNTRY_PATTERN,
  ENTITY_TYPES,
  ENVIRONMENT_MEMBERS,
  LIST_LIMIT,
  LIST_PATTERN,
  ORGANIZATION_PATTERN,
  PROFILE_MEMBERS,
  ROLES,
  TIME_WINDOWS,
  TOKEN_LIMIT,
  TOKEN_PATTERN,
} from "./profile.ts";

/** A part of a JSON schema. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const level = { $ref: "#/$defs/level" };
const country = { type: "string", pattern: COUNTRY_PATTERN.source };
const flag = { type: "boolean" };

// Every member is required and no other is allowed: absence is never a value.
function closed(title: string, required: readonly string[], properties: JsonSchema): JsonSchema {
  return { title, type: "object", additionalProperties: false, required: [...required], properties };
}

const ENVIRONMENT = closed("Environment: each member is a ceiling or a condition", ENVIRONMENT_MEMBERS, {
  client: { enum: [...CLIENT_STATES] },
  clientCeiling: level,
  deviceAttested: flag,
  networkCeiling: level,
  sessionLevel: level,
  timeWindow: {
    description: "Whether the present time lies in the hours in which the person may work",
    enum: [...TIME_WINDOWS],
  },
  honors: {
    description: "Obligations that transport and session can do; a decision that carries another one is deny",
    type: "array",
    uniqueItems: true,
    maxItems: OBLIGATIONS.length,
    items: { enum: [...OBLIGATIONS] },
  },
});

const PROFILE = closed("Attributes of the person and the environment that decisions rest on", PROFILE_MEMBERS, {
  clearance: level,
  fineAccessControls: {
    description: "Read-ins: SI, SI-G (with SI), SAR-BP-123 (with SAR-BP), NATO-S, ATOMAL, Q, CNWDI, SIGMA-14",
    type: "array",
    maxItems: TOKEN_LIMIT,
    uniqueItems: true,
    items: { type: "string", pattern: TOKEN_PATTERN.source },
  },
  countryOfAffiliation: country,
  clearanceIssuer: country,
  dutyOrganization: {
    description:
      "Optionally with its country before it: GBR.MOD. Without one its country is unknown, which no list takes in, unless usGovernmentAgency says that it is of the USA",
    type: "string",
    pattern: ORGANIZATION_PATTERN.source,
  },
  usGovernmentAgency: flag,
  entityType: { enum: [...ENTITY_TYPES] },
  role: { type: "array", uniqueItems: true, maxItems: ROLES.length, items: { enum: [...ROLES] } },
  lists: {
    description: "Lists that name the person or his organisation, with their kind: OC:id, PR:id, XD:id, ND:id, NTK:id",
    type: "array",
    maxItems: LIST_LIMIT,
    uniqueItems: true,
    items: { type: "string", pattern: LIST_PATTERN.source },
  },
  environment: { $ref: "#/$defs/environment" },
});

const FACTS = closed("Facts of the object in relation to the caller", FACT_MEMBERS, {
  member: flag,
  assigned: flag,
  owner: flag,
  state: { enum: [...STATES] },
});

/** At most so many lists that a marking is asked about under. */
export const LIST_DEMAND_LIMIT = 64;

const LISTS = {
  description:
    "Lists that the marking stands under, all of them: OC:id, PR:id, XD:id, ND:id, NTK:id, NTK:id|id (one of)",
  type: "array",
  maxItems: LIST_DEMAND_LIMIT,
  uniqueItems: true,
  items: { type: "string", pattern: LIST_DEMAND_PATTERN.source },
};

const MARKING = {
  description: "A banner or portion, or the structure that reading one gives",
  oneOf: [{ type: "string", minLength: 1, maxLength: 4096 }, { type: "object" }],
};

/**
 * The JSON schema (draft 2020-12) of what a decision is asked with: profile with its environment, marking, facts, action.
 * It accepts what parseProfile and parseFacts accept; duplicate member names, which a schema cannot see, are refused too.
 */
export function accessSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...closed("A question for an access decision", ["profile", "marking", "facts", "action"], {
      profile: { $ref: "#/$defs/profile" },
      marking: MARKING,
      lists: LISTS,
      facts: { $ref: "#/$defs/facts" },
      action: { enum: [...ACTIONS] },
    }),
    $defs: { level: { enum: [...LEVELS] }, environment: ENVIRONMENT, profile: PROFILE, facts: FACTS },
  };
}
