/** A person of the demonstration program. Names and offices are invented. */
export interface DemonstrationPerson {
  readonly handle: string;
  readonly displayName: string;
  readonly summary: string;
  readonly country: string;
  readonly organization: string;
  readonly usGovernmentAgency: boolean;
  readonly entityType: "GOV" | "MIL" | "CTR";
  readonly roles: readonly string[];
  readonly clearance: "U" | "C" | "S" | "TS";
  readonly readOns: readonly string[];
  readonly member: boolean;
}

const us = { country: "USA", organization: "NGA", usGovernmentAgency: true, entityType: "GOV", member: true } as const;

/** Everybody in the demonstration: what each may do follows from clearance, read-ons, nationality and role. */
export const PEOPLE: readonly DemonstrationPerson[] = [
  {
    ...us,
    handle: "sam",
    displayName: "Sam Steward",
    summary: "data steward, TS//SI/TK: loads imagery, owns ontologies",
    roles: ["steward"],
    clearance: "TS",
    readOns: ["SI", "TK"],
  },
  {
    ...us,
    handle: "ana",
    displayName: "Ana Analyst",
    summary: "analyst, TS//SI/TK: labels everything",
    roles: ["analyst"],
    clearance: "TS",
    readOns: ["SI", "TK"],
  },
  {
    ...us,
    handle: "ben",
    displayName: "Ben Analyst",
    summary: "analyst, SECRET: sees no TOP SECRET image",
    roles: ["analyst"],
    clearance: "S",
    readOns: [],
  },
  {
    handle: "charlotte",
    displayName: "Charlotte Analyst",
    summary: "British analyst, SECRET: sees what is released to GBR",
    country: "GBR",
    organization: "GBR.MOD",
    usGovernmentAgency: false,
    entityType: "MIL",
    roles: ["analyst"],
    clearance: "S",
    readOns: [],
    member: true,
  },
  {
    ...us,
    handle: "rita",
    displayName: "Rita Reviewer",
    summary: "reviewer, TS//SI/TK: reviews what others labeled",
    roles: ["reviewer"],
    clearance: "TS",
    readOns: ["SI", "TK"],
  },
  {
    ...us,
    handle: "petra",
    displayName: "Petra Program",
    summary: "program officer, TS//SI/TK: requests and fetches deliveries",
    roles: ["program-officer"],
    clearance: "TS",
    readOns: ["SI", "TK"],
  },
  {
    ...us,
    handle: "victor",
    displayName: "Victor Approver",
    summary: "approver, TS//SI/TK",
    roles: ["approver"],
    clearance: "TS",
    readOns: ["SI", "TK"],
  },
  {
    ...us,
    handle: "wanda",
    displayName: "Wanda Approver",
    summary: "approver, TS//SI/TK",
    roles: ["approver"],
    clearance: "TS",
    readOns: ["SI", "TK"],
  },
  {
    ...us,
    handle: "otto",
    displayName: "Otto Officer",
    summary: "compliance officer, TS//SI/TK: verifies the audit chain",
    roles: ["compliance-officer"],
    clearance: "TS",
    readOns: ["SI", "TK"],
    member: false,
  },
  {
    ...us,
    handle: "sofia",
    displayName: "Sofia Security",
    summary: "security officer, TS//SI/TK: asks for clearances, clients and policies, takes them away",
    roles: ["security-officer"],
    clearance: "TS",
    readOns: ["SI", "TK"],
    member: false,
  },
  {
    ...us,
    handle: "silas",
    displayName: "Silas Security",
    summary: "security officer, TS//SI/TK: the second one, who approves",
    roles: ["security-officer"],
    clearance: "TS",
    readOns: ["SI", "TK"],
    member: false,
  },
];

/** Recipient offices of the demonstration, with the profile that decides what they may be given. */
export const RECIPIENTS = [
  {
    name: "Maritime Program Office",
    country: "USA",
    organization: "ONI",
    clearance: "TS",
    fineAccessControls: ["SI", "TK"],
    usGovernmentAgency: true,
    entityType: "GOV",
  },
  {
    name: "Coalition Training Cell",
    country: "GBR",
    organization: "GBR.MOD",
    clearance: "S",
    fineAccessControls: [],
    usGovernmentAgency: false,
    entityType: "MIL",
  },
] as const;

/** The approved client of the demonstration. */
export const CLIENT = { id: "workbench", name: "Caveat workbench" } as const;

/** The marking of the program itself, and of the dataset that it begins with. */
export const PROGRAM = { name: "HARBOR WATCH", marking: "UNCLASSIFIED//REL TO USA, FVEY" } as const;
