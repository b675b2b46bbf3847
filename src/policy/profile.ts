import type { Level } from "../markings/index.ts";
import { LEVELS } from "../markings/index.ts";
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

/** Kinds of person (standards B.8): government, military, contractor. */
export const ENTITY_TYPES = ["GOV", "MIL", "CTR"] as const;

/** States of a client in its registry. */
export const CLIENT_STATES = ["approved", "unapproved"] as const;

/** Where a request comes from: each member is a ceiling or a condition of standards B.1 #12. */
export interface Environment {
  readonly client: (typeof CLIENT_STATES)[number];
  readonly clientCeiling: Level;
  readonly deviceAttested: boolean;
  readonly networkCeiling: Level;
  readonly sessionLevel: Level;
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
  "environment",
] as const satisfies readonly (keyof AccessProfile)[];

/** Names of the environment's members, all required. */
export const ENVIRONMENT_MEMBERS = [
  "client",
  "clientCeiling",
  "deviceAttested",
  "networkCeiling",
  "sessionLevel",
] as const satisfies readonly (keyof Environment)[];

/** A read-in: 'SI', 'SI-G', 'SAR-BP-123', 'NATO-S', 'Q', 'SIGMA-14'. Compared exactly, so the spelling is narrow. */
export const TOKEN_PATTERN = /^(?=.{1,64}$)[A-Z0-9]+(?:[ -][A-Z0-9]+)*$/;
/** A country: three capital letters. */
export const COUNTRY_PATTERN = /^[A-Z]{3}$/;
/** An organisation, optionally with its country before it: 'NGA', 'USA.NGA', 'GBR.MOD'. */
export const ORGANIZATION_PATTERN = /^(?:[A-Z]{3}\.)?[A-Z0-9][A-Z0-9._-]{0,63}$/;
/** At most so many read-ins in a profile. */
export const TOKEN_LIMIT = 512;

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
  const profile: AccessProfile = Object.freeze({
    clearance: oneOf(members["clearance"], LEVELS, `${at}.clearance`),
    fineAccessControls: stringSet(members["fineAccessControls"], token, TOKEN_LIMIT, `${at}.fineAccessControls`),
    countryOfAffiliation: text(members["countryOfAffiliation"], COUNTRY_PATTERN, `${at}.countryOfAffiliation`),
    clearanceIssuer: text(members["clearanceIssuer"], COUNTRY_PATTERN, `${at}.clearanceIssuer`),
    dutyOrganization: text(members["dutyOrganization"], ORGANIZATION_PATTERN, `${at}.dutyOrganization`),
    usGovernmentAgency: flag(members["usGovernmentAgency"], `${at}.usGovernmentAgency`),
    entityType: oneOf(members["entityType"], ENTITY_TYPES, `${at}.entityType`),
    role: stringSet(members["role"], role, ROLES.length, `${at}.role`),
    environment: parseEnvironment(members["environment"], `${at}.environment`),
  });
  read.add(profile);
  return profile;
}

function parseEnvironment(value: unknown, at: string): Environment {
  const members = closedObject(value, ENVIRONMENT_MEMBERS, at);
  return Object.freeze({
    client: oneOf(members["client"], CLIENT_STATES, `${at}.client`),
    clientCeiling: oneOf(members["clientCeiling"], LEVELS, `${at}.clientCeiling`),
    deviceAttested: flag(members["deviceAttested"], `${at}.deviceAttested`),
    networkCeiling: oneOf(members["networkCeiling"], LEVELS, `${at}.networkCeiling`),
    sessionLevel: oneOf(members["sessionLevel"], LEVELS, `${at}.sessionLevel`),
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
