import { done } from "./api-client.ts";
import type { ApiClient } from "./api-client.ts";
import type { Loaded, LoadedImage } from "./loading.ts";
import { classKey } from "./material.ts";
import type { TourLabel } from "./material.ts";
import { bytes, count, several, told, toldEqual } from "./story.ts";
import type { Telling } from "./story.ts";

/** A label after it was drawn. */
export interface DrawnLabel {
  readonly label: TourLabel;
  readonly on: LoadedImage;
  readonly id: string;
  readonly revisionId: string;
}

/** What Ana drew: what is in the pictures, and one box by mistake. */
export interface Drawn {
  readonly labels: readonly DrawnLabel[];
  readonly mistake: DrawnLabel;
}

interface Made {
  readonly label: {
    readonly id: string;
    readonly latest: { readonly id: string } | null;
    readonly marking: { readonly banner: string };
  } | null;
}

/** A box over the upper left quarter, which is nothing. */
function mistakeOn({ image }: LoadedImage, className: string, attributes: TourLabel["attributes"]): TourLabel {
  const shape = { kind: "box", x: 0, y: 0, width: image.width / 2, height: image.height / 2 } as const;
  return { className, shape, attributes, truth: null, source: null };
}

/** Ana looks at a picture, draws every label, and one box too many. */
export async function drawLabels(tell: Telling, ana: ApiClient, loaded: Loaded): Promise<Drawn> {
  const [first] = loaded.images;
  const all = loaded.images.flatMap((on) => on.image.labels.map((label) => ({ on, label })));
  const sample = all[0]?.label;
  told(first !== undefined && sample !== undefined, "there is nothing to label");
  const seen = await ana.send("GET", `/assets/${first.id}/display`);
  toldEqual(seen.status, 200, "the answer to Ana's look at a picture");
  tell.say(
    `Ana looks at "${first.image.title}": ${bytes(seen.body.length)} of ${seen.headers["content-type"] ?? "?"}, made for looking, never the original.`,
  );

  const wanted = [...all, { on: first, label: mistakeOn(first, sample.className, sample.attributes) }];
  const before = ana.requests;
  const began = performance.now();
  const payloads = await ana.mutateMany<Made>(
    { field: "labelCreate", select: "label { id latest { id } marking { banner } }" },
    wanted.map(({ on, label }) => ({
      assetId: on.id,
      classKey: classKey(loaded.material, label.className),
      shape: label.shape,
      attributes: label.attributes,
    })),
  );
  const ms = performance.now() - began;
  const labels = payloads.map((payload, at): DrawnLabel => {
    const { label: made } = done(payload, `label ${at}`);
    const asked = wanted[at];
    told(made?.latest != null && asked !== undefined, `label ${at} was not made`);
    toldEqual(made.marking.banner, asked.on.marking.banner, `the marking of a label on "${asked.on.image.title}"`);
    return { ...asked, id: made.id, revisionId: made.latest.id };
  });
  const mistake = labels.pop();
  told(mistake !== undefined, "there is no mistake to find");
  tell.say(
    `${several(labels.length, "label")} in ${several(ana.requests - before, "round trip")}, ${(ms / wanted.length).toFixed(1)} ms each; every one carries the marking of its image without being told. One more by mistake.`,
  );
  for (const { image } of loaded.images)
    if (image.labels.length > 0) tell.figure(`labels.${image.title}`, image.labels.length);
  tell.figure("labels", labels.length);
  for (const source of new Set(labels.flatMap(({ label }) => label.source ?? []))) {
    const from = labels.filter(({ label }) => label.source === source).length;
    tell.figure(`from.${source}`, from);
    tell.say(`${count(from)} from ${source}.`);
  }
  return { labels, mistake };
}
