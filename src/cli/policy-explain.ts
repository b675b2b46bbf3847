import { DoorError, allNodes } from "./door.ts";
import type { Door } from "./door.ts";
import { personIdOf, summaryOf } from "./people.ts";
import type { PersonSummary } from "./people.ts";
import { EXIT, UsageError } from "./usage.ts";

interface Step {
  readonly action: string;
  readonly marking: { readonly banner: string };
  readonly allowed: boolean;
  readonly reasons: readonly { readonly id: string; readonly sentence: string; readonly authority: string }[];
  readonly obligations: readonly string[];
}

interface PersonView extends PersonSummary {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
}

interface Explanation {
  readonly person: PersonView;
  readonly allowed: boolean;
  readonly steps: readonly Step[];
  readonly facts: {
    readonly member: boolean;
    readonly owner: boolean;
    readonly assigned: boolean;
    readonly state: string;
  };
  readonly policyVersion: string;
  readonly registerVersion: string;
}

interface Reach {
  readonly programId: string;
  readonly datasetId: string | null;
  readonly cells: readonly {
    readonly noun: string;
    readonly marking: { readonly banner: string };
    readonly allowed: boolean;
    readonly steps: readonly Step[];
  }[];
}

const PERSON = "person { id handle displayName country dutyOrganization roles readOns clearance { level } }";
const STEPS = "steps { action marking { banner } allowed obligations reasons { id sentence authority } }";
const EXPLANATION = `${PERSON} allowed ${STEPS} facts { member owner assigned state } policyVersion registerVersion`;
const PAGE = "pageInfo { hasNextPage endCursor }";

/** Nouns by what a global id begins with, so that --action may be left out. */
function readOf(objectId: string): string {
  const noun = /^([a-z]+):/i.exec(Buffer.from(objectId, "base64url").toString("latin1"))?.[1];
  if (noun === undefined) throw new UsageError(`${objectId} is no id of an object`);
  return `${noun}.read`;
}

function stepLines(step: Step): string[] {
  const duties = step.obligations.length > 0 ? `, with ${step.obligations.join(", ")}` : "";
  return [
    `  ${step.allowed ? "allows " : "refuses"} ${step.action} on ${step.marking.banner}${duties}`,
    ...step.reasons.flatMap(({ id, sentence, authority }) => [`      ${id}: ${sentence}`, `          ${authority}`]),
  ];
}

const factWords = ({ member, owner, state }: Explanation["facts"]): string =>
  `${member ? "in the program" : "not in the program"}, ${owner ? "made it" : "did not make it"}, ${state}`;

const write = (lines: readonly string[]): void => void process.stdout.write(`${lines.join("\n")}\n`);

/** What is asked, with the options of the command. */
export interface ExplainOptions {
  readonly action: string | undefined;
  readonly client: string | undefined;
  readonly json: boolean;
}

/** `caveat policy explain PERSON OBJECT`. Returns the exit code: 0 allowed, 1 refused. */
export async function explainWhy(
  door: Door,
  person: string,
  objectId: string,
  options: ExplainOptions,
): Promise<number> {
  const action = options.action ?? readOf(objectId);
  const query = `query ($personId: ID!, $objectId: ID!, $action: String!, $clientId: String) {
    policyExplanation(personId: $personId, objectId: $objectId, action: $action, clientId: $clientId) { ${EXPLANATION} } }`;
  const variables = { personId: await personIdOf(door, person), objectId, action, clientId: options.client ?? null };
  const { policyExplanation } = await door.ask(query, variables);
  const made = policyExplanation as Explanation | null;
  if (!made) throw new DoorError(EXIT.failed, "not found: no such object, action or person, or not for you to see");
  if (options.json) write([JSON.stringify(made)]);
  else
    write([
      `${made.person.displayName} (${made.person.handle}) ${made.allowed ? "may" : "may not"} ${action}.`,
      `  ${summaryOf(made.person)}`,
      `  ${factWords(made.facts)}`,
      "",
      ...made.steps.flatMap(stepLines),
      "",
      `policy ${made.policyVersion}`,
      `register ${made.registerVersion}`,
    ]);
  return made.allowed ? EXIT.done : EXIT.failed;
}

/** `caveat policy explain --who OBJECT`. */
export async function explainWho(door: Door, objectId: string, options: ExplainOptions): Promise<number> {
  const action = options.action ?? readOf(objectId);
  const query = `query ($objectId: ID!, $action: String!, $clientId: String, $first: Int!, $after: String) {
    policyReaders(objectId: $objectId, action: $action, clientId: $clientId, first: $first, after: $after) {
      edges { node { ${EXPLANATION} } } ${PAGE} } }`;
  const may: string[] = [];
  const mayNot: string[] = [];
  const variables = { objectId, action, clientId: options.client ?? null };
  for await (const one of allNodes<Explanation>(door, "policyReaders", query, variables)) {
    if (options.json) {
      write([JSON.stringify(one)]);
      continue;
    }
    const refused = one.steps.filter(({ allowed }) => !allowed).flatMap(({ reasons }) => reasons.map(({ id }) => id));
    const line = `  ${one.person.handle.padEnd(12)} ${summaryOf(one.person)}`;
    if (one.allowed) may.push(line);
    else mayNot.push(`${line}\n      refused by ${[...new Set(refused)].join(", ")}`);
  }
  if (!options.json)
    write([
      `May ${action}:`,
      ...(may.length > 0 ? may : ["  nobody"]),
      "",
      "May not:",
      ...(mayNot.length > 0 ? mayNot : ["  nobody"]),
      "",
      "Of the people that you administer; of others nothing is told.",
    ]);
  return EXIT.done;
}

/** `caveat policy explain --what PERSON`. */
export async function explainWhat(door: Door, person: string, options: ExplainOptions): Promise<number> {
  const query = `query ($personId: ID!, $clientId: String, $first: Int!, $after: String) {
    policyReach(personId: $personId, clientId: $clientId, first: $first, after: $after) {
      edges { node { programId datasetId cells { noun marking { banner } allowed ${STEPS} } } } ${PAGE} } }`;
  const variables = { personId: await personIdOf(door, person), clientId: options.client ?? null };
  for await (const one of allNodes<Reach>(door, "policyReach", query, variables, 20)) {
    if (options.json) {
      write([JSON.stringify(one)]);
      continue;
    }
    write([
      one.datasetId === null ? `program ${one.programId}` : `dataset ${one.datasetId} (program ${one.programId})`,
    ]);
    for (const cell of one.cells) {
      const refused = cell.steps
        .filter(({ allowed }) => !allowed)
        .flatMap(({ reasons }) => reasons.map(({ id }) => id));
      write([
        `  ${cell.allowed ? "reads" : "     "} ${cell.noun.padEnd(9)} ${cell.marking.banner}${cell.allowed ? "" : `  (${[...new Set(refused)].join(", ")})`}`,
      ]);
    }
  }
  if (!options.json)
    write(["", "Of what you may see yourself. What the person made himself may be more, where a rule says so."]);
  return EXIT.done;
}
