import type { ProposalKind } from "../administration/proposal-kind.ts";
import { globalId } from "../transport/global-id.ts";
import type { IdNoun } from "../transport/global-id.ts";
import type { Door } from "./door.ts";
import { say, sayJson } from "./door-command.ts";
import type { Call } from "./door-command.ts";
import { nameOf } from "./people.ts";
import { propose } from "./proposals.ts";
import type { Proposal } from "./proposals.ts";

type Act = Readonly<Record<string, unknown>>;

const text = (act: Act, member: string): string => {
  const value = act[member];
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** What each kind of act does, in the order of its words. */
const SENTENCES: Readonly<Record<ProposalKind, (act: Act, who: string) => string>> = {
  "clearance.grant": (act, who) =>
    `${who} gets clearance ${text(act, "level")}, issued by ${text(act, "issuer")}, until ${text(act, "expiresAt")}, in the place of any other`,
  "readon.grant": (act, who) => `${who} is read on for ${text(act, "token")}`,
  "membership.grant": (act, who) => `${who} is read into program ${globalId("program", text(act, "program"))}`,
  "role.grant": (act, who) => `${who} gets the role ${text(act, "role")}`,
  "person.restore": (_, who) => `${who} is suspended no more`,
  "authority.grant": (act, who) => `${who} gets the authority ${text(act, "authority")} for ${text(act, "scope")}`,
  "client.approve": (act) =>
    `client ${text(act, "client")} (${text(act, "name")}) is approved up to ${text(act, "ceiling")}, on a network up to ${text(act, "networkCeiling")}, on a device that is ${act["deviceAttested"] === true ? "" : "not "}attested`,
  "policy.activate": (act) => `policy ${text(act, "documents")} comes into force`,
  "marking.lower": (act) => `${moved(act)} is lowered from ${text(act, "fromBanner")} to ${text(act, "toBanner")}`,
  "marking.widen": (act) => `${moved(act)} is widened from ${text(act, "fromBanner")} to ${text(act, "toBanner")}`,
  "compilation.remove": (act) =>
    `${moved(act)} of dataset ${globalId("dataset", text(act, "dataset"))}, which makes it ${text(act, "fromBanner")} as a whole, is taken away`,
  "section.erase": (act, who) =>
    `what the log holds of the own requests of ${who} in ${listed(act, "months")} is erased for good, in sections marked ${listed(act, "markings")} (${(act["keys"] as readonly string[]).length} keys), on the authority of: ${text(act, "authority")}`,
};

const listed = (act: Act, member: string): string => (act[member] as readonly string[]).join(", ");

const moved = (act: Act): string => `${text(act, "noun")} ${globalId(text(act, "noun") as IdNoun, text(act, "id"))}`;

/** What a proposal would do, in a sentence. People are named as far as the caller may see them. */
async function sentenceOf(door: Door, { kind, content }: Proposal): Promise<string> {
  const { act } = JSON.parse(content) as { act: Act };
  const person = act["person"];
  const who = typeof person === "string" ? await nameOf(door, globalId("person", person)) : "";
  const reason = act["reason"] === undefined ? "" : `, because: ${text(act, "reason")}`;
  return SENTENCES[kind](act, who) + reason;
}

/** Writes what a proposal would do and the very content that its hash is of. */
export async function sayProposal(door: Door, proposal: Proposal): Promise<void> {
  say(`Proposal ${proposal.id}, ${proposal.state}`);
  say(`  what     ${await sentenceOf(door, proposal)}`);
  say(`  content  ${proposal.content}`);
  say(`  sha384   ${proposal.contentSha384}`);
  say(`  asked    ${proposal.requestedAt}, by ${await nameOf(door, proposal.requesterId)}`);
  if (proposal.approverId) say(`  approved by ${await nameOf(door, proposal.approverId)}`);
  say(`  expires  ${proposal.expiresAt}`);
}

/** Asks for an act of two people and writes what somebody else is to approve. */
export async function proposeAndSay(call: Call, field: string, inputType: string, input: object): Promise<void> {
  const made = await propose(call.door, field, inputType, input);
  if (call.json) return sayJson(made);
  await sayProposal(call.door, made);
  say("Nothing has changed yet. Somebody else approves exactly this content:");
  say(`  caveat proposal approve ${made.id} --hash ${made.contentSha384}`);
}
