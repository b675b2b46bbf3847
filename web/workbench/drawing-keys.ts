import type { CanvasTools, Tool } from "./canvas-tools.ts";
import type { LabelPanel } from "./label-panel.ts";
import type { ViewPanel } from "./view-panel.ts";

const TOOL_KEYS: Readonly<Record<string, Tool>> = {
  v: "select",
  h: "pan",
  b: "box",
  r: "rotatedBox",
  p: "polygon",
  l: "polyline",
  o: "ring",
  k: "point",
  m: "ruler",
  t: "pin",
};

/** Whether somebody writes there: then letters are text and no keys of ours. */
export const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target instanceof HTMLInputElement;

/** What a key does to drawing and view, wherever the page has its focus; undefined for a key that is not ours. */
export function drawingKey(
  { key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent,
  {
    tools,
    panel,
    view,
    offered,
    draws,
  }: {
    readonly tools: CanvasTools;
    readonly panel: LabelPanel;
    readonly view: ViewPanel;
    readonly offered: (tool: Tool) => boolean;
    readonly draws: boolean;
  },
): (() => void) | undefined {
  const name = key.toLowerCase();
  if (ctrlKey || metaKey) {
    if (altKey || shiftKey || !draws) return undefined;
    // Text that is marked on the page is copied as ever.
    if (name === "c" && document.getSelection()?.isCollapsed !== false && tools.selected !== null)
      return () => void tools.clipboard.copy(tools.selected);
    if (name === "v") return () => panel.paste();
    if (name === "d") return () => panel.duplicate();
    return undefined;
  }
  if (altKey) return undefined;
  const tool = TOOL_KEYS[name];
  if (tool) return offered(tool) ? () => tools.use(tool) : undefined;
  if (name === "i") return () => panel.hide(shiftKey);
  if (key === "[") return () => view.turn(-1);
  if (key === "]") return () => view.turn(1);
  if (key === "\\") return () => view.turn(null);
  if (name === "w") return () => view.toggleOverview();
  if (!draws) return undefined;
  if (name === "e") return () => panel.stepAttribute(shiftKey ? -1 : 1);
  if (name === "s") return () => tools.toggleSnaps();
  if (key === ".") return () => tools.order(true);
  if (key === ",") return () => tools.order(false);
  return undefined;
}

/** The number of an attribute's value that a key gives; null for another. On every keyboard it is the digit's key with the other shift. */
export function valueKey({ key, code, ctrlKey, metaKey, altKey }: KeyboardEvent): number | null {
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  return digit === undefined || /^\d$/.test(key) || ctrlKey || metaKey || altKey ? null : Number(digit);
}
