import { count } from "./count.ts";

const MINUTE_MS = 60_000;
/** How long something waits, in the largest unit of which it has two. */
function age(ms: number): string {
  const minutes = Math.floor(Math.max(ms, 0) / MINUTE_MS);
  if (minutes < 120) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} hours` : `${count(Math.floor(minutes / (24 * 60)))} days`;
}

/** What the lead's desk says. */
export const LEAD = {
  title: "How the work goes",
  project: "Project",
  days: "Days",
  lastDays: (days: number): string => `the last ${days} days`,
  again: "Look again",
  notYours: "There is nothing here that you plan.",
  nothing: "Nobody did anything in these days.",
  nobody: "Nobody has a task just now.",
  done: "Done",
  workflow: (opinions: number, reviewed: boolean): string =>
    opinions > 1
      ? `${opinions} people label each image apart from each other, another chooses.`
      : reviewed
        ? "One person labels each image, another judges it."
        : "One person labels each image; nobody judges it.",
  now: (labeled: number, judged: number): string =>
    `Just now ${count(labeled)} are being labeled and ${count(judged)} judged.`,
  setAside: {
    show: (number: number): string => (number === 1 ? "Show the one set aside" : `Show the ${count(number)} set aside`),
    title: (project: string): string => `Set aside in ${project}`,
    back: "Back to how the work goes",
    none: "None is set aside any more.",
    help: "Put back by as many people as the project allows: nobody is given them until you give them back, in a new round.",
    more: (shown: number, all: number): string => `The first ${count(shown)} of ${count(all)} are shown.`,
    looking: (seen: number): string => `${count(seen)} tasks looked through`,
    why: (portion: string, reason: string, at: string): string =>
      `${portion} ${reason} (${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC)`,
    give: "Give back",
    giveOf: (title: string): string => `Give back: ${title}`,
    given: "Given back to those who label.",
  },
  people: "Who did what",
  peopleHead: [
    "Person",
    "Handed in",
    "Sent back or not chosen",
    "Not judged yet",
    "Put back",
    "Judged",
    "Minutes each",
  ],
  waiting: "What waits for whom",
  waitingHead: ["To do", "Tasks that nobody has", "The oldest since (UTC)", "For"],
  waits: (since: Date, at: Date): readonly [since: string, age: string] => [
    since.toISOString().slice(0, 16).replace("T", " "),
    age(at.getTime() - since.getTime()),
  ],
  held: "Who has what",
  heldHead: ["Person", "To do", "Image", "Since (UTC)", "Until (UTC)"],
  stages: { LABEL: "label", REVIEW: "review", ADJUDICATE: "choose" } as Readonly<Record<string, string>>,
  perDay: "Day by day",
  legend: "Of each day the filled bar is what was handed in, the outlined one what was judged.",
  daysHead: ["Day (UTC)", "Handed in", "Judged", "Sent back"],
  kinds: { "handed-in": "handed in", judged: "judged" },
} as const;
