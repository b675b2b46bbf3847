/** What is on the screen, one at a time. */
export interface Screen {
  /** Shows it. Throws Refused, and is over then. */
  show(): void | Promise<void>;
  /** Ends it: nothing of it listens, asks or is shown any more. */
  end(): void;
  /** Told when the screen is hidden: keeps what is not kept yet; answers what is to be said of that, or nothing. */
  keep?(): Promise<string>;
}

/** What follows when a screen is left, or the server refuses it. */
export interface Then {
  readonly leave: () => void;
  readonly refused: (error: unknown) => void;
}

/** Work of one role beside the projects: a screen of its own, offered to whoever has one of these roles. */
export interface Desk {
  readonly name: string;
  readonly roles: readonly string[];
  readonly open: (then: Then) => Screen;
}
