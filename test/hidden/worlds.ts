import type { Level } from "../../src/markings/index.ts";
import { globalId } from "../../src/transport/global-id.ts";
import type { IdNoun } from "../../src/transport/global-id.ts";
import { addHidden, loadCommon } from "../access/two-worlds.ts";
import type { Common } from "../access/two-worlds.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import type { HttpAnswer } from "../server/http.ts";
import { serve } from "./serving.ts";
import type { ServeOptions, Serving } from "./serving.ts";

/** One world: a house behind HTTP. */
export interface World {
  readonly house: TestHouse;
  readonly server: Serving;
}

/** Two worlds that were copied from one; only the first holds rows that are hidden from a SECRET session. */
export interface Worlds {
  readonly high: World;
  readonly low: World;
  readonly common: Common;
  /** Ids of what only the first holds, by no noun. */
  readonly hidden: readonly string[];
  close(): Promise<void>;
}

/** What a test's worlds hold beside, and how they are served. */
export interface Beside extends Omit<ServeOptions, "clock"> {
  /** Loads what both hold. */
  readonly common?: (house: TestHouse, common: Common) => Promise<void>;
  /** Adds what only the first holds, hidden from a SECRET session like all else there. */
  readonly hidden?: (house: TestHouse, common: Common) => Promise<void>;
  /** Whether the clock runs. One that stands still is behind the database's: after five minutes nothing is let through its gate. */
  readonly runs?: boolean;
}

/** Opens both worlds (about four seconds). One clock stands still in both, unless it is to run. */
export async function openWorlds({
  common: more,
  hidden: above,
  runs = false,
  ...options
}: Beside = {}): Promise<Worlds> {
  const now = new Date();
  const clock = (): Date => (runs ? new Date() : now);
  const base = await openTestHouse({ clock });
  const common = await loadCommon(base);
  await more?.(base, common);
  await base.close();
  const [high, low] = [await openTestHouse({ clock, from: base }), await openTestHouse({ clock, from: base })];
  const hidden = await addHidden(high, common);
  await above?.(high, common);
  const worlds = [
    { house: high, server: await serve(high, { ...options, clock }) },
    { house: low, server: await serve(low, { ...options, clock }) },
  ] as const;
  return {
    high: worlds[0],
    low: worlds[1],
    common,
    hidden,
    close: async () => {
      for (const { server } of worlds) await server.close();
      for (const house of [high, low, base]) await house.remove();
    },
  };
}

/** Everything of an answer that reaches the caller but the date. */
export function wire({ status, headers, body }: HttpAnswer): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const text = /[^\n\r\t -~]/.test(body.toString("latin1")) ? body.toString("base64") : body.toString();
  return [String(status), ...lines, "", text].join("\n");
}

const GLOBAL = /[A-Za-z0-9_-]{40,70}={0,2}/g;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/**
 * Renames what is random (ids, cursors, receipts, tokens of views, names and keys of copies) by order of appearance; each has one length, so that nothing hides in it.
 * That is the whole list of what two equal answers may differ in.
 */
export function renamed(texts: readonly string[]): string[] {
  const names = new Map<string, string>();
  const name = (kind: string, value: string): string => {
    if (!names.has(value)) names.set(value, `<${kind}${names.size}>`);
    return names.get(value) ?? "";
  };
  const receipt = /(?<="receipt":"|caveat-receipt: )[0-9a-f]{32}/g;
  const cursor = /(?<="(?:cursor|endCursor|after)":")[A-Za-z0-9_-]{123}(?=")/g;
  const view = /(?<="view":"|\/views\/)[A-Za-z0-9_-]{120}(?=["/])/g;
  const copyName = /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{108}(?![A-Za-z0-9_-])/g;
  const copyKey = /(?<="key":")[A-Za-z0-9_-]{43}(?=")/g;
  return texts.map((text) =>
    text
      .replaceAll(copyName, (value) => name("copy", value))
      .replaceAll(copyKey, (value) => name("key", value))
      .replaceAll(view, (value) => name("view", value))
      .replaceAll(receipt, (value) => name("receipt", value))
      .replaceAll(cursor, (value) => name("cursor", value))
      .replaceAll(GLOBAL, (value) => {
        const plain = Buffer.from(value, "base64url").toString("latin1");
        const id = UUID.exec(plain)?.[0];
        return id !== undefined && /^[a-zA-Z]+:/.test(plain) ? `${plain.split(":")[0]}:${name("id", id)}` : value;
      })
      .replaceAll(new RegExp(UUID, "g"), (value) => name("id", value)),
  );
}

/** What somebody does; the answers in order. Only what both worlds hold, or ids from outside, may be named in it. */
export type Script = (world: World, token: string) => Promise<readonly HttpAnswer[]>;

/** What a person is told in one world. */
export async function told(world: World, handle: string, level: Level, script: Script): Promise<string[]> {
  return renamed((await script(world, await world.server.token(handle, level))).map(wire));
}

/** The same script in both worlds. */
export async function inBoth(
  { high, low }: Worlds,
  handle: string,
  level: Level,
  script: Script,
): Promise<readonly [high: string[], low: string[]]> {
  return [await told(high, handle, level, script), await told(low, handle, level, script)];
}

/** Asks one question of GraphQL. */
export function ask(query: string, variables?: object): Script {
  return async ({ server }, token) => [await server.graphql(token, query, variables)];
}

/** One script after another. */
export function each(scripts: readonly Script[]): Script {
  return async (world, token) => {
    const answers: HttpAnswer[] = [];
    for (const script of scripts) answers.push(...(await script(world, token)));
    return answers;
  };
}

/** An id as callers have it. */
export const gid = (noun: IdNoun, id: string): string => globalId(noun, id);

const MARKING = "marking { banner portion }";
const REVISION = `id kind ordinal shape attributes score authorId createdAt ${MARKING} class { id key name shapes attributes ${MARKING} }`;
const LABEL = `id origin state standing judgedBy judgedAt handedIn { id } takenFrom { id } createdAt authorId ${MARKING} latest { ${REVISION} } revisions(first: 20) { ${REVISION} }
  reviews(first: 20) { id comment verdict reviewerId revisionId createdAt ${MARKING} }`;
const PAGE = "pageInfo { hasNextPage endCursor }";
const ASSET = `id title mediaType width height displayUrl createdAt ${MARKING}`;

const TASK = `id stage round priority createdAt ${MARKING} asset { id } lease { epoch stage lastsUntil }
  draft { body createdAt ${MARKING} }
  acts(first: 8) { id kind stage round comment activeMs createdAt personId guidelineId chosenId keptIds pins { x y text } ${MARKING} labels(first: 5) { id } }
  opinions { id labels(first: 5) { id } } opinionsSha384 sentBack { id } earlier { id labels(first: 5) { id } }
  preLabels(first: 5) { id latest { score } }`;

/** Everything that can be asked about an object by its id. */
export const NODE_QUESTION = `query($id: ID!) { node(id: $id) { __typename id
  ... on Program { name ${MARKING} }
  ... on Dataset { name ${MARKING} assetCount labelCount contentMarking createdAt
    compilations { id reason ${MARKING} }
    compilationRules { id reason atLeast windowHours createdAt reachedBy class { id } wholeMarking { banner } ${MARKING} }
    ontologyVersion { id version ${MARKING} classes { id key name ${MARKING} } }
    projects(first: 10) { edges { cursor node { id name progress { tasks } } } ${PAGE} }
    assets(first: 5) { edges { cursor node { ${ASSET} labels(first: 5) { edges { cursor node { ${LABEL} } } ${PAGE} } } } ${PAGE} }
    labels(first: 5) { edges { cursor node { id state ${MARKING} asset { id } } } ${PAGE} } }
  ... on Ontology { name ${MARKING} versions(first: 10) { id version ${MARKING} classes { id key name attributes shapes ${MARKING} } } }
  ... on Asset { ${ASSET} dataset { id name assetCount labelCount } labels(first: 10) { edges { cursor node { ${LABEL} } } ${PAGE} } }
  ... on Label { ${LABEL} asset { ${ASSET} } }
  ... on Delivery { purpose deliveryState: state manifest manifestSha384 packageUrl requesterId requestedAt ${MARKING}
    holds { id liftedBy ${MARKING} } approvals { approverId approvedAt } recipient { id name } }
} viewer { handle sessionLevel } }`;

/** Everything that can be asked about a project and a task by their ids. */
export const WORK_QUESTION = `query($project: ID!, $task: ID!) {
  project(id: $project) { id name opinions reviewed leaseSeconds skipLimit createdAt ${MARKING} dataset { id }
    ontologyVersion { id } guidelines(first: 20) { id version body authorId createdAt ${MARKING} }
    progress { tasks toLabel beingLabeled toJudge beingJudged done setAside }
    work(days: 3) { at waiting { stage tasks since } people { handle handedIn refused waiting putBack judged activeMs } days { day handedIn judged sentBack }
      held { handle stage since lastsUntil taskId asset { id title } } }
    tasks(first: 8) { edges { cursor node { ${TASK} } } ${PAGE} } }
  task(id: $task) { ${TASK} project { id name } } }`;

/** Everything that can be asked without an id. */
export const AROUND = `{ viewer { id handle sessionLevel }
  programs(first: 10) { edges { cursor node { id name ${MARKING}
    datasets(first: 10) { edges { cursor node { id name assetCount labelCount contentMarking ${MARKING} } } ${PAGE} }
    ontologies(first: 10) { edges { cursor node { id name ${MARKING} } } ${PAGE} }
    deliveries(first: 10) { edges { cursor node { id state purpose ${MARKING} } } ${PAGE} } } } ${PAGE} }
  recipients { id name organization country } }`;
