import { count } from "./count.ts";
import { refusalText } from "./refusals.ts";

const changes = (number: number): string => (number === 1 ? "1 change" : `${count(number)} changes`);

/** What is said of where a drawing is kept, and of sealed copies on this machine. */
export const COPIES = {
  server: "● At the server",
  machine: "◐ Sealed on this machine, not yet at the server",
  nowhere: "○ Not kept anywhere yet",
  never: "○ Not kept anywhere yet: this browser keeps no sealed copy",
  kept: "Kept sealed on this machine, not yet at the server. It is tried again.",
  refused: (code: string): string => `Kept sealed on this machine. The server does not take it. ${refusalText(code)}`,
  restored: (number: number): string =>
    `Restored from this machine's sealed copy: ${changes(number)} that the server had not taken.`,
  lose: (tasks: number): string =>
    `What you drew last in ${tasks === 1 ? "a task" : `${count(tasks)} tasks`} is on this machine alone, and goes with the session. Open the task again first to keep it.`,
  older:
    "The server has newer work on this task, done elsewhere: it is shown, and this machine's sealed copy is removed.",
  damaged:
    "This machine's sealed copy was changed or damaged: it is refused and removed. What the server has is shown.",
  handedOver: (number: number): string =>
    `The server took ${changes(number)} of a task that is not yours any more from this machine's sealed copy. They are offered again with the task.`,
};
