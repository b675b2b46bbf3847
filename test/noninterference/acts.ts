import type { Ask, Chain, Who } from "./ask.ts";
import { graphqlAsk } from "./ask.ts";
import { nounOf } from "./registry.ts";
import { box, classInput } from "./words.ts";

/** An object that later acts can build on. */
export interface Thing {
  readonly name: string;
  readonly noun: string;
  readonly under: string | null;
  /** Id of its program. */
  readonly program: string;
  readonly chain: Chain;
}

// Those of the demonstration who are cleared for everything and belong to every program.
const STEWARD: Who = { handle: "sam", level: "TS" };
const ANALYST: Who = { handle: "ana", level: "TS" };
const REVIEWER: Who = { handle: "rita", level: "TS" };
const APPROVERS: readonly Who[] = [
  { handle: "victor", level: "TS" },
  { handle: "wanda", level: "TS" },
];

/** These people work below what they were shown: they confirm it. */
const BELOW = { "caveat-below-high-water": "true" } as const;

/** A mutation of one field. What it made comes back as `made`; where it failed there is nothing. */
function act(
  who: Who,
  field: string,
  input: Readonly<Record<string, unknown>>,
  made: string,
  type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`,
): Ask {
  const query = `mutation ($input: ${type}!) { act: ${field}(input: $input) { ${made} userErrors { code message path } } }`;
  // These people work below what they were shown: they confirm it.
  return graphqlAsk(who, query, { input: { ...input, belowHighWater: true, idempotencyKey: "{{key.act}}" } });
}

const ID_AND_MARKING = "id marking { banner }";

const thing = (name: string, under: Thing, banner: string, action = `${nounOf(name)}.read`): Thing => ({
  name,
  noun: nounOf(name),
  under: under.name,
  program: under.program,
  chain: [...under.chain, [action, banner]],
});

/** An act with the thing that it makes; null where it changes something and makes nothing that can be named. */
export interface Act {
  readonly ask: Ask;
  readonly thing: Thing;
}

const made = (ask: Ask, of: Thing): Act => ({
  ask: { ...ask, keep: { name: of.name, under: of.under, chain: of.chain } },
  thing: of,
});

/** The acts of those who are cleared for everything, each through the API as anybody's. */
export const ACTS = {
  ontology(
    name: string,
    program: Thing,
    text: string,
    banner: string,
    classes: readonly (readonly [string, string | null])[],
  ): Act {
    const input = {
      programId: `{{${program.name}}}`,
      name: text,
      marking: banner,
      classes: classes.map(([key, own]) => classInput(key, own)),
    };
    const shown = `made: ontology { ${ID_AND_MARKING} versions(first: 1) { ontologyVersion: id classes { ontologyClass: id } } }`;
    return made(act(STEWARD, "ontologyCreate", input, shown), thing(name, program, banner));
  },
  version(name: string, ontology: Thing, classes: readonly (readonly [string, string | null])[]): Act {
    const input = { ontologyId: `{{${ontology.name}}}`, classes: classes.map(([key, own]) => classInput(key, own)) };
    const shown = "made: ontologyVersion { id marking { banner } classes { ontologyClass: id } }";
    return made(act(STEWARD, "ontologyVersionCreate", input, shown), {
      name,
      noun: "ontologyVersion",
      under: ontology.name,
      program: ontology.program,
      chain: ontology.chain,
    });
  },
  dataset(
    name: string,
    program: Thing,
    ontology: Thing,
    text: string,
    banner: string,
    compilation: string | null,
  ): Act {
    const input = {
      programId: `{{${program.name}}}`,
      ontologyVersionId: `{{${ontology.name}/ontologyVersion}}`,
      name: text,
      marking: banner,
      ...(compilation === null ? {} : { compilation: { marking: compilation, reason: "together" } }),
    };
    const shown = `made: dataset { ${ID_AND_MARKING} ontologyVersion { ontologyVersion: id } }`;
    return made(act(STEWARD, "datasetCreate", input, shown), thing(name, program, banner));
  },
  /** Says that a dataset is more as a whole than it is; only who reads that marking is told. */
  compilation(name: string, dataset: Thing, banner: string): Act {
    const input = { datasetId: `{{${dataset.name}}}`, marking: banner, reason: "together they say more" };
    const ask = act(STEWARD, "datasetCompilationAdd", input, "made: dataset { id }");
    return { ask, thing: thing(name, dataset, banner, "dataset.read") };
  },
  /** Says so of as many labels of a class. The rule counts whatever anybody is shown. */
  rule(name: string, dataset: Thing, banner: string, atLeast: number): Act {
    const counts = { classKey: "ship", atLeast, windowHours: 24, marking: banner };
    const input = { datasetId: `{{${dataset.name}}}`, marking: banner, reason: "so many say more", counts };
    const ask = act(STEWARD, "compilationRuleAdd", input, "made: dataset { id }");
    return { ask, thing: thing(name, dataset, banner, "dataset.read") };
  },
  asset(name: string, dataset: Thing, text: string, banner: string, mediaType = "image/png"): Act {
    const input = { datasetId: `{{${dataset.name}}}`, title: text, marking: banner, mediaType };
    return made(
      act(STEWARD, "assetCreate", input, `made: asset { ${ID_AND_MARKING} dataset { dataset: id } }`),
      thing(name, dataset, banner),
    );
  },
  /** The bytes of an asset. */
  content(asset: Thing, image: number): Ask {
    const path = `/assets/{{${asset.name}}}/content`;
    return { who: STEWARD, method: "PUT", path, headers: { ...BELOW, "content-type": "image/png" }, image };
  },
  /** The bytes of an asset that contradict each other about their marking: it waits in quarantine. */
  contradicting(asset: Thing): Ask {
    const path = `/assets/{{${asset.name}}}/content`;
    return { who: STEWARD, method: "PUT", path, headers: { ...BELOW, "content-type": "image/nitf" }, nitf: ["U", ""] };
  },
  label(name: string, asset: Thing, classKey: string, banner: string, number: number, by: "ana" | "rita" = "ana"): Act {
    const who: Who = by === "ana" ? ANALYST : REVIEWER;
    const input = {
      assetId: `{{${asset.name}}}`,
      classKey,
      shape: box(number),
      attributes: { note: "n" },
      marking: banner,
    };
    return made(
      act(
        who,
        "labelCreate",
        input,
        `made: label { ${ID_AND_MARKING} latest { labelRevision: id } asset { asset: id } }`,
      ),
      thing(name, asset, banner),
    );
  },
  labelsImport(asset: Thing, classKey: string, count: number): Ask {
    const labels = Array.from({ length: count }, (_, n) => ({
      classKey,
      shape: box(n),
      attributes: {},
      score: 0.25 + n / 10,
    }));
    return act(STEWARD, "labelsImport", { assetId: `{{${asset.name}}}`, labels }, "made: labelIds");
  },
  revise(name: string, label: Thing, banner: string, number: number): Act {
    const input = {
      labelId: `{{${label.name}}}`,
      baseRevisionId: `{{${label.name}/labelRevision}}`,
      shape: box(number),
      marking: banner,
    };
    const shown = `made: label { label: id latest { ${ID_AND_MARKING} } }`;
    return made(act(ANALYST, "labelRevise", input, shown), thing(name, label, banner, "label.read"));
  },
  review(name: string, label: Thing, banner: string, verdict: "ACCEPT" | "REJECT", comment: string): Act {
    const input = {
      labelId: `{{${label.name}}}`,
      revisionId: `{{${label.name}/labelRevision}}`,
      verdict,
      comment,
      marking: banner,
    };
    return made(act(REVIEWER, "labelReview", input, "id: reviewId"), thing(name, label, banner, "label.read"));
  },
  /** Takes a label away: a revision at the label's own marking, by who drew it. */
  retract(name: string, label: Thing): Act {
    const input = { labelId: `{{${label.name}}}`, baseRevisionId: `{{${label.name}/labelRevision}}` };
    const shown = `made: label { label: id latest { ${ID_AND_MARKING} } }`;
    const banner = label.chain.at(-1)?.[1] ?? "";
    return made(act(ANALYST, "labelRetract", input, shown), thing(name, label, banner, "label.read"));
  },
  project(name: string, dataset: Thing, text: string, banner: string): Act {
    const input = {
      datasetId: `{{${dataset.name}}}`,
      name: text,
      marking: banner,
      guidelines: text,
      leaseSeconds: 3_600,
    };
    return made(
      act(STEWARD, "projectCreate", input, `made: project { ${ID_AND_MARKING} }`),
      thing(name, dataset, banner),
    );
  },
  /** A version of guidelines that those alone are shown who see its marking. */
  guideline(name: string, project: Thing, text: string, banner: string): Act {
    const input = { projectId: `{{${project.name}}}`, text, marking: banner };
    return {
      ask: act(STEWARD, "guidelineAdd", input, "made: project { id }"),
      thing: thing(name, project, banner, "project.read"),
    };
  },
  /** Makes an image a task of a project, at a marking at or above those of both. */
  tasks(name: string, project: Thing, asset: Thing, banner: string, priority: number): Act {
    const input = { projectId: `{{${project.name}}}`, assetIds: [`{{${asset.name}}}`], marking: banner, priority };
    return {
      ask: act(STEWARD, "projectTasksAdd", input, "made: project { id } added"),
      thing: thing(name, project, banner, "task.read"),
    };
  },
  /** Takes the next task of a project. */
  lease(name: string, project: Thing, banner: string): Act {
    const shown = `made: task { ${ID_AND_MARKING} asset { asset: id } }`;
    return made(
      act(ANALYST, "taskLeaseNext", { projectId: `{{${project.name}}}` }, shown),
      thing(name, project, banner),
    );
  },
  /** Hands in a task of which nothing was done before. */
  submit(task: Thing, number: number): Ask {
    const labels = [{ classKey: "ship", shape: box(number) }];
    const input = { taskId: `{{${task.name}}}`, epoch: 1, labels, activeMs: 5 };
    return act(ANALYST, "taskSubmit", input, "made: task { id }");
  },
  draft(task: Thing, text: string): Ask {
    return act(ANALYST, "taskDraftSave", { taskId: `{{${task.name}}}`, body: { text } }, "made: task { id }");
  },
  /** Raises an object, at once. */
  raise(of: Thing, banner: string): Ask {
    const input = { objectId: `{{${of.name}}}`, marking: banner, reason: "more than was thought" };
    return act(STEWARD, "markingRaise", input, "made: object { id }", "MarkingChangeInput");
  },
  /** Asks for a lower marking; nothing becomes lower by it. */
  lower(of: Thing, banner: string): Ask {
    const input = { objectId: `{{${of.name}}}`, marking: banner, reason: "less than was thought" };
    return act(STEWARD, "markingLowerPropose", input, "made: proposal { id }", "MarkingChangeInput");
  },
  /** A delivery carries the join of what its requester saw: `atLeast` is the highest marking that is known to be in it. */
  request(
    name: string,
    dataset: Thing,
    recipient: string,
    purpose: string,
    atLeast: string,
    level: Who["level"] = "TS",
  ): Act {
    const input = { datasetId: `{{${dataset.name}}}`, recipientId: `{{${recipient}}}`, purpose };
    const shown = `made: delivery { ${ID_AND_MARKING} hash: manifestSha384 }`;
    return made(act({ handle: "petra", level }, "deliveryRequest", input, shown), thing(name, dataset, atLeast));
  },
  approve(delivery: Thing, approver: 0 | 1): Ask {
    const input = { deliveryId: `{{${delivery.name}}}`, manifestSha384: `{{${delivery.name}/hash}}` };
    return act(APPROVERS[approver] ?? STEWARD, "deliveryApprove", input, "made: delivery { id }");
  },
  release(delivery: Thing): Ask {
    return act(
      APPROVERS[0] ?? STEWARD,
      "deliveryRelease",
      { deliveryId: `{{${delivery.name}}}` },
      "made: delivery { id }",
    );
  },
} as const;
