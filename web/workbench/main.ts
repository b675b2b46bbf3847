import { Refused, SIGNED_OUT, caller, query, sessions } from "./api.ts";
import { showBanner, shownBanner } from "./banner.ts";
import { awaitScreen } from "./coming.ts";
import { forgetKept, stopKeeping } from "./copy-store.ts";
import type { Desk, Screen } from "./desk.ts";
import { ask, button, element, forgetDialogs, say, show } from "./dom.ts";
import { SIGNED_IN } from "./generated/projects.ts";
import type { TaskPart } from "./generated/schema.ts";
import { IdleLock } from "./idle-lock.ts";
import { leaveSession } from "./leaving.ts";
import { tidyCopies } from "./kept-copies.ts";
import { Listing } from "./listed-projects.ts";
import { LocalCopy } from "./local-copy.ts";
import { projectsScreen } from "./projects-screen.ts";
import { TaskScreen } from "./task-screen.ts";
import { firstWay } from "./task-way.ts";
import type { Way } from "./task-way.ts";
import { nextTask } from "./task.ts";
import { TEXT } from "./text.ts";

/** What is on the screen, one thing at a time. Counted, so that what was asked for before comes too late. */
let current: Pick<Screen, "end" | "keep"> | null = null;
let turn = 0;
/** The page of the projects: who comes back from a task finds it as he left it. */
const listing = new Listing();

const lock = new IdleLock({
  shows: () => shownBanner() !== null || current !== null,
  keep: async () => current?.keep?.() ?? "",
  prove: async () => {
    const { data } = await query(SIGNED_IN);
    caller(data.viewer);
  },
  refused,
  signOut: () => void leaveSession(),
});

/** Ends what is on the screen and begins something else; answers to what was begun before show nothing any more. */
function begin(): number {
  current?.end();
  current = null;
  forgetDialogs();
  turn += 1;
  awaitScreen();
  return turn;
}

/** Shows why something cannot be shown, and nothing of what was there before. */
function refused(error: unknown): void {
  begin();
  listing.begin();
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

async function projects(said = "", turned = false): Promise<void> {
  const own = begin();
  try {
    const shown = await projectsScreen(listing, {
      work: (projectId, part) => void work(projectId, part),
      open: (desk) => void open(desk),
      look: () => void projects(TEXT.listing.lookedAgain, true),
      turn: () => void projects("", true),
    });
    // What this machine keeps that is not this person's goes before he is shown anything of his.
    const told = await tidyCopies();
    if (own !== turn) return;
    shown(turned);
    say([said, told].filter((text) => text !== "").join(" "));
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

/** In which way a task is to be shown, and which one. */
interface OfTask {
  readonly of: string;
  readonly way: Way;
}

async function work(projectId: string, part: TaskPart, below = false, way: OfTask | null = null): Promise<void> {
  const own = begin();
  try {
    const { data: next, marking } = await nextTask(projectId, part, below);
    const { task, copy } = next ? await LocalCopy.open(next) : { task: null, copy: null };
    if (own !== turn) return;
    if (!task) {
      await projects(TEXT.nothingToDo);
      return;
    }
    const then = {
      next: () => void work(projectId, part),
      // Asked for anew: what was drawn is in its draft.
      instead: (other: Way) => void work(projectId, part, below, { of: task.id, way: other }),
      leave: (said: string) => void projects(said),
      refused,
    };
    // Where another task was handed out meanwhile, nothing of the one before goes over to it.
    const same: Way = way?.of === task.id ? way.way : firstWay(part, task.draft?.body);
    const screen = new TaskScreen(task, then, same, copy);
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
sessions.addEventListener("message", ({ data }) => {
  // What was being written when he signed out comes before this, and is removed by it, too.
  const gone = data === SIGNED_OUT ? forgetKept() : stopKeeping();
  begin();
  lock.forget();
  showBanner(null);
  show([]);
  void Promise.resolve(gone).finally(() => location.reload());
});
void projects();
