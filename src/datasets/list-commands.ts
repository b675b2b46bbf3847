import { randomUUID } from "node:crypto";
import { CaveatError } from "../errors.ts";
import { LIST_KINDS } from "../markings/index.ts";
import type { ListKind } from "../markings/index.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import { isId } from "../policy/target.ts";
import type { DistributionListRow, Page, PageRequest } from "../storage/ports.ts";
import type { Made } from "./commands.ts";

const AGENCY = /^(?:[A-Z]{3}\.)?[A-Z0-9][A-Z0-9._-]{0,63}$/;
const NAMES = 100;
/** Each list gives everybody whom it names another profile, and each profile is decided about for every marking. */
const LISTS_AN_HOUR = 20;

/** Input of a new list. Kind, codes and ids come from the caller. */
export interface CreateListInput {
  readonly kind: string;
  /** Codes of organisations, as in duty organisations. */
  readonly agencies: readonly string[];
  readonly persons: readonly string[];
}

function namesOf(texts: readonly string[], isName: (text: string) => boolean, path: string): readonly string[] {
  const names = [...new Set(texts)].toSorted();
  if (names.length !== texts.length || names.length > NAMES || !names.every(isName))
    throw new UserError("INVALID_INPUT", "at most 100 different names in their right form", [path]);
  return names;
}

function kindOf(text: string): ListKind {
  const kind = LIST_KINDS.find((known) => known === text);
  if (!kind) throw new UserError("INVALID_INPUT", `one of ${LIST_KINDS.join(", ")}`, ["kind"]);
  return kind;
}

/**
 * Makes a list of readers (standards B.1 #9 to #11), once and for all: EXDIS lists name agencies, NODIS lists persons. Whether
 * an agency or a person of that name exists is not looked up, and so not told.
 */
export const createList: Command<CreateListInput, Made> = command({
  name: "distributionListCreate",
  action: "list.create",
  target: () => null,
  async run(grant, input) {
    const kind = kindOf(input.kind);
    const agencies = namesOf(input.agencies, (text) => AGENCY.test(text), "agencies");
    const persons = namesOf(input.persons, isId, "personIds");
    if (agencies.length + persons.length === 0) throw new UserError("INVALID_INPUT", "a list names somebody");
    if (kind === "XD" && persons.length > 0)
      throw new UserError("INVALID_INPUT", "EXDIS is for agencies", ["personIds"]);
    if (kind === "ND" && agencies.length > 0)
      throw new UserError("INVALID_INPUT", "NODIS is for persons", ["agencies"]);
    const { personId } = grant.principal;
    const now = grant.now();
    if ((await grant.lists.madeSince(personId, new Date(now.getTime() - 3_600_000))) >= LISTS_AN_HOUR)
      throw new CaveatError("BUSY", "too many lists");
    const list = { id: randomUUID(), kind, makerId: personId, agencies, persons };
    await grant.noteList(list);
    await grant.lists.insert(list, now);
    return { id: list.id };
  },
});

/** The lists that name the caller or that he made, in the order of their ids. */
export const distributionLists: Command<PageRequest, Page<DistributionListRow>> = command({
  name: "distributionLists",
  action: "list.read",
  target: () => null,
  async run(grant, page) {
    const found = await grant.lists.page(page);
    found.rows.forEach((list) => grant.requireKnown(list));
    return found;
  },
});

/** A list by id; null when there is none or the caller may not know of it. */
export const distributionList: Command<{ readonly id: string }, DistributionListRow | null> = command({
  name: "distributionList",
  action: "list.read",
  target: () => null,
  async run(grant, { id }) {
    const [list] = isId(id) ? await grant.lists.byIds([id]) : [];
    if (list) grant.requireKnown(list);
    return list ?? null;
  },
});
