import { readFile } from "node:fs/promises";
import { readConfig } from "../config.ts";
import { globalId, parseGlobalId } from "../transport/global-id.ts";
import type { IdNoun } from "../transport/global-id.ts";
import { demonstrationPeople } from "./token.ts";
import { UsageError } from "./usage.ts";

/** An object as the operator writes it: the id that the interface shows, or NOUN:UUID as the log does. @throws UsageError */
export function objectId(word: string): string {
  const [noun = "", id = ""] = word.split(":");
  const made = globalId(noun as IdNoun, id);
  const found = [word, made].find((text) => parseGlobalId(text));
  if (found === undefined) throw new UsageError(`${word} is no id of an object`);
  return found;
}

/** A person: an id, or in the demonstration the handle of somebody. @throws UsageError */
export async function personId(word: string): Promise<string> {
  const ids = [word, globalId("person", word), globalId("person", word.replace(/^person:/, ""))];
  const found = ids.find((text) => parseGlobalId(text)?.noun === "person");
  if (found !== undefined) return found;
  const config = readConfig();
  const people = config.mode === "demonstration" ? await demonstrationPeople(config.stateFolder) : {};
  const known = Object.hasOwn(people, word) ? people[word] : undefined;
  if (!known) throw new UsageError(`${word} is no id of a person`);
  return globalId("person", known.id);
}

/** The ids of a case: one a line, objects and persons; what begins with # is a note. @throws UsageError */
export async function idsOfCase(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new UsageError(`${path} cannot be read`);
  });
  const lines = text.split("\n").map((line) => line.trim());
  const ids = lines.filter((line) => line !== "" && !line.startsWith("#")).map(objectId);
  if (ids.length === 0) throw new UsageError(`${path} names nothing`);
  return ids;
}

/** A size of the log: a number, or a file that holds a checkpoint of that size. @throws UsageError */
export async function sizeOf(word: string): Promise<number> {
  const text = /^\d+$/.test(word) ? word : ((await readFile(word, "utf8").catch(() => "")).split("\n")[1] ?? "");
  if (!/^\d{1,15}$/.test(text))
    throw new UsageError(`${word} is neither a size of the log nor a file with a checkpoint`);
  return Number(text);
}

/** What the log calls something that the interface shows by its id. */
export function plainId(id: string | null): string {
  const named = id === null ? null : parseGlobalId(id);
  return named ? `${named.noun}:${named.id}` : (id ?? "withheld");
}
