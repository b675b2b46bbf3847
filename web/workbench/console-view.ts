import type { Named } from "./console-ids.ts";

/** One part of the console, in a panel of its own. What it shows stays while another part is looked at. */
export interface View {
  readonly name: string;
  readonly panel: HTMLElement;
  /** It is looked at now: the banner is that of what it shows. */
  enter(): void;
  /** Another part is looked at. */
  leave(): void;
  /** Nothing of it asks or is shown any more. */
  end(): void;
}

/** Ways from something that is shown to what the log says of it. */
export interface Links {
  readonly whoSaw: (object: Named) => void;
  readonly seenBy: (person: Named) => void;
}
