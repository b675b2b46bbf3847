import { registerEnumType } from "type-graphql";

/** What is to be done with a task next. */
export const TaskStage = {
  LABEL: "LABEL",
  ADJUDICATE: "ADJUDICATE",
  REVIEW: "REVIEW",
  DONE: "DONE",
  SET_ASIDE: "SET_ASIDE",
} as const;
registerEnumType(TaskStage, { name: "TaskStage", description: "What is to be done with a task next." });
