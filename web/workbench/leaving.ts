import { signOut } from "./api.ts";
import { keptNames } from "./copy-store.ts";
import { ask } from "./dom.ts";
import { TEXT } from "./text.ts";

/** Ends the session and goes to the first page; where this browser keeps what the server has not taken, it asks first. */
export async function leaveSession(): Promise<void> {
  const { length } = await keptNames();
  if (length > 0 && (await ask(TEXT.copies.lose(length), false, TEXT.signOut, TEXT.cancel)) === null) return;
  const ended = await signOut().catch(() => false);
  // The first page says what became of his tasks.
  location.assign(ended ? "/#signed-out" : "/");
}
