import { Refused } from "./api.ts";
import { showBanner } from "./banner.ts";
import { ask, button, element, say, show } from "./dom.ts";
import { projectsScreen } from "./projects-screen.ts";
import { TaskScreen } from "./task-screen.ts";
import { nextTask } from "./task.ts";
import type { Part } from "./task.ts";
import { TEXT } from "./text.ts";

/** Sessions of this browser: where another page signs somebody else in or out, what is shown here is not his. */
const sessions = new BroadcastChannel("caveat-session");

/** Shows why something cannot be shown, and nothing of what was there before. */
function refused(error: unknown): void {
  const code = error instanceof Refused ? error.code : "UNAVAILABLE";
  showBanner(null);
  show([
    element("p", {}, [
      code === "UNAUTHENTICATED" ? TEXT.signedOut : code === "NO_ANSWER" ? TEXT.noAnswer : TEXT.refused(code),
    ]),
    element("div", { class: "row" }, [
      button(TEXT.toFirstPage, () => location.assign("/")),
      button(TEXT.backToProjects, () => void projects()),
    ]),
  ]);
}

async function projects(): Promise<void> {
  await projectsScreen((projectId, part) => void work(projectId, part)).catch(refused);
}

async function work(projectId: string, part: Part, below = false): Promise<void> {
  try {
    const { data: task, marking } = await nextTask(projectId, part, below);
    if (!task) {
      await projects();
      say(TEXT.nothingToDo);
      return;
    }
    await TaskScreen.open(task, marking, {
      next: () => void work(projectId, part),
      leave: () => void projects(),
    });
  } catch (error) {
    if (error instanceof Refused && error.code === "BELOW_HIGHWATER" && !below) {
      if ((await ask(TEXT.below, false, TEXT.ok, TEXT.cancel)) !== null) await work(projectId, part, true);
      return;
    }
    refused(error);
  }
}

sessions.addEventListener("message", () => location.reload());
void projects();
