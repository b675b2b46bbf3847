import { randomUUID } from "node:crypto";
import type { HostileCall } from "./hostile-call.ts";
import type { HttpAnswer } from "./http.ts";
import { forger, impostor, tokenOf, unsigned } from "./tokens.ts";
import type { TokenChange } from "./tokens.ts";
import type { HostileWorld } from "./hostile-world.ts";

const QUESTION = "{ viewer { handle } }";

/** Ids of clients, and handles of people, that the test's preparation has taken the right to ask from. */
export const SUSPENDED = {
  clients: { suspended: "scraper", revoked: "old-workbench" },
  people: { suspended: "charlotte", staleClearance: "wanda", noClearance: "victor" },
} as const;

function asking(make: (world: HostileWorld) => Promise<string | null>): HostileCall["send"] {
  return async (world): Promise<HttpAnswer> => world.server.graphql(await make(world), QUESTION);
}

function changed(
  handle: string,
  change: (world: HostileWorld) => Promise<TokenChange> | TokenChange,
): HostileCall["send"] {
  return asking(async (world) => tokenOf(world.server.state, handle, await change(world)));
}

function stranger(name: string, send: HostileCall["send"]): HostileCall {
  return { name, expect: "UNAUTHENTICATED", record: "unauthenticated", send };
}

/** Calls by somebody who is not who he says, or may not ask. */
export const CALLERS: readonly HostileCall[] = [
  stranger(
    "no token",
    asking(async () => null),
  ),
  stranger(
    "a token that is no token",
    asking(async () => "let-me-in"),
  ),
  stranger(
    "a token of 5,000 characters",
    asking(async () => "a".repeat(5_000)),
  ),
  stranger(
    "an expired token",
    changed("ben", () => ({ at: new Date(Date.now() - 1_000_000) })),
  ),
  stranger(
    "a token of tomorrow",
    changed("ben", () => ({ at: new Date(Date.now() + 86_400_000) })),
  ),
  stranger(
    "a wrong signature",
    changed("ben", async () => ({ issuer: await forger() })),
  ),
  stranger(
    "a signature with one bit flipped",
    asking(async ({ server }) => {
      const token = await tokenOf(server.state, "ben");
      const at = token.lastIndexOf(".") + 1;
      return `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
    }),
  ),
  stranger(
    "another issuer with the same key",
    changed("ben", async ({ server }) => ({
      issuer: await impostor(server.state, { issuer: "https://elsewhere.invalid/" }),
    })),
  ),
  stranger(
    "another audience",
    changed("ben", async ({ server }) => ({ issuer: await impostor(server.state, { audience: "somewhere-else" }) })),
  ),
  stranger(
    "alg none",
    asking(async ({ server }) => unsigned(await tokenOf(server.state, "ben"))),
  ),
  stranger(
    "an unknown client",
    changed("ben", () => ({ request: { clientId: "nobody" } })),
  ),
  stranger(
    "a suspended client",
    changed("ben", () => ({ request: { clientId: SUSPENDED.clients.suspended } })),
  ),
  stranger(
    "a revoked client",
    changed("ben", () => ({ request: { clientId: SUSPENDED.clients.revoked } })),
  ),
  stranger(
    "an unknown person",
    changed("ben", () => ({ request: { personId: randomUUID() } })),
  ),
  stranger(
    "a suspended person",
    changed(SUSPENDED.people.suspended, () => ({})),
  ),
  stranger(
    "a stale clearance",
    changed(SUSPENDED.people.staleClearance, () => ({})),
  ),
  stranger(
    "a person without clearance",
    changed(SUSPENDED.people.noClearance, () => ({})),
  ),
  stranger(
    "a session level that does not exist",
    changed("ben", () => ({ request: { sessionLevel: "X" as "TS" } })),
  ),
];
