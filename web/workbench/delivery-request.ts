import { Refused } from "./api.ts";
import { showBanner } from "./banner.ts";
import { Acts } from "./acts.ts";
import { offersOf, wouldFreeze } from "./delivery-offers.ts";
import type { Offers } from "./delivery-offers.ts";
import { facts, headed } from "./delivery-parts.ts";
import { button, element, say, show } from "./dom.ts";
import { DELIVERY_REQUEST } from "./generated/delivery.ts";
import type { Office } from "./generated/delivery.ts";
import { TEXT } from "./text.ts";

const SAID = TEXT.delivery;

/** What follows when a request was made or left, or the server shows nothing. */
export interface AfterRequest {
  readonly requested: (deliveryId: string) => void;
  readonly leave: () => void;
  readonly refused: (error: unknown) => void;
}

/** Asks for a delivery: what, to whom and what for; then what would be frozen; then it is sent. */
export class DeliveryRequest {
  readonly #then: AfterRequest;
  readonly #acts = new Acts();
  readonly #purpose = element("input", { id: "purpose", maxlength: "200", autocomplete: "off" });
  readonly #dataset = element("select", { id: "dataset" });
  readonly #recipient = element("select", { id: "recipient" });
  #offers: { readonly data: Offers; readonly marking: string | null } | null = null;
  #over = false;

  constructor(then: AfterRequest) {
    this.#then = then;
  }

  /** Offers what can be asked for. Throws Refused. */
  async show(program: string | null = null, after: string | null = null): Promise<void> {
    const offers = await offersOf(program, after);
    if (this.#over) return;
    this.#offers = offers;
    const { recipients, datasets } = offers.data;
    this.#recipient.replaceChildren(
      ...recipients.map(({ id, name, organization, country }) =>
        element("option", { value: id }, [SAID.office(name, organization, country)]),
      ),
    );
    this.#dataset.replaceChildren(
      ...(datasets?.edges ?? []).map(({ node: { id, name, marking } }) =>
        element("option", { value: id }, [`${marking.portion} ${name}`]),
      ),
    );
    this.#form();
  }

  end(): void {
    this.#over = true;
  }

  /** Something that asks the server; what it refuses altogether is not for this screen. */
  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#over) this.#then.refused(error);
    }
  }

  #form(): void {
    if (!this.#offers) return;
    const { data, marking } = this.#offers;
    showBanner(marking);
    const title = headed(SAID.request);
    const header = element("header", { class: "row" }, [title, button(SAID.toList, () => this.#then.leave())]);
    if (data.chosen === null) {
      show([header, element("p", {}, [SAID.noPrograms])]);
      title.focus();
      return;
    }
    const { hasNextPage, endCursor } = data.datasets?.pageInfo ?? {};
    const labeled = (name: string, field: HTMLElement): HTMLElement[] => [
      element("label", { for: field.id }, [name]),
      field,
    ];
    show([
      header,
      element("div", { class: "asked" }, [
        ...(data.programs.length > 1 ? labeled(SAID.program, this.#programs(data)) : []),
        ...(data.datasets?.edges.length ? labeled(SAID.dataset, this.#dataset) : [element("p", {}, [SAID.noDatasets])]),
        ...(hasNextPage && endCursor
          ? [button(SAID.moreDatasets, () => void this.#try(() => this.show(data.chosen, endCursor)))]
          : []),
        ...labeled(SAID.recipient, this.#recipient),
        ...labeled(SAID.purpose, this.#purpose),
        element("p", { class: "quiet", id: "purpose-help" }, [SAID.purposeHelp]),
        element("div", { class: "row" }, [button(SAID.summarize, () => void this.#try(() => this.#summarize()))]),
      ]),
    ]);
    this.#purpose.setAttribute("aria-describedby", "purpose-help");
    title.focus();
  }

  #programs({ programs, chosen }: Offers): HTMLSelectElement {
    const select = element(
      "select",
      { id: "program" },
      programs.map(({ id, name }) => element("option", { value: id }, [name])),
    );
    select.value = chosen ?? "";
    select.addEventListener("change", () => void this.#try(() => this.show(select.value)));
    return select;
  }

  async #summarize(): Promise<void> {
    const office = this.#offers?.data.recipients.find(({ id }) => id === this.#recipient.value);
    const purpose = this.#purpose.value.trim();
    if (!office || purpose === "" || this.#dataset.value === "") return say(SAID.incomplete);
    const { data, marking } = await wouldFreeze(this.#dataset.value);
    if (this.#over) return;
    if (!data.dataset) throw new Refused("NOT_FOUND");
    showBanner(marking);
    say("");
    const { name, marking: own, contentMarking, assetCount, labelCount } = data.dataset;
    const result = element("section", { role: "alert", class: "result" });
    const send = button(SAID.send, () => void this.#try(() => this.#send(office, purpose, send, result)), {
      class: "main",
    });
    const title = headed(SAID.summary);
    show([
      element("header", { class: "row" }, [title, button(SAID.toList, () => this.#then.leave())]),
      facts([
        [SAID.dataset, `${own.portion} ${name}`],
        [SAID.whole, contentMarking],
        [SAID.images, SAID.atMost(assetCount)],
        [SAID.labels, SAID.atMost(labelCount)],
        [SAID.recipient, SAID.office(office.name, office.organization, office.country)],
        [SAID.purpose, purpose],
      ]),
      element("p", { class: "quiet" }, [SAID.frozenHelp(this.#offers?.data.viewer.sessionLevel ?? "")]),
      element("div", { class: "row" }, [send, button(SAID.change, () => this.#form())]),
      result,
    ]);
    title.focus();
  }

  async #send(office: Office, purpose: string, send: HTMLButtonElement, result: HTMLElement): Promise<void> {
    if (this.#over) return;
    const datasetId = this.#dataset.value;
    send.disabled = true;
    result.replaceChildren();
    say(SAID.sending);
    try {
      const input = { datasetId, recipientId: office.id, purpose };
      const made = await this.#acts.once(DELIVERY_REQUEST, input);
      if (this.#over) return;
      say("");
      if (made?.delivery) this.#then.requested(made.delivery.id);
    } catch (error) {
      if (this.#over) return;
      say("");
      if (!(error instanceof Refused) || error.code === "UNAUTHENTICATED") throw error;
      result.replaceChildren(...this.#refusal(error));
      if (error.ids.length > 0) await this.#name(error.ids, datasetId, office, result);
    } finally {
      send.disabled = false;
      if (!this.#over) send.focus();
    }
  }

  #refusal({ code, message }: Refused): readonly HTMLElement[] {
    return [element("p", { class: "bad" }, [code === "NO_ANSWER" ? TEXT.noAnswer : SAID.refused(code, message)])];
  }

  /** Names what may not go there: all of it is seen by whoever asked. */
  async #name(ids: readonly string[], datasetId: string, office: Office, result: HTMLElement): Promise<void> {
    const { data, marking: banner } = await wouldFreeze(datasetId, ids);
    if (this.#over) return;
    showBanner(banner);
    const labels = data.named.filter((one) => one.__typename === "Label");
    const images = data.named.filter((one) => one.__typename === "Asset");
    const places = new Map(
      labels.map(({ marking: { portion }, asset }) => {
        const on = asset?.title ?? "";
        return [JSON.stringify([portion, on]), { portion, on }] as const;
      }),
    );
    const rows = [
      ...images.map(({ marking, title }) => SAID.refusedImage(marking.portion, title)),
      ...[...places.values()].map(({ portion, on }) => {
        const there = labels.filter(({ marking, asset }) => marking.portion === portion && (asset?.title ?? "") === on);
        return SAID.refusedLabels(portion, there.length, on);
      }),
    ];
    const more = ids.length - data.named.length;
    result.append(
      element("p", {}, [SAID.mayNotReceive(office.name)]),
      element(
        "ul",
        { class: "findings" },
        [...rows, ...(more > 0 ? [SAID.refusedMore(more)] : [])].map((text) => element("li", {}, [text])),
      ),
    );
  }
}
