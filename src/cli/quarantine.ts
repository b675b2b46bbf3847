import { doorCommand, say, sayJson } from "./door-command.ts";
import type { Call } from "./door-command.ts";
import { allNodes } from "./door.ts";
import type { Door } from "./door.ts";

const TEXTS = ["classification", "system", "codewords", "handling", "release", "text"] as const;
/** The names of these fields in the standard. */
const FIELDS = {
  classification: "CLAS",
  system: "CLSY",
  codewords: "CODE",
  handling: "CTLH",
  release: "REL",
  text: "CLTX",
};

interface Group extends Readonly<Record<(typeof TEXTS)[number], string>> {
  readonly places: readonly string[];
  readonly more: boolean;
  readonly findings: readonly string[];
}

interface Waiting {
  readonly id: string;
  readonly title: string;
  readonly marking: { readonly banner: string };
  readonly dataset: { readonly name: string } | null;
  readonly quarantine: {
    readonly findings: readonly string[];
    readonly receivedAt: string;
    readonly declared: string | null;
    readonly liftable: boolean;
    readonly reading: { readonly whole: boolean; readonly groups: readonly Group[] } | null;
  } | null;
}

const WAITING = `id title marking { banner } dataset { name } quarantine { findings receivedAt declared liftable
  reading { whole groups { places ${TEXTS.join(" ")} more findings } } }`;
const PAGE = "pageInfo { hasNextPage endCursor }";

/** What waits in all programs of the caller, as far as he may see it. */
async function* waiting(door: Door): AsyncGenerator<Waiting> {
  const programs = `query ($first: Int!, $after: String) { programs(first: $first, after: $after) { edges { node { id } } ${PAGE} } }`;
  const query = `query ($id: ID!, $first: Int!, $after: String) { program(id: $id) {
    quarantined(first: $first, after: $after) { edges { node { ${WAITING} } } ${PAGE} } } }`;
  const within: Door = {
    ...door,
    ask: async (text, variables) => ((await door.ask(text, variables))["program"] ?? {}) as Record<string, unknown>,
  };
  for await (const { id } of allNodes<{ id: string }>(door, "programs", programs, {}))
    yield* allNodes<Waiting>(within, "quarantined", query, { id }, 20);
}

function sayGroup({ places, more, findings, ...texts }: Group): void {
  const said = TEXTS.flatMap((name) => (texts[name] === "" ? [] : [`${FIELDS[name]} ${texts[name]}`]));
  const all = [...said, ...(more ? ["and other fields"] : [])].join("; ") || "blank";
  say(`  ${places.join(", ")}: ${all}${findings.length > 0 ? `  [${findings.join(", ")}]` : ""}`);
}

function sayWaiting({ id, title, marking, dataset, quarantine }: Waiting): void {
  // Somebody lifted it between the list and this.
  if (!quarantine) return;
  const { findings, receivedAt, declared, liftable, reading } = quarantine;
  say(`${id}  ${marking.banner}  received ${receivedAt}`);
  say(`  ${dataset?.name ?? "a dataset that is not shown"}: ${title}`);
  say(`  ${declared === null ? "" : `declared ${declared}; `}waits because: ${findings.join(", ")}`);
  for (const group of reading?.groups ?? []) sayGroup(group);
  if (reading?.whole === false) say("  and more segments, which are not kept");
  say(liftable ? "  you may lift it" : "  not for you to lift");
}

async function list({ door, json }: Call): Promise<void> {
  let none = true;
  for await (const one of waiting(door)) {
    none = false;
    if (json) sayJson(one);
    else sayWaiting(one);
  }
  if (none && !json) say("Nothing that you may see waits in quarantine.");
}

async function lift({ door, get, json }: Call): Promise<void> {
  const input = { assetId: get("ASSET"), marking: get("MARKING"), reason: get("reason") };
  const { asset } = await door.act(
    "assetQuarantineLift",
    "AssetQuarantineLiftInput",
    input,
    "asset { id marking { banner } }",
  );
  const lifted = asset as { readonly id: string; readonly marking: { readonly banner: string } } | null;
  if (json) return sayJson(lifted ?? { id: input.assetId });
  say(`Lifted${lifted ? ` at ${lifted.marking.banner}` : ""}: it is an image like any other.`);
}

/** `caveat quarantine`: files whose own marking was not taken at its word. */
export const quarantineCommand = doorCommand({
  name: "quarantine",
  summary: "lists and lifts files whose own marking was not taken at its word",
  verbs: {
    list: {
      words: [],
      does: "images that wait: why, what the file says segment by segment, and whether the caller may lift them",
      who: "sam",
      run: list,
    },
    lift: {
      words: ["ASSET", "MARKING"],
      needs: { reason: "TEXT" },
      does: "states the marking of an image that waits, and lets it out; where it is higher, raises it first",
      who: "sam",
      run: lift,
    },
  },
  notes: `The marking is at least the one that the image stands at, which is at least what could be read of its file. Nobody lifts
what he declared or sent in himself: it takes a second steward. What the file says is shown to stewards alone, because a word
that nobody knows may itself be restricted.

Example:
  caveat quarantine list
  caveat quarantine lift YXNzZXQ6... 'SECRET//NOFORN' --reason 'its cover sheet says so' --as rita`,
});
