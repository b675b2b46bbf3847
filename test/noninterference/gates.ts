import type { CampaignState } from "./campaign.ts";

/** Least share of the cases in which something must have happened; below it the campaign says little. */
const SHARES: Readonly<Record<string, number>> = {
  rows: 0.2,
  "id high": 0.1,
  "200 refused": 0.05,
  "400 INVALID_REQUEST": 0.05,
  "401 UNAUTHENTICATED": 0.05,
  "404 NOT_FOUND": 0.05,
  "413 TOO_LARGE": 0.05,
  "acts of others in between": 0.05,
};

/** An act that was tried so often has done something at least once. */
const TRIED = 10;

/** Share of the schema's fields of which something must have come back, in a run of all cases. */
const ANSWERED = 0.85;

/**
 * Why a campaign proves less than it seems to: what was not exercised.
 *
 * @param least how often each field must have been asked, and each argument given
 * @param share of the schema's fields of which something must have come back
 */
export function gates({ cases, acts, counts }: CampaignState, least: number, share = ANSWERED): string[] {
  const empty = Object.entries(SHARES)
    .filter(([what, part]) => (counts.cases[what] ?? 0) < part * cases)
    .map(([what, part]) => `${what} in ${counts.cases[what] ?? 0} of ${cases} cases, ${part * 100} % are needed`);
  const fields = Object.entries(counts.fields);
  const unasked = fields
    .filter(([, { asked }]) => asked < least)
    .map(([name, { asked }]) => `${name} was asked ${asked} times, ${least} are needed`);
  const ungiven = Object.entries(counts.inputs)
    .filter(([, given]) => given < least)
    .map(([name, given]) => `${name} was given ${given} times, ${least} are needed`);
  const unanswered = fields.filter(([, { answered }]) => answered === 0).map(([name]) => name);
  const silent =
    unanswered.length > (1 - share) * fields.length
      ? [`${unanswered.length} of ${fields.length} fields were never answered: ${unanswered.join(", ")}`]
      : [];
  const idle = acts.done * 2 < acts.tried ? [`${acts.done} of ${acts.tried} acts did what they should`] : [];
  const vain = Object.entries(counts.acts)
    .filter(([, { tried, done }]) => tried >= TRIED && done === 0)
    .map(([what, { tried }]) => `${what} was tried ${tried} times and never did anything`);
  return [...empty, ...unasked, ...ungiven, ...silent, ...idle, ...vain];
}
