import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { call } from "../server/http.ts";
import type { HttpAnswer } from "../server/http.ts";
import { tokenOf } from "../server/tokens.ts";
import { BOX } from "./harbor-world.ts";
import { tinyPng } from "./png.ts";

/** A word for each place, so that a failure tells where it came from. */
export const WORDS = [
  "program",
  "ontology",
  "class",
  "attribute",
  "dataset",
  "reason",
  "asset",
  "comment",
  "purpose",
  "metadata",
] as const;

/** The text that stands in the place of this name. */
export const canary = (word: (typeof WORDS)[number]): string => `Zanzibar-${word}-7f3a`;
const MARKING = "TOP SECRET//TK//NOFORN";

type Data = Record<string, unknown>;

interface Answer {
  readonly data?: Data | null;
  readonly errors?: readonly unknown[];
}

/** What lies below some names in an answer; null where it ends. */
function pick(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (at, name) => (at !== null && typeof at === "object" ? ((at as Data)[name] ?? null) : null),
    value,
  );
}

function idIn(value: unknown): string | null {
  const id = pick(value, "id");
  return typeof id === "string" ? id : null;
}

const classes = (key: string, name: string) => [
  { key, name, shapes: ["box"], attributes: [{ key: "note", type: "text", required: false }], marking: null },
];

/** What the acts below made. */
export interface Made {
  readonly asset: string;
  readonly label: string;
  readonly dataset: string;
}

/** Writes the words into every labeled field through the server, and gathers what callers are refused with. */
export class CanaryActs {
  readonly #url: string;
  readonly #state: string;
  readonly #admin: Client;
  readonly #tokens = new Map<string, string>();
  readonly refusals: string[] = [];

  constructor(url: string, state: string, admin: Client) {
    this.#url = url;
    this.#state = state;
    this.#admin = admin;
  }

  /** The headers that sign somebody in. */
  async headers(handle: string): Promise<Record<string, string>> {
    const token = this.#tokens.get(handle) ?? (await tokenOf(this.#state, handle));
    this.#tokens.set(handle, token);
    return { authorization: `Bearer ${token}` };
  }

  /** Sends a document; whatever it was refused with is kept. Returns the data. */
  async ask(handle: string, query: string, variables: object = {}): Promise<Data> {
    const sent = { ...(await this.headers(handle)), "content-type": "application/json", accept: "application/json" };
    const answer = await call(this.#url, {
      method: "POST",
      path: "/graphql",
      headers: sent,
      body: JSON.stringify({ query, variables }),
    });
    const read = JSON.parse(answer.body.toString()) as Answer;
    this.refusals.push(
      JSON.stringify([
        answer.headers,
        read.errors ?? null,
        Object.values(read.data ?? {}).map((field) => pick(field, "userErrors") ?? null),
      ]),
    );
    return read.data ?? {};
  }

  /** One act of a person; returns the id of what it made, null when it was refused. */
  async act(handle: string, field: string, input: object, made: string): Promise<string | null> {
    const name = `${(field[0] ?? "").toUpperCase()}${field.slice(1)}Input`;
    const query = `mutation ($input: ${name}!) { ${field}(input: $input) { ${made} { id } userErrors { code message path ids } } }`;
    const data = await this.ask(handle, query, { input: { idempotencyKey: randomUUID(), ...input } });
    return idIn(pick(data[field], made));
  }

  /** Sends the bytes of an asset. */
  async upload(assetId: string, body: Buffer): Promise<HttpAnswer> {
    return call(this.#url, {
      method: "PUT",
      path: `/assets/${encodeURIComponent(assetId)}/content`,
      headers: { ...(await this.headers("sam")), "content-type": "image/png" },
      body,
    });
  }

  /** Does everything once with the words in it. */
  async fill(): Promise<Made> {
    const programs = await this.ask("sam", "{ programs(first: 1) { edges { node { id } } } }");
    const programId = idIn(pick(programs, "programs", "edges", "0", "node"));
    const ontology = await this.act(
      "sam",
      "ontologyCreate",
      { programId, name: canary("ontology"), marking: MARKING, classes: classes("ship", canary("class")) },
      "ontology",
    );
    const read = await this.ask("sam", "query ($id: ID!) { ontology(id: $id) { versions(first: 1) { id } } }", {
      id: ontology,
    });
    const ontologyVersionId = idIn(pick(read, "ontology", "versions", "0"));
    const compilation = { marking: MARKING, reason: canary("reason") };
    const dataset = await this.act(
      "sam",
      "datasetCreate",
      { programId, name: canary("dataset"), marking: MARKING, ontologyVersionId, compilation },
      "dataset",
    );
    const asset = await this.act(
      "sam",
      "assetCreate",
      { datasetId: dataset, title: canary("asset"), mediaType: "image/png" },
      "asset",
    );
    const uploaded = await this.upload(asset ?? "", tinyPng(64, canary("metadata")));
    const label = await this.act(
      "ana",
      "labelCreate",
      { assetId: asset, classKey: "ship", shape: BOX, attributes: { note: canary("attribute") } },
      "label",
    );
    const revision = await this.ask("rita", "query ($id: ID!) { label(id: $id) { latest { id } } }", { id: label });
    const revisionId = idIn(pick(revision, "label", "latest"));
    await this.act(
      "rita",
      "labelReview",
      { labelId: label, revisionId, verdict: "ACCEPT", comment: canary("comment") },
      "label",
    );
    const offices = await this.ask("petra", "{ recipients { id name } }");
    const recipientId = (offices["recipients"] as { id: string; name: string }[]).find(({ name }) =>
      name.includes("Maritime"),
    )?.id;
    const delivery = await this.act(
      "petra",
      "deliveryRequest",
      { datasetId: dataset, recipientId, purpose: canary("purpose") },
      "delivery",
    );
    if (uploaded.status !== 200 || !asset || !label || !dataset || !delivery) throw new Error("something was refused");
    return { asset, label, dataset };
  }

  /** Does everything wrong that one can do with the words in it. */
  async fail({ asset, label, dataset }: Made): Promise<void> {
    const word = canary("program");
    await this.act(
      "sam",
      "datasetCreate",
      { programId: word, name: word, marking: word, ontologyVersionId: word },
      "dataset",
    );
    await this.act(
      "sam",
      "assetCreate",
      { datasetId: dataset, title: `${word}\u0007`, mediaType: "image/png" },
      "asset",
    );
    await this.act("sam", "assetCreate", { datasetId: dataset, title: "x", mediaType: word }, "asset");
    await this.act("ana", "labelCreate", { assetId: asset, classKey: word, shape: BOX }, "label");
    await this.act("ana", "labelCreate", { assetId: asset, classKey: "ship", shape: { kind: word } }, "label");
    await this.act(
      "ana",
      "labelCreate",
      { assetId: asset, classKey: "ship", shape: BOX, attributes: { [word]: word } },
      "label",
    );
    await this.act("ana", "labelCreate", { assetId: asset, classKey: "ship", shape: BOX, marking: word }, "label");
    await this.act("rita", "labelReview", { labelId: label, revisionId: word, verdict: word, comment: word }, "label");
    await this.ask("ben", `{ ${word.replaceAll("-", "_")} }`);
    await this.ask("ben", `query ${word.replaceAll("-", "_")} { label(id: "${word}") { id } }`);
    await this.ask("ben", `{ label(id: ${JSON.stringify(word)}, ${word.replaceAll("-", "_")}: 1) { id } }`);
    await this.ask("ben", word);
    await this.upload(word, tinyPng(8, word));
    await this.upload(asset, Buffer.from(word));
    for (const path of [`/${word}`, `/assets/${word}/display`, `/deliveries/${word}/package`]) {
      const answer = await call(this.#url, {
        method: "GET",
        path,
        headers: { ...(await this.headers("ben")), "x-note": word, "user-agent": word, referer: word },
      });
      this.refusals.push(JSON.stringify(answer.headers) + answer.body.toString());
    }
    // Failures of the database itself, whose errors would hold statements and values.
    const faults = [
      ["revoke insert on data.label_revision from caveat_app", "grant insert on data.label_revision to caveat_app"],
      [
        "alter table data.asset add constraint fault check (title = '') not valid",
        "alter table data.asset drop constraint fault",
      ],
      [
        "alter table data.label_revision add constraint fault check (attributes = '{}') not valid",
        "alter table data.label_revision drop constraint fault",
      ],
    ];
    for (const [fault = "", repair = ""] of faults) {
      await this.#admin.query(fault);
      await this.act(
        "ana",
        "labelCreate",
        { assetId: asset, classKey: "ship", shape: BOX, attributes: { note: canary("attribute") } },
        "label",
      );
      await this.act(
        "sam",
        "assetCreate",
        { datasetId: dataset, title: canary("asset"), mediaType: "image/png" },
        "asset",
      );
      await this.#admin.query(repair);
    }
  }
}
