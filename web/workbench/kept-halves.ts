import type { DrawingTool } from "./half-drawn.ts";
import type { Position } from "./shapes.ts";

/** Tools of which what is half drawn may have many corners: it is kept in the draft, and waits while another tool is used. */
const LASTING: readonly DrawingTool[] = ["polygon", "polyline", "ring"];

/** Whether what is half drawn with a tool is kept: a box is two corners, and drawn anew sooner than it is found again. */
export const lasts = (tool: string): boolean => LASTING.some((one) => one === tool);

/** What is half drawn with one tool, to become something of a class. */
export interface Half {
  readonly tool: DrawingTool;
  readonly classKey: string;
  readonly corners: readonly Position[];
}

const isPosition = (at: unknown): at is Position =>
  Array.isArray(at) && at.length === 2 && at.every((one) => Number.isFinite(one));

/** What a draft keeps half drawn: one of each tool, and nothing that is not in this form. */
export function halvesOf(kept: unknown): readonly Half[] {
  if (!Array.isArray(kept)) return [];
  const halves = new Map<DrawingTool, Half>();
  for (const one of kept as readonly unknown[]) {
    const { tool: name, classKey, corners } = (one ?? {}) as { readonly [K in keyof Half]?: unknown };
    const tool = LASTING.find((known) => known === name);
    if (!tool || typeof classKey !== "string" || !Array.isArray(corners) || corners.length === 0) continue;
    if (!halves.has(tool) && corners.every(isPosition)) halves.set(tool, { tool, classKey, corners });
  }
  return [...halves.values()];
}
