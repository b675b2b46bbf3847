import { element } from "./dom.ts";
import type { Task } from "./task.ts";
import { TEXT } from "./text.ts";

/** The guidelines of a task's project, as they stand beside the image. */
export function guidelinesOf({ project }: Pick<Task, "project">): readonly HTMLElement[] {
  const [guideline] = project?.guidelines ?? [];
  const text = guideline
    ? TEXT.guideline(guideline.marking.portion, guideline.version, guideline.body)
    : TEXT.noGuidelines;
  return [element("h2", {}, [TEXT.guidelines]), element("p", { class: "guidelines" }, [text])];
}
