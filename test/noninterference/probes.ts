import type { Ask, Step, Who } from "./ask.ts";
import { graphqlAsk } from "./ask.ts";
import type { Item, Registry } from "./registry.ts";
import { ACTS } from "./acts.ts";

const page = "edges { cursor node";
const REVISION = "id ordinal kind createdAt marking { banner }";

/** A step that asks one thing. */
const low = (ask: Ask): Step => ({ low: ask });
const query = (who: Who, text: string): Step => low(graphqlAsk(who, `query { ${text} }`, {}));
const get = (who: Who | null, path: string): Step => low({ who, method: "GET", path });

let keys = 0;

function mutation(who: Who, field: string, input: Readonly<Record<string, unknown>>, made: string): Step {
  keys += 1;
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
  const text = `mutation ($input: ${type}!) { made: ${field}(input: $input) { ${made} userErrors { code message path ids } } }`;
  return low(graphqlAsk(who, text, { input: { ...input, belowHighWater: true, idempotencyKey: `{{key.${keys}}}` } }));
}

/**
 * Scripts that ask, one channel after another, what the catalogue of channels lists: for mutants whose leak is known, where
 * generated scripts would take thousands of cases to come upon it. Each is the script of one person in a session at SECRET.
 */
export function probes(registry: Registry): readonly (readonly Step[])[] {
  const items = registry.items.filter(({ name }) => /^(base|a)\.\w+\.\d+$/.test(name));
  const of = (world: string, noun: string): Item[] => items.filter(({ name }) => name.startsWith(`${world}.${noun}.`));
  const under = (world: string, noun: string): Item[] =>
    of(world, noun).flatMap((item) => items.filter(({ name }) => name === item.under && name.startsWith("base.")));
  const id = ({ name }: Item): string => `{{${name}}}`;
  const [sam, ana, rita, petra, victor] = (["sam", "ana", "rita", "petra", "victor"] as const).map((handle): Who => ({
    handle,
    level: "S",
  })) as [Who, Who, Who, Who, Who];
  const programs = of("base", "program");
  const hidden = items.filter(({ name }) => name.startsWith("a."));

  const around = (who: Who): Step[] => [
    ...programs.flatMap((program) => [
      query(
        who,
        `p: program(id: "${id(program)}") { name datasets(first: 50) { ${page} { id name createdAt contentMarking assetCount labelCount } } pageInfo { hasNextPage } } }`,
      ),
      ...[1, 2, 3, 5].map((first) =>
        query(
          who,
          `p: program(id: "${id(program)}") { datasets(first: ${first}) { ${page} { id } } pageInfo { hasNextPage endCursor } } deliveries(first: 20) { ${page} { id state } } } }`,
        ),
      ),
    ]),
    ...under("a", "asset")
      .concat(of("base", "dataset").slice(0, 6))
      .map((dataset) =>
        query(
          who,
          `d: dataset(id: "${id(dataset)}") { contentMarking assets(first: 20) { ${page} { id title createdAt labels(first: 5) { ${page} { id } } } } } pageInfo { hasNextPage endCursor } } labels(first: 20) { ${page} { id } } } }`,
        ),
      ),
  ];
  const counted = under("a", "asset").flatMap((dataset) =>
    [1, 2, 3, 4, 5, 6, 7, 8].map((first) =>
      query(ana, `d: dataset(id: "${id(dataset)}") { assets(first: ${first}) { pageInfo { hasNextPage } } }`),
    ),
  );
  const labels = [...under("a", "labelRevision"), ...under("a", "labelReview")];
  const aboutLabels = labels.map((label) =>
    query(
      ana,
      `l: label(id: "${id(label)}") { state latest { ${REVISION} } revisions(first: 10) { ${REVISION} } reviews(first: 10) { id comment verdict marking { banner } } }`,
    ),
  );
  const byId = hidden
    .flatMap((item) => [
      query(ana, `n: node(id: "${id(item)}") { __typename id }`),
      query(ana, `n: ${item.noun === "asset" ? "asset" : "label"}(id: "${id(item)}") { id }`),
    ])
    .slice(0, 24);
  const record = (who: Who): Step[] => [
    query(
      who,
      "o: ownAudit(first: 3) { edges { cursor node { id at operation answer } } pageInfo { hasNextPage endCursor } }",
    ),
    query(who, "o: ownAudit(first: 100) { edges { node { id answer operation } } pageInfo { hasNextPage } }"),
  ];
  const texts = of("a", "dataset").map(({ name }) => name);
  const named = ["Café", "Nacht\u0301", "\u041Ailo", "Ｋilo", "Harbor overview", "Kilo", "Overview", "Night shift"];
  const ontology = (program: Item): Item | undefined =>
    of("base", "ontology").find((item) => item.under === program.name);
  const making = programs.flatMap((program) => [
    ...named.map((name) =>
      mutation(
        sam,
        "datasetCreate",
        {
          programId: id(program),
          ontologyVersionId: `{{${ontology(program)?.name ?? ""}/ontologyVersion}}`,
          name,
          marking: "SECRET//REL TO USA, FVEY",
        },
        "dataset { name }",
      ),
    ),
    ...named.map((name) =>
      mutation(
        sam,
        "ontologyCreate",
        {
          programId: id(program),
          name,
          marking: "SECRET//REL TO USA, FVEY",
          classes: [{ key: "a", name: "a", shapes: ["box"], attributes: [] }],
        },
        "ontology { name }",
      ),
    ),
  ]);
  const parents = of("a", "ontology")
    .slice(0, 3)
    .map((hiddenOntology) =>
      mutation(
        sam,
        "datasetCreate",
        {
          programId: `{{${hiddenOntology.under ?? ""}}}`,
          ontologyVersionId: `{{${hiddenOntology.name}/ontologyVersion}}`,
          name: "probe",
          marking: "SECRET//REL TO USA, FVEY",
        },
        "dataset { name }",
      ),
    );
  const bringing = of("base", "dataset")
    .slice(0, 6)
    .flatMap((dataset, index) => [
      mutation(
        sam,
        "assetCreate",
        { datasetId: id(dataset), title: "probe", mediaType: "image/png" },
        "asset { id title }",
      ),
      low({
        who: sam,
        method: "PUT",
        path: `/assets/{{fresh.asset.${index}}}/content`,
        headers: { "content-type": "image/png" },
        image: index + 6,
      }),
    ]);
  const meddling = texts
    .slice(0, 3)
    .map((name) =>
      mutation(
        sam,
        "assetCreate",
        { datasetId: `{{${name}}}`, title: "probe", mediaType: "image/png" },
        "asset { id }",
      ),
    );
  const changing = labels.flatMap((label) => [
    mutation(
      ana,
      "labelRevise",
      { labelId: id(label), baseRevisionId: `{{${label.name}/labelRevision}}`, attributes: { note: "again" } },
      "label { latest { ordinal } }",
    ),
  ]);
  const reviewing = labels.map((label) =>
    mutation(
      rita,
      "labelReview",
      { labelId: id(label), revisionId: `{{${label.name}/labelRevision}}`, verdict: "ACCEPT" },
      "label { id }",
    ),
  );
  const delivering = of("base", "dataset").flatMap((dataset) =>
    mutation(
      petra,
      "deliveryRequest",
      { datasetId: id(dataset), recipientId: "{{base.recipient.1}}", purpose: "probe" },
      "delivery { id manifest manifestSha384 }",
    ),
  );
  const approving = of("a", "delivery").map((delivery) =>
    mutation(
      victor,
      "deliveryApprove",
      { deliveryId: id(delivery), manifestSha384: "0".repeat(96) },
      "delivery { id }",
    ),
  );
  const working = of("base", "project").flatMap((project) => [
    query(
      ana,
      `n: node(id: "${id(project)}") { ... on Project { progress { tasks toLabel } guidelines(first: 5) { version } tasks(first: 5) { ${page} { id } } pageInfo { hasNextPage } } } }`,
    ),
    mutation(ana, "taskLeaseNext", { projectId: id(project) }, "task { id stage }"),
    mutation(
      sam,
      "guidelineAdd",
      { projectId: id(project), text: "probe" },
      "project { guidelines(first: 5) { version } }",
    ),
  ]);
  const files = [...of("a", "asset"), ...of("base", "asset")].map((asset) => get(ana, `/assets/${id(asset)}/display`));
  const program = programs[0];
  const meanwhile: Step[] = [];
  if (program) {
    const { ask } = ACTS.ontology("a901.ontology.0", program, "Night shift", "TOP SECRET//SI/TK//NOFORN", [
      ["ship", null],
    ]);
    meanwhile.push(
      { high: { a: [ask], b: [] } },
      query(sam, "viewer { handle }"),
      query(sam, 'n: node(id: "{{a901.ontology.0}}") { id }'),
      query(sam, 'o: ontology(id: "{{a901.ontology.0}}") { id name }'),
    );
  }
  return [
    [
      ...around(ana),
      ...counted,
      ...around(petra),
      ...aboutLabels,
      query(petra, "r: recipients { name organization }"),
      get(null, "/healthz"),
      get(petra, "/trust"),
      ...record(sam),
      ...record(ana),
      ...byId,
      ...files,
    ],
    [...making, ...parents, ...meddling, ...bringing, ...record(sam)],
    // Before anything is changed: a review of a former revision would be refused in both.
    [...reviewing],
    [...changing, ...record(ana)],
    [...delivering, ...approving],
    meanwhile,
    working,
    byId.flatMap((step) => [step, ...record(ana)]),
  ];
}
