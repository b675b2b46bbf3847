import { query } from "./api.ts";
import type { Answer } from "./api.ts";
import { personLink, shortTime } from "./console-entry.ts";
import { named } from "./console-ids.ts";
import { plainTable } from "./console-rows.ts";
import type { Links } from "./console-view.ts";
import { button, element } from "./dom.ts";
import { BURSTS_FROM } from "./generated/console.ts";
import type { Bursts } from "./generated/console.ts";
import { TEXT } from "./text.ts";

/** From which entry on is looked, and what is a burst: so many objects or refusals within so many seconds. */
const LIMITS = { from: 0, seconds: 300, objects: 500, refusals: 10 };

/** The fields in which limits are set, by name. */
type LimitFields = Readonly<Record<keyof typeof LIMITS, HTMLInputElement>>;

/** Fields for the limits, with what is customary in them. */
export function limitFields(): LimitFields {
  const made = (name: keyof typeof LIMITS): HTMLInputElement =>
    element("input", { id: `burst-${name}`, inputmode: "numeric", value: `${LIMITS[name]}` });
  return { from: made("from"), seconds: made("seconds"), objects: made("objects"), refusals: made("refusals") };
}

/** What stands in the fields; null where one of them is no whole number. */
export function limitsIn(fields: LimitFields): typeof LIMITS | null {
  const read = ({ value }: HTMLInputElement): number => (/^\s*\d{1,9}\s*$/.test(value) ? Number(value) : Number.NaN);
  const { from, seconds, objects, refusals } = fields;
  const limits = { from: read(from), seconds: read(seconds), objects: read(objects), refusals: read(refusals) };
  return Object.values(limits).some(Number.isNaN) ? null : limits;
}

/** Asks for bursts in the stretch that begins at `from`. Throws Refused. */
export async function findBursts(limits: typeof LIMITS): Promise<Answer<Bursts | null>> {
  const { data, marking } = await query(BURSTS_FROM, limits);
  return { data: data.auditBursts, marking };
}

/** Bursts, how far they were looked for, and a way on where the log goes on. */
export function burstNodes(found: Bursts, links: Links, goOn: (from: number) => void): readonly Node[] {
  const { bursts, from, to, next, withheld, erased } = found;
  const { what, who, count, answers, time, indexes, source, state } = TEXT.console;
  const rows = bursts.map((burst) => {
    const person = burst.personId === null ? null : named(burst.personId);
    return [
      burst.kind === "read" ? TEXT.console.bulkRead : TEXT.console.refusalBurst,
      person ? personLink(person, links) : burst.source === null ? state("withheld") : source(burst.source),
      `${burst.count}`,
      `${burst.answers}`,
      `${shortTime(burst.firstAt)} – ${shortTime(burst.lastAt)}`,
      `${burst.fromIndex} – ${burst.toIndex}`,
    ];
  });
  const lines = [
    TEXT.console.looked(from, to),
    ...(withheld > 0 ? [TEXT.console.burstsWithheld(withheld)] : []),
    ...(erased > 0 ? [TEXT.console.burstsErased(erased)] : []),
  ];
  return [
    element(
      "ul",
      { class: "holds" },
      lines.map((line) => element("li", {}, [line])),
    ),
    rows.length === 0
      ? element("p", {}, [TEXT.console.noBursts])
      : plainTable(TEXT.console.bursts, [what, who, count, answers, time, indexes], rows),
    ...(next === null ? [] : [button(TEXT.console.goOnFrom(next), () => goOn(next))]),
  ];
}
