import type { Examined } from "./delivery-manifest.ts";
import { filesBy } from "./delivery-manifest.ts";
import type { Surrounded } from "./delivery-data.ts";
import { countedBy } from "./delivery-labels.ts";
import { facts, moment, table, whoIs } from "./delivery-parts.ts";
import type { Sample } from "./delivery-samples.ts";
import { button, element } from "./dom.ts";
import type { Standing, Worker } from "./generated/delivery.ts";
import { TEXT } from "./text.ts";

const SAID = TEXT.delivery;
/** Sources of a classification authority block that are listed here; the manifest has all. */
const SOURCES = 5;

const beginning = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

/** What a delivery is for, from its manifest where that can be read. */
export function aboutShown(
  standing: Standing,
  { manifest }: Examined,
  viewer: Worker,
  dataset: Surrounded["dataset"],
): HTMLElement {
  const to = manifest?.recipient ?? standing.recipient;
  const { authority } = manifest ?? {};
  return element("section", {}, [
    element("h2", {}, [SAID.about]),
    facts([
      [SAID.purpose, manifest?.purpose ?? standing.purpose],
      [SAID.recipient, to ? SAID.office(to.name, to.organization, to.country) : SAID.noRecipient],
      [SAID.dataset, dataset && `${dataset.marking.portion} ${dataset.name}`],
      [
        SAID.requested,
        SAID.requestedBy(whoIs(standing.requesterId, viewer), moment(manifest?.requestedAt ?? standing.requestedAt)),
      ],
      [SAID.marking, manifest?.marking.banner ?? standing.marking.banner],
      [SAID.declassifyOn, authority?.declassifyOn ?? null],
      [
        SAID.derivedFrom,
        authority
          ? [
              authority.derivedFrom,
              ...authority.sources.slice(0, SOURCES).map(({ title, date }) => SAID.sources(title, date)),
              ...(authority.sources.length > SOURCES ? [SAID.refusedMore(authority.sources.length - SOURCES)] : []),
            ].join("; ")
          : null,
      ],
      // They are hashes, and stand in the manifest in full.
      [SAID.policy, manifest && beginning(manifest.policyVersion)],
      [SAID.register, manifest && beginning(manifest.registerVersion)],
    ]),
  ]);
}

/** What would leave, counted: all files from the manifest, classes and origins from the labels that were read. */
export function contentsShown({ manifest }: Examined, samples: readonly Sample[]): HTMLElement | null {
  if (!manifest) return null;
  const { counts, files } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const rows = (kind: "mediaType" | "banner"): readonly (readonly string[])[] =>
    filesBy(manifest, kind).map((one) => [one.name, SAID.number(one.files), SAID.number(one.bytes)]);
  const labels = samples.flatMap((sample) => sample.labels);
  const all = samples.length === counts.images && samples.every(({ asset }) => !asset.labels.pageInfo.hasNextPage);
  const counted = (by: "classKey" | "origin"): readonly (readonly string[])[] =>
    countedBy(labels, by).map(([name, number]) => [name, SAID.number(number)]);
  return element("section", { class: "contents" }, [
    element("h2", {}, [SAID.inside]),
    element("p", { class: "counts" }, [SAID.counts(counts.images, counts.labels, files.length, bytes)]),
    element("div", { class: "tables" }, [
      table(SAID.banners, SAID.markingColumns, rows("banner")),
      table(SAID.mediaTypes, SAID.kindColumns, rows("mediaType")),
      ...(labels.length === 0
        ? []
        : [
            table(SAID.classes, SAID.classColumns, counted("classKey")),
            table(SAID.origins, SAID.originColumns, counted("origin")),
          ]),
    ]),
    element("p", { class: "quiet" }, [all ? SAID.ofAll(labels.length) : SAID.ofSamples(labels.length, samples.length)]),
    ...(all && labels.length !== counts.labels
      ? [element("p", { class: "bad" }, [SAID.otherLabels(counts.labels)])]
      : []),
  ]);
}

/** The whole manifest as it came, for whoever asks for it. */
export function manifestShown(text: string): HTMLElement {
  const whole = element("pre", { tabindex: "0", "aria-label": SAID.manifestText, class: "whole" }, [text]);
  whole.hidden = true;
  const toggle = button(
    SAID.showManifest,
    () => {
      whole.hidden = !whole.hidden;
      toggle.textContent = whole.hidden ? SAID.showManifest : SAID.hideManifest;
      toggle.setAttribute("aria-expanded", String(!whole.hidden));
    },
    { "aria-expanded": "false" },
  );
  return element("section", {}, [element("h2", {}, [SAID.manifest]), toggle, whole]);
}
