import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataOf } from "./hostile-world.ts";
import { endEverything, startServer } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(endEverything);

interface Payload {
  readonly proposal?: { readonly id: string; readonly contentSha384: string; readonly state: string } | null;
  readonly person?: { readonly readOns: readonly string[] } | null;
  readonly client?: { readonly status: string } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

/** Runs one mutation as a person of the demonstration; its payload. */
async function mutate(handle: string, field: string, input: object): Promise<Payload> {
  const inputType = {
    proposalApprove: "ProposalApproveInput",
    readOnGrantPropose: "ReadOnInput",
    readOnRevoke: "ReadOnInput",
    personSuspend: "PersonInput",
    clientSuspend: "ClientInput",
  }[field];
  const shows = field.startsWith("client")
    ? "client { status }"
    : /Propose|Approve/.test(field)
      ? "proposal { id contentSha384 state }"
      : "person { readOns }";
  const query = `mutation ($input: ${inputType}!) { ${field}(input: $input) { ${shows} userErrors { code } } }`;
  const answer = await server.graphql(await tokenOf(server.state, handle), query, {
    input: { idempotencyKey: randomUUID(), ...input },
  });
  return (dataOf(answer) as Record<string, Payload>)[field] ?? { userErrors: [] };
}

const titles =
  "{ programs(first: 1) { edges { node { datasets(first: 5) { edges { node { assets(first: 9) { edges { node { title } } } } } } } } } }";

test("I7 over HTTP: two officers read somebody on, one takes it away, and the very token that saw it sees it no more", async () => {
  const people = dataOf(
    await server.graphql(
      await tokenOf(server.state, "sofia"),
      "{ people(first: 50) { edges { node { id handle readOns } } } }",
    ),
  ) as { people: { edges: { node: { id: string; handle: string; readOns: string[] } }[] } };
  const personId = people.people.edges.find(({ node }) => node.handle === "ana")?.node.id ?? "";
  const token = await tokenOf(server.state, "ana");
  const seen = async (): Promise<number> =>
    JSON.stringify(dataOf(await server.graphql(token, titles))).split('"title"').length - 1;
  expect(await seen()).toBe(2);
  const taken = await mutate("sofia", "readOnRevoke", { personId, token: "TK" });
  expect(taken).toEqual({ person: { readOns: ["SI"] }, userErrors: [] });
  expect(await seen()).toBe(1);

  const { proposal } = await mutate("sofia", "readOnGrantPropose", { personId, token: "TK" });
  expect(proposal?.state).toBe("OPEN");
  const approval = { kind: "READON_GRANT", proposalId: proposal?.id, contentSha384: proposal?.contentSha384 };
  expect(await mutate("sofia", "proposalApprove", approval)).toMatchObject({ userErrors: [{ code: "NOT_PERMITTED" }] });
  expect(await mutate("ana", "proposalApprove", approval)).toMatchObject({ userErrors: [{ code: "NOT_FOUND" }] });
  expect(await seen()).toBe(1);
  expect(await mutate("silas", "proposalApprove", approval)).toMatchObject({
    proposal: { state: "EXECUTED" },
    userErrors: [],
  });
  expect(await seen()).toBe(2);

  expect((await mutate("silas", "personSuspend", { personId })).userErrors).toEqual([]);
  expect((await server.graphql(token, titles)).status).toBe(401);
});

test("I7 over HTTP: a client that one officer suspends opens nothing to anybody, himself included", async () => {
  const token = await tokenOf(server.state, "petra");
  expect((await server.graphql(token, titles)).status).toBe(200);
  expect((await mutate("sofia", "clientSuspend", { clientId: "workbench" })).userErrors).toEqual([]);
  expect((await server.graphql(token, titles)).status).toBe(401);
});
