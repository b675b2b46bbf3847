import type { Level } from "../markings/index.ts";
import { LEVELS } from "../markings/index.ts";
import type { Obligation } from "./decision.ts";
import { OBLIGATIONS } from "./decision.ts";
export type { Obligation } from "./decision.ts";
export { OBLIGATIONS } from "./decision.ts";
import { closedObject, flag, oneOf, stringSet, text } from "./closed-object.ts";

/** Roles that rules may name. */
export const ROLES = [
  "analyst",
  "reviewer",
  "steward",
  "program-officer",
  "approver",
  "compliance-officer",
  "security-officer",
  "downgrade-authority",
  "disclosure-officer",
] as const;

/** A role of the closed list. */
export type Role = (typeof ROLES)[number];

const NOT_WITH_COMPLIANCE: readonly string[] = ["security-officer", "downgrade-authority", "disclosure-officer"];

/**
 * Whether nobody may hold these roles together: who reads the log of all must not be one of those who grant, take away or
 * lower (SP 800-53 AC-5, AU-9(4)).
 */
export function rolesConflict(roles: readonly string[]): boolean {
  return roles.includes("compliance-officer") && roles.some((role) => NOT_WITH_COMPLIANCE.includes(role));
}

/** Kinds of person (standards B.8): government, military, contractor. */
export const ENTITY_TYPES = ["GOV", "MIL", "CTR"] as const;

/** States of a client in its registry. */
export const CLIENT_STATES = ["approved", "unapproved"] as const;

/** Whether the present time lies in the hours in which the person may work; a person without such hours has them open. */
export const TIME_WINDOWS = ["open", "closed"] as const;

/**
 * Where a request comes from: each member is a ceiling or a condition of standards B.1 #12. `honors` are the obligations that
 * the transport and the session can do (standards B.8): part of the profile, so that what they cannot is in no page either.
 */
export interface Environment {
  readonly client: (typeof CLIENT_STATES)[number];
  readonly clientCeiling: Level;
  readonly deviceAttested: boolean;
  readonly networkCeiling: Level;
  readonly sessionLevel: Level;
  readonly timeWindow: (typeof TIME_WINDOWS)[number];
  readonly honors: readonly Obligation[];
}

/** What decisions need of a principal. Attribute names are those of standards B.8; nothing is optional. */
export interface AccessProfile {
  readonly clearance: Level;
  readonly fineAccessControls: readonly string[];
  readonly countryOfAffiliation: string;
  readonly clearanceIssuer: string;
  readonly dutyOrganization: string;
  readonly usGovernmentAgency: boolean;
  readonly entityType: (typeof ENTITY_TYPES)[number];
  readonly role: readonly string[];
  /** Lists that name the person or his organisation, with their kind: 'OC:id', 'ND:id'. */
  readonly lists: readonly string[];
  readonly environment: Environment;
}

/** Names of the profile's members, all required. */
export const PROFILE_MEMBERS = [
  "clearance",
  "fineAccessControls",
  "countryOfAffiliation",
  "clearanceIssuer",
  "dutyOrganization",
  "usGovernmentAgency",
  "entityType",
  "role",
  "lists",
  "environment",
] as const satisfies readonly (keyof AccessProfile)[];

/** Names of the environment's members, all required. */
export const ENVIRONMENT_MEMBERS = [
  "client",
  "clientCeiling",
  "deviceAttested",
  "networkCeiling",
  "sessionLevel",
  "timeWindow",
  "honors",
] as const satisfies readonly (keyof Environment)[];

/** A read-in: 'SI', 'SI-G', 'SAR-BP-123', 'NATO-S', 'Q', 'SIGMA-14'. Compared exactly, so the spelling is narrow. */
export const TOKEN_PATTERN = /^(?=.{1,64}$)[A-Z0-9]+(?:[ -][A-Z0-9]+)*$/;
/** A country: three capital letters. */
export const COUNTRY_PATTERN = /^[A-Z]{3}$/;
/** An organisation, optionally with its country before it: 'NGA', 'USA.NGA', 'GBR.MOD'. */
export const ORGANIZATION_PATTERN = /^(?:[A-Z]{3}\.)?[A-Z0-9][A-Z0-9._-]{0,63}$/;
/** A list that names the reader, with its kind. */
export const LIST_PATTERN = /^(?:NTK|OC|PR|XD|ND):[0-9a-z][0-9a-z-]{0,63}$/;
/** At most so many read-ins in a profile. */
export const TOKEN_LIMIT = 512;
/** At most so many lists in a profile: more than anybody can be put into between two sign-ins. */
export const LIST_LIMIT = 10_000;

// What parseProfile made is frozen through and need not be read again.
const read = new WeakSet<AccessProfile>();

/** The profile itself when parseProfile made it, otherwise what parseProfile makes of it. @throws PolicyError as parseProfile */
export function wholeProfile(profile: AccessProfile): AccessProfile {
  return read.has(profile) ? profile : parseProfile(profile);
}

/**
 * Reads a profile from outside; sets come back sorted, everything frozen. Never fills in a default (invariant I9).
 * @throws PolicyError input-missing, input-unknown, input-value with the path of the attribute
 */
export function parseProfile(value: unknown): AccessProfile {
  const at = "profile";
  const members = closedObject(value, PROFILE_MEMBERS, at);
  const token = (item: unknown, where: string) => text(item, TOKEN_PATTERN, where);
  const role = (item: unknown, where: string) => oneOf(item, ROLES, where);
  const list = (item: unknown, where: string) => text(item, LIST_PATTERN, where);
  const profile: AccessProfile = Object.freeze({
    clearance: oneOf(members["clearance"], LEVELS, `${at}.clearance`),
    fineAccessControls: stringSet(members["fineAccessControls"], token, TOKEN_LIMIT, `${at}.fineAccessControls`),
    countryOfAffiliation: text(members["countryOfAffiliation"], COUNTRY_PATTERN, `${at}.countryOfAffiliation`),
    clearanceIssuer: text(members["clearanceIssuer"], COUNTRY_PATTERN, `${at}.clearanceIssuer`),
    dutyOrganization: text(members["dutyOrganization"], ORGANIZATION_PATTERN, `${at}.dutyOrganization`),
    usGovernmentAgency: flag(members["usGovernmentAgency"], `${at}.usGovernmentAgency`),
    entityType: oneOf(members["entityType"], ENTITY_TYPES, `${at}.entityType`),
    role: stringSet(members["role"], role, ROLES.length, `${at}.role`),
    lists: stringSet(members["lists"], list, LIST_LIMIT, `${at}.lists`),
    environment: parseEnvironment(members["environment"], `${at}.environment`),
  });
  read.add(profile);
  return profile;
}

function parseEnvironment(value: unknown, at: string): Environment {
  const members = closedObject(value, ENVIRONMENT_MEMBERS, at);
  const obligation = (item: unknown, where: string) => oneOf(item, OBLIGATIONS, where);
  return Object.freeze({
    client: oneOf(members["client"], CLIENT_STATES, `${at}.client`),
    clientCeiling: oneOf(members["clientCeiling"], LEVELS, `${at}.clientCeiling`),
    deviceAttested: flag(members["deviceAttested"], `${at}.deviceAttested`),
    networkCeiling: oneOf(members["networkCeiling"], LEVELS, `${at}.networkCeiling`),
    sessionLevel: oneOf(members["sessionLevel"], LEVELS, `${at}.sessionLevel`),
    timeWindow: oneOf(members["timeWindow"], TIME_WINDOWS, `${at}.timeWindow`),
    honors: stringSet(members["honors"], obligation, OBLIGATIONS.length, `${at}.honors`),
  });
}

/**
 * The one text of a profile: members in a fixed order, sets sorted. Two profiles decide alike in every case when their
 * texts are equal, so the text is the key under which profiles are interned.
 * @throws PolicyError as parseProfile
 */
export function canonicalProfile(profile: AccessProfile): string {
  return JSON.stringify(parseProfile(profile));
}

/** The profile where only these obligations can be done: never more than it says itself. */
export function honoringOnly(profile: AccessProfile, obligations: readonly Obligation[]): AccessProfile {
  const { environment } = profile;
  const honors = environment.honors.filter((one) => obligations.includes(one));
  if (honors.length === environment.honors.length) return profile;
  return parseProfile({ ...profile, environment: { ...environment, honors } });
}
