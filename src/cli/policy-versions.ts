import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DoorError } from "./door.ts";
import type { Door } from "./door.ts";
import { policyFolder } from "./policy-check.ts";
import { approve, proposalOf, proposalsOf, propose, withdraw } from "./proposals.ts";
import type { Proposal } from "./proposals.ts";
import { EXIT, UsageError } from "./usage.ts";

interface Version {
  readonly documentsSha384: string;
  readonly policyVersionId: string;
  readonly registerVersion: string;
  readonly keptAt: string;
  readonly state: string;
  readonly steps: readonly {
    readonly step: string;
    readonly at: string;
    readonly requestedBy: string;
    readonly approvedBy: string;
  }[];
  readonly documents?: readonly { readonly path: string; readonly text: string }[] | null;
}

const VERSION = "documentsSha384 policyVersionId registerVersion keptAt state steps { step at requestedBy approvedBy }";

const KIND = "policy.activate";

const write = (text: string): void => void process.stdout.write(`${text}\n`);
const short = (hash: string): string => hash.replace(/^sha384:/, "").slice(0, 12);

/** The hash of the policy that a proposal is about. */
const documentsOf = ({ content }: Pick<Proposal, "content">): string =>
  (JSON.parse(content) as { act: { documents: string } }).act.documents;

async function versions(door: Door): Promise<readonly Version[]> {
  const { policyVersions } = await door.ask(`{ policyVersions(first: 100) { ${VERSION} } }`);
  if (!policyVersions)
    throw new DoorError(EXIT.failed, "not found: policies are read by security and compliance officers");
  return policyVersions as readonly Version[];
}

/** The whole hash of the kept policy that a word names: "active", or the beginning of its hash. Throws UsageError. */
export async function hashOf(door: Door, word: string): Promise<string> {
  const all = await versions(door);
  const found =
    word === "active"
      ? all.filter(({ state }) => state === "in force")
      : all.filter(({ documentsSha384 }) => word.length >= 6 && documentsSha384.startsWith(word));
  const [only] = found;
  if (!only || found.length > 1)
    throw new UsageError(`${word} names ${found.length === 0 ? "no" : "more than one"} kept policy`);
  return only.documentsSha384;
}

/** Whether a word can be the beginning of a hash, or names what is in force; anything else is a folder. */
export const isVersion = (word: string): boolean => word === "active" || /^[0-9a-f]{6,96}$/.test(word);

/** The policy that a word names as the schema takes it: "active", the beginning of a hash, or a folder. */
export async function sideOf(door: Door, word: string): Promise<object> {
  if (word === "active") return {};
  if (isVersion(word)) return { documentsSha384: await hashOf(door, word) };
  const documents = policyFolder(resolve(word));
  return { documents: Object.entries(documents).map(([path, text]) => ({ path, text })) };
}

/** `caveat policy list`. */
export async function listVersions(door: Door, json: boolean): Promise<void> {
  const all = await versions(door);
  if (json) return write(JSON.stringify(all));
  write("policy        rules         register      state      since");
  for (const one of all) {
    const since = one.steps.at(-1)?.at ?? one.keptAt;
    write(
      `${short(one.documentsSha384)}  ${short(one.policyVersionId)}  ${short(one.registerVersion)}  ${one.state.padEnd(9)}  ${since}`,
    );
    for (const { step, at, requestedBy, approvedBy } of one.steps)
      write(`              ${step} ${at}, requested by ${requestedBy}, approved by ${approvedBy}`);
  }
}

/** `caveat policy show VERSION [--to FOLDER]`: lists its documents, or writes them below a new folder. */
export async function showVersion(door: Door, word: string, to: string | undefined, json: boolean): Promise<void> {
  const sha384 = await hashOf(door, word);
  const { policyVersion } = await door.ask(
    `query ($sha384: String!) { policyVersion(documentsSha384: $sha384) { ${VERSION} documents { path text } } }`,
    { sha384 },
  );
  const found = policyVersion as Version | null;
  if (!found) throw new DoorError(EXIT.failed, "not found");
  if (json) return write(JSON.stringify(found));
  write(`policy    ${found.documentsSha384}`);
  write(`rules     ${found.policyVersionId}`);
  write(`register  ${found.registerVersion}`);
  write(`state     ${found.state}`);
  for (const { path, text } of found.documents ?? []) {
    if (to !== undefined) {
      const file = join(resolve(to), path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { flag: "wx" });
    }
    write(`  ${path.padEnd(32)} ${text.length} characters`);
  }
  if (to !== undefined) write(`Written below ${resolve(to)}`);
}

/** `caveat policy propose FOLDER|VERSION`. */
export async function proposePolicy(door: Door, word: string, json: boolean): Promise<void> {
  const side = isVersion(word)
    ? { documentsSha384: await hashOf(door, word) }
    : { documents: Object.entries(policyFolder(resolve(word))).map(([path, text]) => ({ path, text })) };
  const proposal = await propose(door, "policyActivatePropose", "PolicyActivateProposeInput", side);
  if (json) return write(JSON.stringify(proposal));
  const documents = documentsOf(proposal);
  write(`Proposed: ${proposal.id}`);
  write(`  content  ${proposal.contentSha384}`);
  write(`  policy   ${documents}`);
  write(`  expires  ${proposal.expiresAt}`);
  write("");
  write("Another security officer looks at what it changes and approves exactly this content:");
  write(`  caveat policy diff active ${short(documents)}`);
  write(`  caveat policy approve ${proposal.id} --hash ${proposal.contentSha384}`);
}

/** `caveat policy proposals`. */
export async function listProposals(door: Door, json: boolean): Promise<void> {
  for await (const one of proposalsOf(door, KIND)) {
    if (json) {
      write(JSON.stringify(one));
      continue;
    }
    write(`${one.id}  ${one.state.padEnd(9)}  policy ${short(documentsOf(one))}  expires ${one.expiresAt}`);
    write(`  content ${one.contentSha384}`);
  }
}

/** `caveat policy approve PROPOSAL --hash HASH`. */
export async function approvePolicy(door: Door, id: string, hash: string, json: boolean): Promise<void> {
  await approve(door, KIND, id, hash);
  // What came into force is read by a request of its own.
  const all = await versions(door);
  const documents = documentsOf(await proposalOf(door, id, [KIND]));
  const made = all.find(({ documentsSha384 }) => documentsSha384 === documents);
  if (json) return write(JSON.stringify(made ?? null));
  write(`Approved. Policy ${short(made?.documentsSha384 ?? "")} is ${made?.state ?? "unknown"}.`);
  if (made?.state === "scheduled")
    write(
      "Its row rules are others than those in the database: it comes into force when the server starts anew with it\n(CAVEAT_POLICIES=FOLDER with these documents, or CAVEAT_POLICIES=activated).",
    );
}

/** `caveat policy withdraw PROPOSAL`. */
export async function withdrawPolicy(door: Door, id: string): Promise<void> {
  await withdraw(door, KIND, id);
  write("Withdrawn.");
}
