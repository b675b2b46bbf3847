import { showBanner } from "./banner.ts";
import type { Desk } from "./desk.ts";
import { DESKS } from "./desks.ts";
import { button, element, show } from "./dom.ts";
import { leaveSession } from "./leaving.ts";
import type { TaskPart } from "./generated/schema.ts";
import type { Listing } from "./listed-projects.ts";
import { TEXT } from "./text.ts";

/** What follows on the projects. */
interface Follows {
  /** Begins with a project. */
  readonly work: (projectId: string, part: TaskPart) => void;
  /** Opens a desk, where the caller has a role that it is for. */
  readonly open: (desk: Desk) => void;
  /** Shows the page of the listing that was turned to. */
  readonly turn: () => void;
}

/**
 * A page of the projects that the caller may see, as something that shows it, and goes to its heading where somebody turned to it.
 * Throws Refused.
 */
export async function projectsScreen(
  listing: Listing,
  { work, open, turn }: Follows,
): Promise<(turned: boolean) => void> {
  const { data, marking } = await listing.ask();
  const { page, viewer } = data;
  const { handle, sessionLevel, roles } = viewer;
  const reviews = roles.includes("reviewer");
  const rows = page.entries.map((entry) => {
    if ("more" in entry) return element("li", {}, [listing.more(entry, turn)]);
    const { id, name, opinions, marking: own, progress } = entry.project;
    const { done, tasks, toLabel, toJudge, setAside } = progress;
    const acts = [
      button(TEXT.label, () => work(id, "LABEL"), { "aria-label": `${TEXT.label}: ${name}` }),
      ...(reviews
        ? [
            button(TEXT.review, () => work(id, opinions > 1 ? "ADJUDICATE" : "REVIEW"), {
              "aria-label": `${TEXT.review}: ${name}`,
            }),
          ]
        : []),
    ];
    return element("li", {}, [
      element("h2", {}, [`${own.portion} ${name}`]),
      element("p", {}, [`${entry.dataset.marking.portion} ${entry.dataset.name}`]),
      element("p", {}, [TEXT.progress(done, tasks, toLabel, toJudge, setAside)]),
      element("div", { class: "row" }, acts),
    ]);
  });
  const title = element("h1", { tabindex: "-1" }, [listing.heading(page)]);
  const turns = listing.row(page, turn);
  return (turned) => {
    showBanner(marking);
    show([
      element("header", { class: "row" }, [
        title,
        element("span", {}, [TEXT.person(handle, sessionLevel)]),
        ...DESKS.filter((desk) => desk.roles.some((role) => roles.includes(role))).map((desk) =>
          button(desk.name, () => open(desk)),
        ),
        button(TEXT.signOut, () => void leaveSession()),
      ]),
      // Before the list: keys come to it without going through all that is listed.
      ...turns,
      rows.length === 0
        ? element("p", {}, [turns.length === 0 ? TEXT.noProjects : TEXT.listing.none])
        : element("ul", { class: "projects" }, rows),
    ]);
    if (turned) title.focus();
  };
}
