import type { Subcommand } from "./usage.ts";

export const tourCommand: Subcommand = { summary: "the tour", help: "", run: () => Promise.resolve(1) };
