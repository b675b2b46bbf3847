/** What is said where lists of programs, datasets and projects come in pages. */
export const LISTING = {
  /** Over a page of the projects of a program or a dataset, or of all where none is named. */
  heading: (of: string, page: number): string =>
    `Projects${of === "" ? "" : ` of ${of}`}${page === 1 ? "" : `, page ${page}`}`,
  further: "Further projects",
  more: {
    program: (name: string): string => `More datasets of ${name}`,
    dataset: (name: string): string => `More projects of ${name}`,
  },
  back: { programs: "Back to all programs", program: "Back to all datasets of the program" },
  programs: { before: "Programs before", more: "More programs" },
  datasets: { before: "Datasets before", more: "More datasets" },
  projects: { before: "Projects before", more: "More projects" },
  none: "There is no project on this page.",
  noneToLabel: "nothing to label just now",
  noneToJudge: "nothing to judge just now",
  lookedAgain: "Looked again.",
} as const;
