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
  /** Looks at the listing anew: there was nothing to do in a project, which may have changed meanwhile. */
  readonly look: () => void;
  /** Shows the page of the listing that was turned to. */
  readonly turn: () => void;
}

/**
 * What begins with a project. Where the count that stands beside it is none, it is nothing to press, and says why: it keeps its place
 * among the keys, and who presses it all the same has the list looked at anew. What counts has others' tasks in it, and what this
 * person may not take: the server has the last word.
 */
function begins(
  { name, at }: { readonly name: string; readonly at: number },
  { text, left, none }: { readonly text: string; readonly left: number; readonly none: string },
  { work, look }: { readonly work: () => void; readonly look: () => void },
): readonly HTMLElement[] {
  const named = { "aria-label": `${text}: ${name}` };
  if (left > 0) return [button(text, work, named)];
  const why = element("span", { class: "quiet", id: `none-${text}-${at}` }, [none]);
  return [button(text, look, { ...named, "aria-disabled": "true", "aria-describedby": why.id }), why];
}

/**
 * A page of the projects that the caller may see, as something that shows it, and goes to its heading where somebody turned to it.
 * Throws Refused.
 */
export async function projectsScreen(
  listing: Listing,
  { work, open, look, turn }: Follows,
): Promise<(turned: boolean) => void> {
  const { data, marking } = await listing.ask();
  const { page, viewer } = data;
  const { handle, sessionLevel, roles } = viewer;
  const reviews = roles.includes("reviewer");
  const rows = page.entries.map((entry, at) => {
    if ("more" in entry) return element("li", {}, [listing.more(entry, turn)]);
    const { id, name, opinions, marking: own, progress } = entry.project;
    const { done, tasks, toLabel, toJudge, setAside } = progress;
    const label = { text: TEXT.label, left: toLabel, none: TEXT.listing.noneToLabel };
    const review = { text: TEXT.review, left: toJudge, none: TEXT.listing.noneToJudge };
    const judged = opinions > 1 ? "ADJUDICATE" : "REVIEW";
    const acts = [
      ...begins({ name, at }, label, { work: () => work(id, "LABEL"), look }),
      ...(reviews ? begins({ name, at }, review, { work: () => work(id, judged), look }) : []),
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
