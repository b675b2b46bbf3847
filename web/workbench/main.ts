import { Refused, query, sessions, signOut } from "./api.ts";
import { showBanner, shownBanner } from "./banner.ts";
import type { Desk, Screen } from "./desk.ts";
import { ask, button, element, forgetDialogs, say, show } from "./dom.ts";
import { IdleLock } from "./idle-lock.ts";
import { projectsScreen } from "./projects-screen.ts";
import { TaskScreen } from "./task-screen.ts";
import type { Way } from "./task-screen.ts";
import { nextTask } from "./task.ts";
import type { Part } from "./task.ts";
import { TEXT } from "./text.ts";

/** What is on the screen, one thing at a time. Counted, so that what was asked for before comes too late. */
let current: Pick<Screen, "end" | "keep"> | null = null;
let turn = 0;

const lock = new IdleLock({
  shows: () => shownBanner() !== null || current !== null,
  keep: async () => current?.keep?.() ?? "",
  prove: async () => {
    const { data } = await query<{ viewer: object | null }>("{ viewer { handle } }");
    if (data.viewer === null) throw new Refused("UNAUTHENTICATED");
  },
  refused,
  signOut: () => void signOut().finally(() => location.assign("/")),
});

/** Ends what is on the screen and begins something else; answers to what was begun before show nothing any more. */
function begin(): number {
  current?.end();
  current = null;
  forgetDialogs();
  lock.forget();
  turn += 1;
  return turn;
}

/** Shows why something cannot be shown, and nothing of what was there before. */
function refused(error: unknown): void {
  begin();
  const code = error instanceof Refused ? error.code : "UNAVAILABLE";
  showBanner(null);
  say("");
  show([
    element("h1", {}, [TEXT.notShown]),
    element("p", {}, [
      code === "UNAUTHENTICATED" ? TEXT.signedOut : code === "NO_ANSWER" ? TEXT.noAnswer : TEXT.refused(code),
    ]),
    element("div", { class: "row" }, [
      button(TEXT.toFirstPage, () => location.assign("/")),
      button(TEXT.backToProjects, () => void projects()),
    ]),
  ]);
}

async function projects(said = ""): Promise<void> {
  const own = begin();
  try {
    const shown = await projectsScreen(
      (projectId, part) => void work(projectId, part),
      (desk) => void open(desk),
    );
    if (own !== turn) return;
    shown();
    say(said);
  } catch (error) {
    if (own === turn) refused(error);
  }
}

async function open(desk: Desk): Promise<void> {
  const own = begin();
  try {
    const screen = desk.open({ leave: () => void projects(), refused });
    current = screen;
    await screen.show();
  } catch (error) {
    if (own === turn) refused(error);
  }
}

async function work(projectId: string, part: Part, below = false, way: Way | null = null): Promise<void> {
  const own = begin();
  try {
    const { data: task, marking } = await nextTask(projectId, part, below);
    if (own !== turn) return;
    if (!task) {
      await projects(TEXT.nothingToDo);
      return;
    }
    const then = {
      next: () => void work(projectId, part),
      // Asked for anew: what was drawn is in its draft.
      instead: (other: Way) => void work(projectId, part, below, other),
      leave: (said: string) => void projects(said),
      refused,
    };
    // Whoever judges and has a draft has begun to fix.
    const doing = part === "LABEL" ? "label" : task.draft ? "fix" : "judge";
    const screen = new TaskScreen(task, then, way ?? { doing, opinion: 0, pins: [] });
    current = screen;
    await screen.show(marking);
  } catch (error) {
    if (own !== turn) return;
    if (error instanceof Refused && error.code === "BELOW_HIGHWATER" && !below) {
      // Asked over the list of projects, not over what is over.
      await projects();
      const listed = turn;
      const yes = await ask(TEXT.below, false, TEXT.ok, TEXT.cancel);
      if (listed === turn && yes !== null) await work(projectId, part, true);
      return;
    }
    refused(error);
  }
}

// Somebody signed in or out on another page: what is here is not his. It goes at once, and asks nobody.
sessions.addEventListener("message", () => {
  begin();
  showBanner(null);
  show([]);
  location.reload();
});
void projects();
