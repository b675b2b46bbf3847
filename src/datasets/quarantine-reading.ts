import type { NitfFileMarking, NitfSecurity } from "../markings/index.ts";
import type { Grant } from "../policy/grant.ts";
import type { Nitf } from "../storage/imagery/nitf/read.ts";
import type { RowOf } from "../storage/tables.ts";

/** What a file says of its marking, as it is kept for whoever decides about it. */
export type Reading = Pick<RowOf<"assetQuarantineReading">, "groups" | "whole">;

type Group = Reading["groups"][number];

/** Groups that differ; a file may have thousands of segments. */
const MOST_GROUPS = 100;
/** Stretches of segments that one group names. */
const MOST_PLACES = 10;

/** The bytes are an attacker's: what no screen shows is kept as a sign that something stood there. */
const shownText = (text: string): string => text.replaceAll(/\p{C}/gu, "\uFFFD");

function shownGroup({ more, ...texts }: NitfSecurity): NitfSecurity {
  const { classification, system, codewords, handling, release, text } = texts;
  return {
    classification: shownText(classification),
    system: shownText(system),
    codewords: shownText(codewords),
    handling: shownText(handling),
    release: shownText(release),
    text: shownText(text),
    more,
  };
}

/** The header, or a kind of segment with the number of its first and last of a stretch; numbers begin at 1 in each kind. */
interface Stretch {
  readonly kind: string;
  readonly first: number;
  last: number;
}

const nameOf = ({ kind, first, last }: Stretch): string =>
  kind === "header" ? kind : `${kind} ${first === last ? first : `${first}-${last}`}`;

/** Segment by segment what a file says: groups that say the same stand once, with all their places. Those with findings first. */
export function readingOf(
  { groups, segments }: Pick<Nitf, "groups" | "segments">,
  { byGroup }: Pick<NitfFileMarking, "byGroup">,
): Reading {
  const found = new Map<string, { readonly group: Omit<Group, "places">; readonly places: Stretch[] }>();
  const counted = new Map<string, number>();
  for (const [at, security] of groups.entries()) {
    const kind = at === 0 ? "header" : (segments[at - 1] ?? "");
    const number = (counted.get(kind) ?? 0) + 1;
    counted.set(kind, number);
    const group = { ...shownGroup(security), findings: byGroup[at] ?? [] };
    const key = JSON.stringify(group);
    const known = found.get(key) ?? { group, places: [] };
    found.set(key, known);
    const before = known.places.at(-1);
    if (before?.kind === kind && before.last === number - 1) before.last = number;
    else known.places.push({ kind, first: number, last: number });
  }
  const all = [...found.values()].toSorted(
    (a, b) => Number(b.group.findings.length > 0) - Number(a.group.findings.length > 0),
  );
  return {
    groups: all
      .slice(0, MOST_GROUPS)
      .map(({ group, places }) => ({ ...group, places: places.slice(0, MOST_PLACES).map(nameOf) })),
    whole: all.length <= MOST_GROUPS && all.every(({ places }) => places.length <= MOST_PLACES),
  };
}

/** What the file of an image in quarantine says; null for whoever does not decide about it. */
export async function readingOfWaiting(grant: Grant, assetId: string): Promise<Reading | null> {
  return grant.read.byId("assetQuarantineReading", assetId, "asset");
}
