import { nodes } from "./api.ts";
import { showBanner } from "./banner.ts";
import { listedDeliveries } from "./delivery-data.ts";
import type { Place } from "./delivery-data.ts";
import { Examination } from "./delivery-examination.ts";
import { headed, moment, table, whoIs } from "./delivery-parts.ts";
import { DeliveryRequest } from "./delivery-request.ts";
import type { Screen, Then } from "./desk.ts";
import { button, element, forgetDialogs, say, show } from "./dom.ts";
import type { ProgramDeliveries, Standing, Worker } from "./generated/delivery.ts";
import { TEXT } from "./text.ts";

const SAID = TEXT.delivery;

/** What leaves: the deliveries of a person's programs, requested, examined, approved, released and fetched. */
export class DeliveryScreen implements Screen {
  readonly #then: Then;
  #part: Pick<Screen, "end"> | null = null;
  /** Counted, so that an answer to what was left shows nothing any more. */
  #turn = 0;

  constructor(then: Then) {
    this.#then = then;
  }

  async show(): Promise<void> {
    await this.#listed(this.#begin(), null, "");
  }

  /** Ends whatever of it is shown. */
  end(): void {
    this.#begin();
  }

  #begin(): number {
    this.#part?.end();
    this.#part = null;
    forgetDialogs();
    this.#turn += 1;
    return this.#turn;
  }

  /** Begins a part; what the server refuses of it ends the desk. */
  async #go(part: (own: number) => Promise<void>): Promise<void> {
    const own = this.#begin();
    try {
      await part(own);
    } catch (error) {
      if (own === this.#turn) this.#then.refused(error);
    }
  }

  #list(place: Place | null = null, from = ""): void {
    void this.#go((own) => this.#listed(own, place, from));
  }

  #examine(id: string, said = ""): void {
    void this.#go(async () => {
      const examination = new Examination(id, {
        leave: () => this.#list(null, id),
        again: () => this.#examine(id),
        refused: (error) => this.#then.refused(error),
      });
      this.#part = examination;
      say(said);
      await examination.show();
    });
  }

  #request(): void {
    void this.#go(async () => {
      const request = new DeliveryRequest({
        requested: (id) => this.#examine(id, SAID.sent),
        leave: () => this.#list(),
        refused: (error) => this.#then.refused(error),
      });
      this.#part = request;
      say("");
      await request.show();
    });
  }

  /** The list; the keyboard is put to the delivery that somebody comes back from. */
  async #listed(own: number, place: Place | null, from: string): Promise<void> {
    const { data, marking } = await listedDeliveries(place);
    if (own !== this.#turn) return;
    const { viewer, programs } = data;
    const title = headed(SAID.title);
    showBanner(marking);
    say("");
    show([
      element("header", { class: "row" }, [
        title,
        ...(viewer.roles.includes("program-officer") ? [button(SAID.request, () => this.#request())] : []),
        ...(place ? [button(SAID.firstPage, () => this.#list())] : []),
        button(SAID.refresh, () => this.#list(place)),
        button(TEXT.backToProjects, () => this.#then.leave()),
      ]),
      ...(programs.length === 0 ? [element("p", {}, [SAID.noPrograms])] : []),
      ...programs.flatMap((program) => this.#program(program, viewer)),
    ]);
    (document.getElementById(`delivery-${from}`) ?? title).focus();
  }

  #program(program: ProgramDeliveries, viewer: Worker): readonly HTMLElement[] {
    const { id, name, marking, deliveries } = program;
    const heading = element("h2", {}, [`${marking.portion} ${name}`]);
    // Ids are random: within a page what was requested last stands first.
    const rows = nodes(deliveries).toSorted((a, b) => (a.requestedAt < b.requestedAt ? 1 : -1));
    const { hasNextPage, endCursor: after } = deliveries.pageInfo;
    return [
      heading,
      rows.length === 0
        ? element("p", {}, [SAID.noneYet(name)])
        : element("div", { class: "deliveries", tabindex: "0", role: "region", "aria-label": SAID.listed(name) }, [
            table(
              SAID.listed(name),
              SAID.columns,
              rows.map((delivery) => this.#row(delivery, viewer)),
            ),
          ]),
      ...(hasNextPage && after !== null ? [button(SAID.next, () => this.#list({ programId: id, after }))] : []),
    ];
  }

  #row(delivery: Standing, viewer: Worker): readonly (string | Node)[] {
    const { id, state, purpose, recipient, marking, approvals, holds, requesterId, requestedAt } = delivery;
    return [
      SAID.states[state],
      element("bdi", {}, [purpose]),
      element("bdi", {}, [recipient?.name ?? SAID.noRecipient]),
      marking.portion,
      SAID.requestedBy(whoIs(requesterId, viewer), moment(requestedAt)),
      SAID.approvals(approvals.length),
      SAID.holds(holds.length),
      button(SAID.examine, () => this.#examine(id), {
        id: `delivery-${id}`,
        "aria-label": `${SAID.examine}: ${purpose}`,
      }),
    ];
  }
}
