/** What the history of a label says. */
export const HISTORY = {
  open: "History",
  title: "History of a label",
  of: (portion: string, name: string): string => `History of a label: ${portion} ${name}`,
  close: "Back to the task",
  asking: "Asking for the history.",
  again: "Ask again",
  none: "There is no such label, or it is not for you to see.",
  empty: "There is no revision that you may see.",
  noImage: "Its image is not shown.",
  revisions: "Revisions",
  canvas:
    "The image with what was drawn before and after the chosen revision. Plus and minus zoom, 0 shows the whole image, Escape goes back.",
  stands: "It",
  standings: {
    STANDS: "counts",
    PENDING: "waits to be judged",
    SET_ASIDE: "was set aside",
  } as Readonly<Record<string, string>>,
  tool: "Made",
  byHand: "by hand",
  byModel: "by a model",
  takenFrom: (score: number | null): string =>
    score === null ? "taken over from a model" : `taken over from a model, ${Math.round(score * 100)} %`,
  handedIn: "Handed in",
  outsideTasks: "not with a task",
  time: "Time spent on all of it",
  guidelines: "Guidelines",
  noGuidelines: "none, or not for you",
  version: (version: number): string => `version ${version}`,
  said: "Said with it",
  judged: "Judged by",
  kinds: { create: "drawn", import: "imported", revise: "revised", retract: "withdrawn" } as Readonly<
    Record<string, string>
  >,
  revision: (portion: string, ordinal: number, kind: string, who: string, when: string): string =>
    `${portion} ${ordinal}. ${kind} by ${who}, ${when}`,
  hiddenClass: "a class that is not shown",
  nothing: "nothing",
  isClass: (name: string): string => `class: ${name}`,
  isShape: (kind: string): string => `shape: ${kind}`,
  isAttribute: (key: string, value: string): string => `${key}: ${value}`,
  class: (before: string, after: string): string => `class: ${before} → ${after}`,
  attribute: (key: string, before: string, after: string): string => `${key}: ${before} → ${after}`,
  shape: (before: string, after: string): string =>
    before === after ? `shape: the ${after} was changed` : `shape: ${before} → ${after}`,
  withdrawn: "it was withdrawn",
  same: "nothing that you may see was changed",
  score: (score: number): string => `confidence: ${Math.round(score * 100)} %`,
  ontology: (version: number): string => `classes: version ${version}`,
  hiddenOntology: "classes: a version that is not shown",
  review: (portion: string, verdict: string, who: string, when: string, comment: string): string =>
    `${portion} ${verdict === "accept" ? "accepted" : "rejected"} by ${who}, ${when}${comment === "" ? "" : `: ${comment}`}`,
  first: (after: number): string => `Solid: revision ${after}, the first that is told here.`,
  notPictured: (code: string): string => `The server does not show you the image (${code}).`,
  unmoved: (after: number, before: number): string =>
    `Solid: revision ${after}. Revision ${before} was drawn the same.`,
  compared: (after: number, before: number): string =>
    `Solid: revision ${after}. Dashed: revision ${before}, before it.`,
} as const;
