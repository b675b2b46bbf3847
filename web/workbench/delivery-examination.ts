import { Refused, serverNow } from "./api.ts";
import { showBanner } from "./banner.ts";
import { aboutShown, contentsShown, manifestShown } from "./delivery-contents.ts";
import { deliveryFollowed, deliveryRead, deliverySurrounded } from "./delivery-data.ts";
import type { Surrounded } from "./delivery-data.ts";
import { Decision } from "./delivery-decision.ts";
import { shownLabels } from "./delivery-labels.ts";
import { evenly, examine, globalId, imagesOf } from "./delivery-manifest.ts";
import type { Examined, Fault } from "./delivery-manifest.ts";
import { headed } from "./delivery-parts.ts";
import { Samples } from "./delivery-samples.ts";
import type { Sample } from "./delivery-samples.ts";
import { button, element, show, fixed } from "./dom.ts";
import type { Standing, Worker } from "./generated/delivery.ts";
import { TEXT } from "./text.ts";

const SAID = TEXT.delivery;
const MOST_SAMPLES = 5;
const FOLLOW_MS = 15_000;

/** What follows when the examination is left, begun anew or refused. */
export interface AfterExamination {
  readonly leave: () => void;
  readonly again: () => void;
  readonly refused: (error: unknown) => void;
}

/** One delivery on the screen: what would leave, the decision about it, and what comes of it. */
export class Examination {
  readonly #id: string;
  readonly #then: AfterExamination;
  readonly #about = element("div", { class: "about" });
  readonly #checked = element("span", { class: "quiet" });
  readonly #decision: Decision;
  #samples: Samples | null = null;
  #sampled = "";
  #read: { readonly viewer: Worker; readonly examined: Examined; readonly digest: string } | null = null;
  #standing: Standing | null = null;
  #timer = 0;
  #asking: Promise<void> | null = null;
  #over = false;

  constructor(id: string, then: AfterExamination) {
    this.#id = id;
    this.#then = then;
    this.#decision = new Decision({
      done: () => this.#refresh(),
      again: () => then.again(),
      refused: (error) => then.refused(error),
    });
  }

  /** Reads the delivery and shows it. Throws Refused. */
  async show(): Promise<void> {
    const { data, marking } = await deliveryRead(this.#id);
    if (this.#over) return;
    if (!data.delivery) throw new Refused("NOT_FOUND");
    const { manifest, ...standing } = data.delivery;
    const examined = await examine(manifest, standing);
    if (this.#over) return;
    const { viewer } = data;
    this.#read = { viewer, examined, digest: standing.manifestSha384 };
    this.#samples = new Samples((error) => this.#then.refused(error));
    const title = headed(SAID.to(standing.marking.portion, standing.recipient?.name ?? SAID.noRecipient));
    showBanner(marking);
    show([
      element("header", { class: "row" }, [title, button(SAID.toList, () => this.#then.leave())]),
      element("div", { class: "examined" }, [
        element("div", {}, [this.#about, this.#samples.shown, manifestShown(manifest)]),
        element("div", {}, [
          this.#decision.shown,
          element("div", { class: "row" }, [button(SAID.refresh, () => void this.#refresh()), this.#checked]),
        ]),
      ]),
    ]);
    title.focus();
    await this.#stands(standing);
    if (this.#over) return;
    this.#timer = setInterval(() => {
      // Hidden by the idle lock it asks nothing: a session that nobody uses must end.
      const hidden = document.visibilityState !== "visible" || fixed("screen").hidden;
      if (!hidden && !this.#asking) void this.#refresh();
    }, FOLLOW_MS);
  }

  /** Ends it: nothing of it asks or is shown any more. */
  end(): void {
    this.#over = true;
    clearInterval(this.#timer);
    this.#decision.end();
    this.#samples?.end();
  }

  /** Shows how it stands now, under one answer's banner over that and the samples. Throws Refused. */
  async #stands(followed: Standing): Promise<void> {
    const read = this.#read;
    if (!read) return;
    const { manifest, faults } = read.examined;
    let around: Surrounded = { delivery: followed, dataset: null, samples: [] };
    if (manifest && !faults.includes("OTHER_DELIVERY")) {
      const images = evenly(imagesOf(manifest), MOST_SAMPLES).map((id) => globalId("asset", id));
      const { data, marking } = await deliverySurrounded(this.#id, globalId("dataset", manifest.dataset), images);
      if (this.#over) return;
      around = data;
      showBanner(marking);
    }
    const { delivery: standing, dataset } = around;
    if (!standing) throw new Refused("NOT_FOUND");
    this.#standing = standing;
    const changed: readonly Fault[] = standing.manifestSha384 === read.digest ? [] : ["CHANGED"];
    const raised: readonly Fault[] =
      manifest && manifest.marking.banner !== standing.marking.banner && !faults.includes("RAISED") ? ["RAISED"] : [];
    const examined = { ...read.examined, faults: [...faults, ...changed, ...raised] };
    const samples = around.samples.map((asset): Sample => ({
      asset,
      labels: shownLabels(asset, standing.requestedAt),
    }));
    const contents = contentsShown(examined, samples);
    this.#about.replaceChildren(aboutShown(standing, examined, read.viewer, dataset), ...(contents ? [contents] : []));
    this.#decision.show({ viewer: read.viewer, examined, standing, dataset });
    const sampled = JSON.stringify(around.samples);
    if (sampled !== this.#sampled) this.#samples?.show(samples);
    this.#sampled = sampled;
    this.#told();
  }

  #told(): void {
    this.#checked.textContent = SAID.checkedAt(new Date(serverNow()).toISOString().slice(11, 19));
  }

  /** Asks how it stands, after whatever is being asked: what was asked before an act does not tell of it. */
  async #refresh(): Promise<void> {
    const asking = (this.#asking ?? Promise.resolve()).then(() => this.#ask());
    this.#asking = asking;
    await asking;
    if (this.#asking === asking) this.#asking = null;
  }

  /** Shows it anew only where something is otherwise. */
  async #ask(): Promise<void> {
    if (this.#over) return;
    try {
      const { data } = await deliveryFollowed(this.#id);
      if (this.#over) return;
      if (!data.delivery) throw new Refused("NOT_FOUND");
      if (JSON.stringify(data.delivery) === JSON.stringify(this.#standing)) this.#told();
      else await this.#stands(data.delivery);
    } catch (error) {
      if (this.#over) return;
      if (!(error instanceof Refused) || ["UNAUTHENTICATED", "NOT_FOUND"].includes(error.code))
        return this.#then.refused(error);
      this.#checked.textContent = error.code === "NO_ANSWER" ? TEXT.noAnswer : TEXT.refused(error.code);
    }
  }
}
