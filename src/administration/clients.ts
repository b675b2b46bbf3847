import { LEVELS } from "../markings/index.ts";
import type { Level } from "../markings/index.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { installationMarking } from "../policy/installation.ts";
import type { ClientStanding, Page, PageRequest } from "../storage/ports.ts";
import { NO_SUBJECT } from "./proposal-kind.ts";
import type { ProposalRules } from "./proposal-kind.ts";

const CLIENT_ID = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const NAME = /^[^\p{C}]{1,200}$/u;

/** A client to be approved, or approved again with other ceilings. All of it comes from the caller. */
export interface ClientApproveInput {
  readonly client: string;
  readonly name: string;
  readonly ceiling: string;
  readonly deviceAttested: boolean;
  readonly networkCeiling: string;
}

/** A level by its letter, from a caller. Throws INVALID_INPUT. */
export function levelOf(text: string, path: string): Level {
  const level = LEVELS.find((known) => known === text);
  if (level === undefined) throw new UserError("INVALID_INPUT", "U, R, C, S or TS", [path]);
  return level;
}

/** A client of the registry, approved for a level on a network (standards B.1 #12). */
export const clientApproval: ProposalRules<ClientApproveInput> = {
  kind: "client.approve",
  async examine(grant, input) {
    if (!CLIENT_ID.test(input.client)) throw new UserError("INVALID_INPUT", "a name in lower case", ["clientId"]);
    const known = await grant.proposals.clientStanding(input.client);
    if (known?.status === "revoked")
      throw new UserError("INVALID_INPUT", "a revoked client stays revoked", ["clientId"]);
    const name = input.name.normalize("NFC").trim();
    if (!NAME.test(name)) throw new UserError("INVALID_INPUT", "1 to 200 printable characters", ["name"]);
    return {
      act: {
        client: input.client,
        name,
        ceiling: levelOf(input.ceiling, "ceiling"),
        deviceAttested: input.deviceAttested,
        networkCeiling: levelOf(input.networkCeiling, "networkCeiling"),
      },
      subjectId: NO_SUBJECT,
      programId: NO_SUBJECT,
      marking: await installationMarking(grant),
    };
  },
};

async function disclose(grant: Grant, client: ClientStanding): Promise<ClientStanding> {
  await grant.disclose("client.administer", await installationMarking(grant), "clients");
  return client;
}

/** A client by name; null when there is none. */
export const clientById: Command<{ id: string }, ClientStanding | null> = command({
  name: "clientById",
  action: "client.administer",
  target: () => null,
  async run(grant, { id }) {
    const found = await grant.proposals.clientStanding(id);
    return found && disclose(grant, found);
  },
});

/** A page of the registry of clients, ascending by name. */
export const clients: Command<PageRequest, Page<ClientStanding>> = command({
  name: "clients",
  action: "client.administer",
  target: () => null,
  async run(grant, { first, after }) {
    const found = await grant.proposals.clientsAfter(after, first + 1);
    for (const client of found.slice(0, first)) await disclose(grant, client);
    return { rows: found.slice(0, first), hasNextPage: found.length > first };
  },
});
