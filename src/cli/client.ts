import { DoorError, allNodes } from "./door.ts";
import { doorCommand, say, sayJson } from "./door-command.ts";
import type { Call, Verb } from "./door-command.ts";
import { proposeAndSay } from "./proposal-text.ts";
import { EXIT, UsageError } from "./usage.ts";

interface Client {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly ceiling: string;
  readonly deviceAttested: boolean;
  readonly networkCeiling: string;
}

const CLIENT = "id name status ceiling deviceAttested networkCeiling";

function sayClient(one: Client, json: boolean): void {
  if (json) return sayJson(one);
  const device = one.deviceAttested ? "attested device" : "device not attested";
  say(
    `${one.id.padEnd(16)} ${one.status.padEnd(9)} up to ${one.ceiling}, network up to ${one.networkCeiling}, ${device}; ${one.name}`,
  );
}

async function listClients({ door, json }: Call): Promise<void> {
  const query = `query ($first: Int!, $after: String) { clients(first: $first, after: $after) {
    edges { node { ${CLIENT} } } pageInfo { hasNextPage endCursor } } }`;
  for await (const one of allNodes<Client>(door, "clients", query, {})) sayClient(one, json);
}

async function showClient({ door, json, get }: Call): Promise<void> {
  const { client } = await door.ask(`query ($id: ID!) { client(id: $id) { ${CLIENT} } }`, { id: get("CLIENT") });
  if (!client) throw new DoorError(EXIT.failed, "not found (NOT_FOUND)");
  sayClient(client as Client, json);
}

function yes(word: string): boolean {
  if (word !== "yes" && word !== "no") throw new UsageError("--device-attested is yes or no");
  return word === "yes";
}

function proposeClient(call: Call): Promise<void> {
  return proposeAndSay(call, "clientApprovePropose", "ClientApproveProposeInput", {
    clientId: call.get("CLIENT"),
    name: call.get("name"),
    ceiling: call.get("ceiling"),
    deviceAttested: yes(call.get("device-attested")),
    networkCeiling: call.get("network-ceiling"),
  });
}

function takes(field: string, does: string): Verb {
  const run = async ({ door, json, get }: Call): Promise<void> => {
    const clientId = get("CLIENT");
    const { client } = await door.act(field, "ClientInput", { clientId }, `client { ${CLIENT} }`);
    if (!json) say("Done: it holds at the next statement.");
    if (client) sayClient(client as Client, json);
    else if (json) sayJson({ id: clientId });
  };
  return { words: ["CLIENT"], does: `${does}, at once`, who: "sofia", run };
}

/** `caveat client`: the registry of clients. */
export const clientCommand = doorCommand({
  name: "client",
  summary: "list clients, ask that one be approved, suspend and revoke",
  verbs: {
    list: { words: [], does: "the registry of clients", who: "sofia", run: listClients },
    show: { words: ["CLIENT"], does: "one of them", who: "sofia", run: showClient },
    propose: {
      words: ["CLIENT"],
      needs: { name: "NAME", ceiling: "LEVEL", "network-ceiling": "LEVEL", "device-attested": "yes|no" },
      does: "asks that a client be approved, or approved again with other ceilings or after it was suspended",
      who: "sofia",
      run: proposeClient,
    },
    suspend: takes("clientSuspend", "suspends a client until two people approve it again"),
    revoke: takes("clientRevoke", "revokes a client for good"),
  },
  notes: `What is asked for is approved by another security officer: caveat proposal approve. CLIENT is the name under which the
client's tokens come, LEVEL one of U, R, C, S, TS. Whoever suspends the client that he comes through is out himself.

Example:
  caveat client propose viewer --name 'Viewing station' --ceiling S --network-ceiling S --device-attested yes`,
});
