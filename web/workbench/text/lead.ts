import { count } from "./count.ts";

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
  held: "Who has what",
  heldHead: ["Person", "To do", "Since (UTC)", "Until (UTC)"],
  stages: { LABEL: "label", REVIEW: "review", ADJUDICATE: "choose" } as Readonly<Record<string, string>>,
  perDay: "Day by day",
  legend: "Of each day the filled bar is what was handed in, the outlined one what was judged.",
  daysHead: ["Day (UTC)", "Handed in", "Judged", "Sent back"],
  kinds: { "handed-in": "handed in", judged: "judged" },
} as const;
