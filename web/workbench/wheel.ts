/** What a wheel or a trackpad tells: how far, in pixels, lines or pages. */
export interface Turned {
  readonly deltaY: number;
  /** 0 in pixels, 1 in lines, 2 in pages. */
  readonly deltaMode: number;
  /** Held, or fingers that are spread: browsers tell both the same way. */
  readonly ctrlKey: boolean;
}

/** Pixels of one notch of a wheel, and of as much of a spread of two fingers, which comes in far smaller steps. */
const NOTCH = 120;
const SPREAD = 24;
const LINES = 3;
/** No single event zooms farther: a wheel that runs freely would lose the place. */
const MOST_STEPS = 3;

/** How many steps to zoom in, or out below zero; parts of a step for a trackpad, none for what only goes sideways. */
export function zoomSteps({ deltaY, deltaMode, ctrlKey }: Turned): number {
  const notches = deltaMode === 0 ? deltaY / (ctrlKey ? SPREAD : NOTCH) : deltaMode === 1 ? deltaY / LINES : deltaY;
  return notches === 0 ? 0 : Math.min(MOST_STEPS, Math.max(-MOST_STEPS, -notches));
}
