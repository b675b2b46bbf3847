import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { effectiveOf, markingFromText, parseRegister, readListDemand, underLists } from "../../src/markings/index.ts";
import type { Effective, ListDemand, Register } from "../../src/markings/index.ts";
import { STATES } from "../../src/policy/facts.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { readPolicyFiles } from "../../src/policy/generate-row-security.ts";
import type { PolicyFile } from "../../src/policy/load.ts";
import { parseProfile } from "../../src/policy/profile.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import { parseStrictJson } from "../../src/policy/strict-json.ts";

const POLICIES = new URL("../../policies/", import.meta.url);

/** The rule files as shipped. */
export const ruleFiles: readonly PolicyFile[] = readPolicyFiles(fileURLToPath(new URL("rules/", POLICIES)));

/** The markings register as shipped. */
export const register: Register = parseRegister(
  {
    register: json("markings/register.json"),
    countries: json("markings/countries.json"),
    tetragraphs: json("markings/tetragraphs.json"),
    cui: json("markings/cui.json"),
  },
  "register-under-test",
);

/** Profiles of the tables by name. */
export const profiles: ReadonlyMap<string, AccessProfile> = new Map(
  Object.entries(json("tables/profiles.json") as object).map(([name, value]) => [name, parseProfile(value)]),
);

type MarkingEntry = string | { readonly marking: string; readonly lists: readonly string[] };
const markingEntries = Object.entries(json("tables/markings.json") as Record<string, MarkingEntry>);

/** Marking texts of the tables by name. */
export const markingTexts: ReadonlyMap<string, string> = new Map(
  markingEntries.map(([name, entry]) => [name, typeof entry === "string" ? entry : entry.marking]),
);

/** The lists that the markings of the tables stand under, by name. */
export const markingLists: ReadonlyMap<string, readonly string[]> = new Map(
  markingEntries.map(([name, entry]) => [name, typeof entry === "string" ? [] : entry.lists]),
);

/** Effective markings of the tables by name. */
export const markings: ReadonlyMap<string, Effective> = new Map(
  [...markingTexts].map(([name, text]) => [name, listed(effective(text), markingLists.get(name) ?? [])]),
);

/** The marking under these lists ('OC:alpha', 'NTK:alpha|beta'); throws when one cannot stand behind it. */
export function listed(object: Effective, lists: readonly string[]): Effective {
  const demands = lists.map((text): ListDemand => {
    const demand = readListDemand(text);
    if (!demand) throw new Error(text);
    return demand;
  });
  const made = underLists(object, demands);
  if (!made) throw new Error(lists.join());
  return made;
}

/** The effective marking that a text stands for; throws when the register refuses it. */
export function effective(text: string): Effective {
  const read = markingFromText(text, register);
  if (!read.ok) throw new Error(`${text}: ${read.code}`);
  return effectiveOf(read.marking, register);
}

/** One expected decision with every '*' and '|' of its row written out. */
export interface TableCase {
  readonly row: string;
  readonly action: string;
  readonly profile: string;
  readonly marking: string;
  readonly facts: Facts;
  readonly expect: string;
  readonly paragraph: string;
}

/** Every case of every table. */
export function tableCases(): readonly TableCase[] {
  const files = readdirSync(new URL("tables/", POLICIES)).filter((name) => name.endsWith(".csv"));
  return files.toSorted().flatMap((name) => {
    const [head, ...lines] = readFileSync(new URL(`tables/${name}`, POLICIES), "utf8")
      .trimEnd()
      .split("\n");
    if (head !== "action,profile,marking,member,assigned,owner,state,expect,paragraph")
      throw new Error(`${name}: head`);
    return lines.flatMap((line, index) => expand(line, `${name}:${index + 2}`));
  });
}

function expand(line: string, at: string): TableCase[] {
  const cells = line.split(",");
  const [
    action = "",
    who = "",
    what = "",
    member = "",
    assigned = "",
    owner = "",
    state = "",
    expect = "",
    paragraph = "",
  ] = cells;
  if (cells.length !== 9 || !action.startsWith(`${at.slice(0, at.indexOf("."))}.`)) throw new Error(`${at}: cells`);
  const of = { row: `${at} ${line}`, action, expect, paragraph };
  return who.split("|").flatMap((profile) =>
    what.split("|").flatMap((marking) =>
      factsOf(flags(member), flags(assigned), flags(owner), state === "*" ? STATES : state.split("|")).map((facts) => ({
        ...of,
        profile,
        marking,
        facts,
      })),
    ),
  );
}

/** Every combination of the given values. */
export function factsOf(
  members: readonly boolean[],
  assigned: readonly boolean[],
  owners: readonly boolean[],
  states: readonly string[],
): readonly Facts[] {
  return members.flatMap((member) =>
    assigned.flatMap((a) => owners.flatMap((owner) => states.map((state) => ({ member, assigned: a, owner, state })))),
  );
}

function flags(cell: string): readonly boolean[] {
  if (cell === "*") return [true, false];
  if (cell !== "yes" && cell !== "no") throw new Error(`fact ${cell}`);
  return [cell === "yes"];
}

function json(path: string): unknown {
  return parseStrictJson(readFileSync(new URL(path, POLICIES), "utf8"));
}
