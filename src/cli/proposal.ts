import { DoorError } from "./door.ts";
import { doorCommand, say, sayJson } from "./door-command.ts";
import type { Call } from "./door-command.ts";
import { sayProposal } from "./proposal-text.ts";
import { approve, kindsOf, proposalOf, proposalsOf, withdraw } from "./proposals.ts";
import type { Proposal } from "./proposals.ts";
import { EXIT, UsageError } from "./usage.ts";

const HASH = /^[0-9a-f]{96}$/;

const found = (call: Call): Promise<Proposal> =>
  proposalOf(call.door, call.get("PROPOSAL"), kindsOf(call.option("kind")));

const show = async ({ door, json }: Call, proposal: Proposal): Promise<void> =>
  json ? sayJson(proposal) : sayProposal(door, proposal);

async function listProposals(call: Call): Promise<void> {
  for (const kind of kindsOf(call.option("kind")))
    for await (const one of proposalsOf(call.door, kind)) {
      if (call.has("open") && one.state !== "OPEN") continue;
      if (call.json) sayJson(one);
      else {
        say(`${one.id}  ${one.state.padEnd(9)}  ${kind.padEnd(16)}  expires ${one.expiresAt}`);
        say(`  sha384 ${one.contentSha384}`);
      }
    }
}

async function approveProposal(call: Call): Promise<void> {
  const hash = call.get("hash");
  if (!HASH.test(hash)) throw new UsageError("--hash is the whole SHA-384 of the content, 96 characters");
  const proposal = await found(call);
  await show(call, proposal);
  if (proposal.contentSha384 !== hash) throw new DoorError(EXIT.failed, "this is not what is proposed (STALE)");
  await approve(call.door, proposal.kind, proposal.id, hash);
  // By a request of its own: what came into force may have ended what the last one stood on.
  const after = await proposalOf(call.door, proposal.id, [proposal.kind]);
  if (call.json) return sayJson(after);
  say(`Approved: ${after.state}.`);
}

async function withdrawProposal(call: Call): Promise<void> {
  const { id, kind } = await found(call);
  await withdraw(call.door, kind, id);
  const after = await proposalOf(call.door, id, [kind]);
  if (call.json) return sayJson(after);
  say(`Withdrawn: ${after.state}.`);
}

const kind = { kind: "KIND" } as const;

/** `caveat proposal`: whatever two people must agree on. */
export const proposalCommand = doorCommand({
  name: "proposal",
  summary: "list, show, approve and withdraw what two people must agree on",
  verbs: {
    list: {
      words: [],
      may: kind,
      flags: ["open"],
      does: "proposals of every kind or of one; --open: those that can still be approved",
      who: "sofia",
      run: listProposals,
    },
    show: {
      words: ["PROPOSAL"],
      may: kind,
      does: "what would be done, and the content that its hash is of",
      who: "sofia",
      run: async (call) => show(call, await found(call)),
    },
    approve: {
      words: ["PROPOSAL"],
      needs: { hash: "SHA384" },
      may: kind,
      does: "shows the content, refuses where its hash is another, and else approves it: it is done at once",
      who: "silas",
      run: approveProposal,
    },
    withdraw: {
      words: ["PROPOSAL"],
      may: kind,
      does: "ends a proposal that was not approved",
      who: "sofia",
      run: withdrawProposal,
    },
  },
  notes: `Nobody approves what he asked for himself, or what is about himself. A proposal is void when what it is about changes,
and expires. With --json, approve prints the proposal as it was found and as it is then.
KIND is one of these:
${kindsOf(undefined)
  .map((one) => `  ${one}`)
  .join("\n")}

Example:
  caveat proposal list --open
  caveat proposal approve cHJvcG9zYWw6... --hash 59241eaa... --as silas`,
});
