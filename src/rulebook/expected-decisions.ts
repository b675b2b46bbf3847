import { effectiveOf, markingFromText, readListDemand, underLists } from "../markings/index.ts";
import type { Effective, Register } from "../markings/index.ts";
import type { Action } from "../policy/actions.ts";
import { isAction } from "../policy/actions.ts";
import { closedObject } from "../policy/closed-object.ts";
import type { Facts, Flag } from "../policy/facts.ts";
import { FLAGS, STATES, parseFacts } from "../policy/facts.ts";
import { PolicyError } from "../policy/policy-error.ts";
import { parseProfile } from "../policy/profile.ts";
import type { AccessProfile } from "../policy/profile.ts";
import { parseStrictJson } from "../policy/strict-json.ts";
import type { PolicyDocuments } from "./documents.ts";
import { finding } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** Profiles and markings that the rows of the tables name. */
export interface TableNames {
  readonly profiles: ReadonlyMap<string, AccessProfile>;
  readonly markings: ReadonlyMap<string, Effective>;
}

/** One row of a table: an expected decision for each combination of what its cells list. */
export interface ExpectedRow {
  /** 'tables/label.csv:14'. */
  readonly at: string;
  readonly action: Action;
  readonly profiles: readonly string[];
  readonly markings: readonly string[];
  readonly facts: readonly Facts[];
  readonly expect: "allow" | "deny";
}

const NAMES = { profiles: "tables/profiles.json", markings: "tables/markings.json" } as const;
const HEAD = "action,profile,marking,member,assigned,owner,state,expect,paragraph";

function readNames<T>(documents: PolicyDocuments, path: string, found: Finding[], read: (value: unknown) => T) {
  const names = new Map<string, T>();
  let values: unknown = {};
  try {
    values = parseStrictJson(documents[path] ?? "");
  } catch (error) {
    found.push(finding("table-refused", path, error instanceof PolicyError ? error.message : "not readable"));
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) values = {};
  for (const [name, value] of Object.entries(values as object)) {
    try {
      names.set(name, read(value));
    } catch (error) {
      found.push(finding("table-refused", `${path}: ${name}`, error instanceof Error ? error.message : "refused"));
    }
  }
  return names;
}

/** Reads the profiles and markings that rows may name; what cannot be read is added to `found`. */
export function readTableNames(documents: PolicyDocuments, register: Register, found: Finding[]): TableNames {
  return {
    profiles: readNames(documents, NAMES.profiles, found, parseProfile),
    markings: readNames(documents, NAMES.markings, found, (entry) => readTableMarking(entry, register)),
  };
}

/** A marking of the tables: a text, or {"marking", "lists"} with the lists that it stands under ('OC:alpha'). */
function readTableMarking(entry: unknown, register: Register): Effective {
  const listed = typeof entry === "object" && entry !== null && !Array.isArray(entry);
  const { marking, lists } = listed
    ? closedObject(entry, ["marking", "lists"], "marking")
    : { marking: entry, lists: [] };
  const read = markingFromText(String(marking), register);
  if (!read.ok) throw new Error(`${String(marking)} is refused by the register: ${read.code}, ${read.message}`);
  const demands = Array.isArray(lists) ? lists.map((list) => readListDemand(String(list))) : [null];
  if (!demands.every((demand) => demand !== null)) throw new Error("a list is written OC:name or NTK:name|name");
  const effective = underLists(effectiveOf(read.marking, register), demands);
  if (!effective) throw new Error("the marking has no control that one of its lists stands behind");
  return effective;
}

/** Every combination of the given values of the facts. */
export function factsOf(flags: Readonly<Record<Flag, readonly boolean[]>>, states: readonly string[]): Facts[] {
  let partial: Readonly<Record<string, boolean>>[] = [{}];
  for (const name of FLAGS) partial = partial.flatMap((one) => flags[name].map((value) => ({ ...one, [name]: value })));
  return partial.flatMap((one) => states.map((state) => parseFacts({ ...one, state })));
}

class RowError extends Error {}

function flagCell(cell: string, name: string): readonly boolean[] {
  if (cell === "*") return [true, false];
  if (cell !== "yes" && cell !== "no") throw new RowError(`${name} is yes, no or *`);
  return [cell === "yes"];
}

function readRow(line: string, at: string, names: TableNames, noun: string): ExpectedRow {
  const cells = line.split(",");
  if (cells.length !== 9) throw new RowError(`a row has nine cells, this one has ${cells.length}`);
  const cell = (index: number): string => cells[index] ?? "";
  const action = cell(0);
  if (!isAction(action) || !action.startsWith(`${noun}.`)) throw new RowError(`${action} is no action of ${noun}`);
  const profiles = cell(1).split("|");
  const markings = cell(2).split("|");
  const stray =
    profiles.find((name) => !names.profiles.has(name)) ?? markings.find((name) => !names.markings.has(name));
  if (stray !== undefined) throw new RowError(`${stray} is neither in profiles.json nor in markings.json`);
  const flags = {
    member: flagCell(cell(3), "member"),
    assigned: flagCell(cell(4), "assigned"),
    owner: flagCell(cell(5), "owner"),
  };
  const states = cell(6) === "*" ? STATES : cell(6).split("|");
  const unknown = states.find((state) => !(STATES as readonly string[]).includes(state));
  if (unknown !== undefined) throw new RowError(`${unknown} is no state`);
  const expect = cell(7);
  if (expect !== "allow" && expect !== "deny") throw new RowError("expect is allow or deny");
  if (cell(8).trim().length < 5) throw new RowError("the row cites no paragraph");
  return { at, action, profiles, markings, facts: factsOf(flags, states), expect };
}

/** Reads every row of every table; what cannot be read is added to `found` with its file and line. */
export function readExpectedRows(documents: PolicyDocuments, names: TableNames, found: Finding[]): ExpectedRow[] {
  const rows: ExpectedRow[] = [];
  for (const path of Object.keys(documents).filter((name) => name.startsWith("tables/") && name.endsWith(".csv"))) {
    const noun = path.slice("tables/".length, -".csv".length);
    const [head, ...lines] = (documents[path] ?? "").trimEnd().split("\n");
    if (head !== HEAD) {
      found.push(finding("table-refused", `${path}:1`, `the first line is not ${HEAD}`));
      continue;
    }
    lines.forEach((line, index) => {
      const at = `${path}:${index + 2}`;
      try {
        rows.push(readRow(line, at, names, noun));
      } catch (error) {
        if (!(error instanceof RowError)) throw error;
        found.push(finding("table-refused", at, error.message));
      }
    });
  }
  return rows;
}
