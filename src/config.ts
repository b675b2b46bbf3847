import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { OwnOrigin } from "./identity/own-origin.ts";
import type { TrustedIssuer } from "./identity/tokens.ts";

/** How the server is run. The only reader of the environment. */
export interface Config {
  readonly mode: "demonstration" | "production";
  /** Loopback port; 0 asks for a free one. */
  readonly port: number;
  /** Keys, blobs and, without DATABASE_URL, the embedded database lie below it. */
  readonly stateFolder: string;
  /** URL of a PostgreSQL 15 or newer; null starts the embedded one. */
  readonly databaseUrl: string | null;
  /**
   * What the PostgreSQL of databaseUrl may lack of what is otherwise demanded of it: TLS on the loopback, durable commits,
   * strict host rules.
   */
  readonly databaseMayLack: readonly ("tls" | "durability" | "host-rules")[];
  /** Name of this installation: the first part of every log's origin. */
  readonly installation: string;
  readonly issuers: readonly TrustedIssuer[];
  /** Production: the two people who had the first policy of an empty database activated, and its versions. */
  readonly firstPolicy: FirstPolicy | null;
  /** Folder whose policy the server is told to run; null: policies/; "activated": whatever two people activated. */
  readonly policies: string | null;
  readonly logLevel: string;
  /** Where the server's pages are reached. */
  readonly origin: OwnOrigin;
  /** How long a proposal waits for its approval: 1 to 720 hours. */
  readonly proposalHours: number;
  /** A write below what its session was shown: its writer confirms it, or it is refused. */
  readonly belowHighWater: "confirm" | "refuse";
  /** Most pixels of an image that is taken in: 2^30 where nothing is set. */
  readonly imagePixels: number;
}

/** What a file of CAVEAT_FIRST_POLICY says. */
export interface FirstPolicy {
  readonly policyVersion: string;
  readonly registerVersion: string;
  readonly requestedBy: string;
  readonly approvedBy: string;
}

/** A configuration that contradicts itself or cannot be read; the message names the setting, never its value. */
export class ConfigError extends Error {
  constructor(setting: string, why: string) {
    super(`${setting}: ${why}`);
    this.name = "ConfigError";
  }
}

function readFirstPolicy(path: string): FirstPolicy {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new ConfigError("CAVEAT_FIRST_POLICY", "not a readable JSON file");
  }
  const { policyVersion, registerVersion, requestedBy, approvedBy, ...rest } = (parsed ?? {}) as Record<
    string,
    unknown
  >;
  const isText = (value: unknown): value is string => typeof value === "string" && value.length > 0;
  if (!isText(policyVersion) || !isText(registerVersion) || !isText(requestedBy) || !isText(approvedBy)) {
    throw new ConfigError("CAVEAT_FIRST_POLICY", "has policyVersion, registerVersion, requestedBy and approvedBy");
  }
  if (Object.keys(rest).length > 0) throw new ConfigError("CAVEAT_FIRST_POLICY", "has an unknown member");
  if (requestedBy.trim().toLowerCase() === approvedBy.trim().toLowerCase()) {
    throw new ConfigError("CAVEAT_FIRST_POLICY", "is requested and approved by two different people");
  }
  return { policyVersion, registerVersion, requestedBy, approvedBy };
}

function readOrigin(setting: string | undefined, mode: Config["mode"]): OwnOrigin {
  if (mode === "demonstration") {
    if (setting !== undefined)
      throw new ConfigError("CAVEAT_ORIGIN", "demonstration mode has its pages on the loopback");
    return "any-loopback";
  }
  if (setting === undefined) return null;
  if (!URL.canParse(setting) || new URL(setting).origin !== setting || !setting.startsWith("https://"))
    throw new ConfigError("CAVEAT_ORIGIN", "an origin, such as https://caveat.example.mil");
  return setting as `https://${string}`;
}

/** Pixels of the largest square that a JPEG can hold: no image that is taken in has a longer side. */
const MOST_PIXELS = 65_535 ** 2;

const LACKS = ["tls", "durability", "host-rules"] as const;

function readLacks(setting: string | undefined): Config["databaseMayLack"] {
  if (setting === undefined) return [];
  return setting.split(",").map((word) => {
    const lack = LACKS.find((known) => known === word.trim());
    if (lack === undefined) throw new ConfigError("CAVEAT_DATABASE_MAY_LACK", `a list of ${LACKS.join(", ")}`);
    return lack;
  });
}

function readPolicies(setting: string | undefined): string | null {
  if (setting === undefined || setting === "activated") return setting ?? null;
  if (setting === "") throw new ConfigError("CAVEAT_POLICIES", "a folder, or the word activated");
  return resolve(setting);
}

function readIssuers(path: string): TrustedIssuer[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new ConfigError(
      "CAVEAT_ISSUERS",
      `not a readable JSON file (${cause instanceof Error ? cause.name : "error"})`,
    );
  }
  if (!Array.isArray(parsed) || parsed.length === 0) throw new ConfigError("CAVEAT_ISSUERS", "a list of issuers");
  return parsed.map((item: unknown) => {
    const { issuer, audience, publicKey, ...rest } = (item ?? {}) as Record<string, unknown>;
    if (
      typeof issuer !== "string" ||
      typeof audience !== "string" ||
      typeof publicKey !== "string" ||
      Object.keys(rest).length > 0
    ) {
      throw new ConfigError("CAVEAT_ISSUERS", "each issuer has exactly issuer, audience and publicKey");
    }
    return { issuer, audience, publicKey };
  });
}

/**
 * Reads the configuration. Without any setting: demonstration mode on port 4000, state below `.caveat`.
 * Throws ConfigError on a contradiction.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env, folder = process.cwd()): Config {
  const mode = environment["CAVEAT_MODE"] ?? "demonstration";
  if (mode !== "demonstration" && mode !== "production")
    throw new ConfigError("CAVEAT_MODE", "demonstration or production");
  const port = Number(environment["PORT"] ?? "4000");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new ConfigError("PORT", "a port number");
  const issuersPath = environment["CAVEAT_ISSUERS"];
  if (mode === "production" && issuersPath === undefined)
    throw new ConfigError("CAVEAT_ISSUERS", "production mode needs a file of issuers");
  if (mode === "demonstration" && issuersPath !== undefined)
    throw new ConfigError("CAVEAT_ISSUERS", "demonstration mode has its own issuer only");
  const databaseUrl = environment["DATABASE_URL"] ?? null;
  if (mode === "production" && databaseUrl === null)
    throw new ConfigError("DATABASE_URL", "production mode does not use the embedded database");
  const installation = environment["CAVEAT_INSTALLATION"] ?? "caveat.local";
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(installation))
    throw new ConfigError("CAVEAT_INSTALLATION", "a host-like name in lower case");
  const proposalHours = Number(environment["CAVEAT_PROPOSAL_HOURS"] ?? "24");
  if (!Number.isInteger(proposalHours) || proposalHours < 1 || proposalHours > 720)
    throw new ConfigError("CAVEAT_PROPOSAL_HOURS", "1 to 720 hours");
  const belowHighWater = environment["CAVEAT_BELOW_HIGH_WATER"] ?? "confirm";
  if (belowHighWater !== "confirm" && belowHighWater !== "refuse")
    throw new ConfigError("CAVEAT_BELOW_HIGH_WATER", "confirm or refuse");
  const imagePixels = Number(environment["CAVEAT_IMAGE_PIXELS"] ?? String(2 ** 30));
  if (!Number.isInteger(imagePixels) || imagePixels < 1 || imagePixels > MOST_PIXELS)
    throw new ConfigError("CAVEAT_IMAGE_PIXELS", `1 to ${MOST_PIXELS} pixels`);
  return {
    mode,
    port,
    stateFolder: resolve(environment["CAVEAT_STATE"] ?? join(folder, ".caveat")),
    databaseUrl,
    databaseMayLack: readLacks(environment["CAVEAT_DATABASE_MAY_LACK"]),
    installation,
    issuers: issuersPath === undefined ? [] : readIssuers(issuersPath),
    origin: readOrigin(environment["CAVEAT_ORIGIN"], mode),
    policies: readPolicies(environment["CAVEAT_POLICIES"]),
    firstPolicy:
      mode === "production" && environment["CAVEAT_FIRST_POLICY"] !== undefined
        ? readFirstPolicy(environment["CAVEAT_FIRST_POLICY"])
        : null,
    logLevel: environment["LOG_LEVEL"] ?? "info",
    proposalHours,
    belowHighWater,
    imagePixels,
  };
}
