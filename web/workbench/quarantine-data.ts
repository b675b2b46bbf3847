import { nodes, query } from "./api.ts";
import type { Answer } from "./api.ts";
import type { PageEnd } from "./generated/fragments.ts";
import { QUARANTINE_PROGRAMS, QUARANTINE_QUEUE } from "./generated/quarantine.ts";
import type { QuarantineChoice, QuarantineShown, QuarantinedAsset } from "./generated/quarantine.ts";

/** The texts of a security group, in the order in which they are shown. */
export const GROUP_TEXTS = ["classification", "system", "codewords", "handling", "release", "text"] as const;

/** An image that waits. */
export interface Waiting extends QuarantinedAsset {
  readonly quarantine: QuarantineShown;
}

/** A program that can be chosen. */
export type Program = QuarantineChoice["programs"]["edges"][number]["node"];

/** A page of what waits in one program, with the programs that there are. */
export interface Queue {
  readonly programs: readonly Program[];
  readonly waiting: readonly Waiting[];
  readonly pageInfo: PageEnd;
}

const PAGE = 10;
const NOWHERE: PageEnd = { hasNextPage: false, endCursor: null };

/** The programs of whoever asks. Throws Refused. */
export async function programsOf(): Promise<readonly Program[]> {
  return nodes((await query(QUARANTINE_PROGRAMS)).data.programs);
}

/** A page of what waits in a program, and all that is shown beside it, under one banner. Throws Refused. */
export async function queueOf(program: string, after: string | null): Promise<Answer<Queue>> {
  const { data, marking } = await query(QUARANTINE_QUEUE, { program, first: PAGE, after });
  const page = data.program?.quarantined;
  const waiting = page
    ? // One that was lifted while it was asked for does not wait.
      nodes(page).flatMap((one) => (one.quarantine ? [{ ...one, quarantine: one.quarantine }] : []))
    : [];
  return { data: { programs: nodes(data.programs), waiting, pageInfo: page?.pageInfo ?? NOWHERE }, marking };
}
