import { isFlag, isText, listOf, matching, oneOf, orNull, record, setOf } from "./shape.ts";
import { COUNTRY, ENTITY_TYPES, LEVELS, OBLIGATIONS, ROLES, STATES, TOKEN } from "./vocabulary.ts";

/** Who asks, from where (standards B.8): the profile as it stands in the entry. */
export interface CitedProfile {
  readonly clearance: string;
  readonly fineAccessControls: readonly string[];
  readonly countryOfAffiliation: string;
  readonly clearanceIssuer: string;
  readonly dutyOrganization: string;
  readonly usGovernmentAgency: boolean;
  readonly entityType: string;
  readonly role: readonly string[];
  readonly lists: readonly string[];
  readonly environment: {
    readonly client: string;
    readonly clientCeiling: string;
    readonly deviceAttested: boolean;
    readonly networkCeiling: string;
    readonly sessionLevel: string;
    readonly timeWindow: string;
    readonly honors: readonly string[];
  };
}

/** What is asked about: the effective marking, an element of the lattice of standards B.1. */
export interface CitedMarking {
  readonly level: string;
  readonly sci: readonly string[];
  readonly sar: readonly string[];
  readonly aea: readonly string[];
  readonly nato: readonly string[];
  readonly fgi: readonly string[];
  readonly controls: readonly string[];
  readonly noforn: boolean;
  readonly relTo: readonly string[];
  readonly displayTo: readonly string[];
  readonly jointOwners: readonly string[] | null;
  readonly lists: readonly string[];
}

/** How the object stands to the person. */
export interface CitedFacts {
  readonly member: boolean;
  readonly assigned: boolean;
  readonly owner: boolean;
  readonly state: string;
}

/** A list as a profile names it, and as a marking may: its control, with the kind of list that stands behind it. */
const LIST = /^(?:NTK|OC|PR|XD|ND):[0-9a-z][0-9a-z-]{0,63}$/;
const ORGANIZATION = /^(?:[A-Z]{3}\.)?[A-Z0-9][A-Z0-9._-]{0,63}$/;
/** Controls behind which a list stands, or the sign that there is none. */
const LISTED_CONTROLS: readonly string[] = ["OC", "OC-USGOV", "PR", "XD", "ND"];

const level = oneOf(...LEVELS);
const country = matching(COUNTRY);
const tokens = listOf(isText);

const profileShape = record({
  clearance: level,
  fineAccessControls: setOf(matching(TOKEN), 512),
  countryOfAffiliation: country,
  clearanceIssuer: country,
  dutyOrganization: matching(ORGANIZATION),
  usGovernmentAgency: isFlag,
  entityType: oneOf(...ENTITY_TYPES),
  role: setOf(oneOf(...ROLES), ROLES.length),
  lists: setOf(matching(LIST), 10_000),
  environment: record({
    client: oneOf("approved", "unapproved"),
    clientCeiling: level,
    deviceAttested: isFlag,
    networkCeiling: level,
    sessionLevel: level,
    timeWindow: oneOf("open", "closed"),
    honors: setOf(oneOf(...OBLIGATIONS), OBLIGATIONS.length),
  }),
});

const markingShape = record({
  level,
  sci: tokens,
  sar: tokens,
  aea: tokens,
  nato: tokens,
  fgi: tokens,
  controls: tokens,
  noforn: isFlag,
  relTo: tokens,
  displayTo: tokens,
  jointOwners: orNull(tokens),
  lists: tokens,
});

const factsShape = record({ member: isFlag, assigned: isFlag, owner: isFlag, state: oneOf(...STATES) });

/** Whether the value is a whole profile: every member there, of its form, and no other. Never throws. */
export function isProfile(value: unknown): value is CitedProfile {
  return profileShape(value);
}

/**
 * Whether the value is a whole effective marking, in which every control that needs a list of readers says which, or that
 * there is none. Never throws.
 */
export function isMarking(value: unknown): value is CitedMarking {
  if (!markingShape(value)) return false;
  const { controls, lists } = value as CitedMarking;
  const unlisted = controls.filter((control) => LISTED_CONTROLS.includes(control));
  return unlisted.every((control) => lists.some((token) => token.startsWith(`${control}:`)));
}

/** Whether the value is a whole set of facts. Never throws. */
export function isFacts(value: unknown): value is CitedFacts {
  return factsShape(value);
}
