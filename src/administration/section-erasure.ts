import { CaveatError } from "../errors.ts";
import { dominates, joinEffective } from "../markings/index.ts";
import type { Effective } from "../markings/index.ts";
import type { ErasableKey, Plain } from "../policy/audit-port.ts";
import { UserError } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { isId } from "../policy/target.ts";
import type { InternedMarking } from "../storage/ports.ts";
import { NO_SUBJECT } from "./proposal-kind.ts";
import type { ProposalRules } from "./proposal-kind.ts";

const MONTH = /^[0-9]{4}-(?:0[1-9]|1[0-2])$/;
const AUTHORITY = /^[^\p{C}]{1,400}$/u;
const MOST_MONTHS = 120;
const MOST_KEYS = 500;
// As audit.month_over has it: clocks of several processes differ by less.
const AFTER_MONTH_MS = 3_600_000;
const LEVEL_WORDS = { U: "UNCLASSIFIED", R: "CONFIDENTIAL", C: "CONFIDENTIAL", S: "SECRET", TS: "TOP SECRET" } as const;

/** Whose entries are to be erased, of which months, and on what legal basis. All of it comes from the caller. */
export interface SectionEraseInput {
  readonly personId: string;
  /** `2026-09`, in UTC. */
  readonly months: readonly string[];
  /** Banners of the sections that are meant; all that the caller may open when there is none. */
  readonly markings: readonly string[];
  readonly authority: string;
}

interface MarkedKey extends ErasableKey {
  readonly banner: string;
  readonly effective: Effective;
}

function marked(key: ErasableKey): MarkedKey {
  return { ...key, ...(JSON.parse(key.marking) as { banner: string; effective: Effective }) };
}

/** The months, sorted. Throws INVALID_INPUT for none, too many, or one that is not over. */
function monthsOf(months: readonly string[], now: Date): string[] {
  const over = (month: string): boolean => {
    const [year = 0, ordinal = 0] = month.split("-").map(Number);
    return Date.UTC(year, ordinal, 1) + AFTER_MONTH_MS <= now.getTime();
  };
  const distinct = [...new Set(months)].toSorted();
  if (distinct.length === 0 || distinct.length > MOST_MONTHS || !distinct.every((m) => MONTH.test(m) && over(m)))
    throw new UserError("INVALID_INPUT", "months that are over, as 2026-09", ["months"]);
  return distinct;
}

/** The legal basis as it is kept. Throws INVALID_INPUT. */
function authorityOf(text: string): string {
  const authority = text.normalize("NFC").trim();
  if (!AUTHORITY.test(authority)) throw new UserError("INVALID_INPUT", "1 to 400 printable characters", ["authority"]);
  return authority;
}

/** The keys that the caller, as a reader of the log, could open: of others he is told nothing, and they stay. */
async function openableKeys(
  grant: Grant,
  { personId, markings }: SectionEraseInput,
  months: readonly string[],
): Promise<MarkedKey[]> {
  const { office } = grant;
  const facts = { member: false, assigned: false, owner: false, state: "ACTIVE" };
  const keys = isId(personId) ? (await grant.audit.erasableKeys(personId, months)).map(marked) : [];
  const openable = keys.filter(({ effective }) =>
    office.allows(grant.principal.profile, effective, facts, "audit.read"),
  );
  const wanted = new Set(markings.map((text) => text.normalize("NFC").trim()));
  const chosen = openable.filter(({ banner }) => wanted.size === 0 || wanted.has(banner));
  if (chosen.length === 0) throw new UserError("NOT_FOUND", "not found", ["personId"]);
  const left = chosen.filter(({ erased }) => !erased);
  if (left.length === 0) throw new UserError("ALREADY_DONE", "this is erased");
  if (left.length > MOST_KEYS) throw new UserError("INVALID_INPUT", "more than can be erased at once", ["months"]);
  return left;
}

/** A marking that dominates all that these keys seal; the level is printed where none of their banners says it all. */
function joined(grant: Grant, keys: readonly MarkedKey[]): Promise<InternedMarking> {
  const [first, ...rest] = keys;
  if (!first) throw new CaveatError("UNAVAILABLE", "a marking of nothing");
  const effective = rest.map((key) => key.effective).reduce(joinEffective, first.effective);
  const top = keys.find((key) => dominates(key.effective, effective));
  const read = (top && grant.office.read(top.banner)) ?? grant.office.read(`${LEVEL_WORDS[effective.level]}//NOFORN`);
  if (!read) throw new CaveatError("UNAVAILABLE", "no banner for a level");
  return grant.office.intern(read.structure, effective);
}

interface EraseAct {
  readonly person: string;
  readonly months: readonly string[];
  readonly markings: readonly string[];
  readonly authority: string;
  readonly keys: readonly string[];
}

/**
 * Erases what the log holds of a person's own requests in months that are over: the data keys of their sections are
 * destroyed, and with them every text and every salt. Chain, leaves and commitments stay as they are (standards C.1 AU-9(5)).
 * A compliance officer asks, for what he could open; a security officer approves, who dominates it and opens none of it.
 */
export const sectionErasure: ProposalRules<SectionEraseInput> = {
  kind: "section.erase",
  async examine(grant, input) {
    const months = monthsOf(input.months, grant.now());
    const authority = authorityOf(input.authority);
    const keys = await openableKeys(grant, input, months);
    const act: EraseAct & { readonly [member: string]: Plain } = {
      person: input.personId,
      months: [...new Set(keys.map(({ month }) => month))].toSorted(),
      markings: [...new Set(keys.map(({ banner }) => banner))].toSorted(),
      authority,
      keys: keys.map(({ id }) => id).toSorted(),
    };
    return { act, subjectId: input.personId, programId: NO_SUBJECT, marking: await joined(grant, keys) };
  },
  async approving(grant, content, { id, requesterId, marking }) {
    const { person, months, markings, authority, keys } = content as unknown as EraseAct;
    const standing = (await grant.audit.erasableKeys(person, months)).filter(
      (key) => keys.includes(key.id) && !key.erased,
    );
    if (standing.length !== keys.length) throw new UserError("STALE", "what it is about has changed");
    const outcome = {
      proposal: id,
      person,
      months,
      markings,
      authority,
      keys: keys.length,
      sections: await grant.audit.sectionsUnder(person, keys),
      requester: requesterId,
      approver: grant.principal.personId,
    };
    grant.record({ kind: "section.erasure", marking, outcome });
  },
};
