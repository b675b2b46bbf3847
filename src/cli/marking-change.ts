import { say, sayJson } from "./door-command.ts";
import type { Call, Verb, Verbs } from "./door-command.ts";
import { proposeAndSay } from "./proposal-text.ts";

const MARKED =
  "id ... on Dataset { marking { banner } } ... on Asset { marking { banner } } ... on Label { marking { banner } }";

const changeOf = (call: Call): object => ({
  objectId: call.get("OBJECT"),
  marking: call.get("MARKING"),
  reason: call.get("reason"),
});

// A review is no object that can be asked for by its id: it is raised without being shown.
async function raise(call: Call): Promise<void> {
  const payload = await call.door.act("markingRaise", "MarkingChangeInput", changeOf(call), `object { ${MARKED} }`);
  const object = payload["object"] as { readonly id: string; readonly marking: { readonly banner: string } } | null;
  if (call.json) return sayJson(object ?? { id: call.get("OBJECT") });
  say(`Raised${object ? ` to ${object.marking.banner}` : ""}: it holds at the next statement.`);
}

const change = (does: string, run: Verb["run"]): Verb => ({
  words: ["OBJECT", "MARKING"],
  needs: { reason: "TEXT" },
  does,
  who: "sam",
  run,
});

/** The verbs of `caveat marking` that change what stored objects are marked, through the door. */
export const MARKING_CHANGES: Verbs = {
  raise: change("raises a marking and what stands below it, at once", raise),
  lower: change("asks that a marking be lowered and released to nobody new", (call) =>
    proposeAndSay(call, "markingLowerPropose", "MarkingChangeInput", changeOf(call)),
  ),
  remove: {
    words: ["COMPILATION"],
    needs: { reason: "TEXT" },
    does: "asks that a compilation, or a rule about what labels are together, be taken away",
    who: "sam",
    run: (call) =>
      proposeAndSay(call, "compilationRemovePropose", "CompilationRemoveInput", {
        compilationId: call.get("COMPILATION"),
        reason: call.get("reason"),
      }),
  },
  widen: change("asks that a marking be released to more countries", (call) =>
    proposeAndSay(call, "markingWidenPropose", "MarkingChangeInput", changeOf(call)),
  ),
};
