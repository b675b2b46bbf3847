import { readFileSync, readdirSync } from "node:fs";

/** Processes that this one began and that have not ended. */
export function childProcesses(): string[] {
  return readdirSync("/proc/self/task").flatMap((task) => {
    try {
      const children = readFileSync(`/proc/self/task/${task}/children`, "utf8");
      return children.split(" ").filter((pid) => pid.trim() !== "");
    } catch {
      return []; // the thread is gone meanwhile
    }
  });
}
