import type { Effective } from "../../src/markings/index.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import { parseProfile } from "../../src/policy/profile.ts";
import { effective, listed } from "./table-world.ts";

const READER = {
  clearance: "TS",
  fineAccessControls: [],
  countryOfAffiliation: "USA",
  clearanceIssuer: "USA",
  dutyOrganization: "NGA",
  usGovernmentAgency: true,
  entityType: "GOV",
  role: [],
  lists: [],
  environment: {
    client: "approved",
    clientCeiling: "TS",
    deviceAttested: true,
    networkCeiling: "TS",
    sessionLevel: "TS",
    timeWindow: "open",
    honors: [],
  },
};

/** The base reader with some attributes changed; 'environment.x' changes one of the environment. */
export function reader(change: Readonly<Record<string, unknown>>): AccessProfile {
  const environment: Record<string, unknown> = { ...READER.environment };
  const rest: Record<string, unknown> = { ...READER };
  for (const [name, value] of Object.entries(change)) {
    if (name.startsWith("environment.")) environment[name.slice("environment.".length)] = value;
    else rest[name] = value;
  }
  return parseProfile({ ...rest, environment });
}

/** A person of the British ministry. */
export const GBR = {
  countryOfAffiliation: "GBR",
  clearanceIssuer: "GBR",
  dutyOrganization: "GBR.MOD",
  usGovernmentAgency: false,
  entityType: "MIL",
};
/** A contractor of a company whose country is not written. */
export const CONTRACTOR = { dutyOrganization: "ACME", usGovernmentAgency: false, entityType: "CTR" };
/** A contractor of a US company. */
export const COMPANY = { ...CONTRACTOR, dutyOrganization: "USA.ACME" };
/** A US person who works for the British ministry. */
export const EXCHANGE = { dutyOrganization: "GBR.MOD", usGovernmentAgency: false, entityType: "MIL" };

/** The effective marking that a row names. */
export function objectOf(text: string): Effective {
  const [marking = "", lists = ""] = text.split(" @ ");
  return listed(effective(marking), lists === "" ? [] : lists.split(" "));
}
