import { nodes, query, signOut } from "./api.ts";
import type { Edges } from "./api.ts";
import { showBanner } from "./banner.ts";
import type { Desk } from "./desk.ts";
import { DESKS } from "./desks.ts";
import { button, element, show } from "./dom.ts";
import { TEXT } from "./text.ts";
import type { Part } from "./task.ts";

interface Project {
  readonly id: string;
  readonly name: string;
  readonly opinions: number;
  readonly marking: { readonly portion: string };
  readonly progress: Readonly<Record<"tasks" | "toLabel" | "toJudge" | "done" | "setAside", number>>;
}

interface Overview {
  readonly viewer: { readonly handle: string; readonly sessionLevel: string; readonly roles: readonly string[] };
  readonly programs: Edges<{
    readonly datasets: Edges<{
      readonly name: string;
      readonly marking: { readonly portion: string };
      readonly projects: Edges<Project>;
    }>;
  }>;
}

const OVERVIEW = `{ viewer { handle sessionLevel roles } programs(first: 5) { edges { node { datasets(first: 10) { edges { node {
  name marking { portion } projects(first: 10) { edges { node { id name opinions marking { portion }
    progress { tasks toLabel toJudge done setAside } } } } } } } } } } }`;

/**
 * The projects that the caller may see, as something that shows them; `work` begins with one; `open` opens a desk,
 * where the caller has a role that it is for. Throws Refused.
 */
export async function projectsScreen(
  work: (projectId: string, part: Part) => void,
  open: (desk: Desk) => void,
): Promise<() => void> {
  const { data, marking } = await query<Overview>(OVERVIEW);
  const { handle, sessionLevel, roles } = data.viewer;
  const reviews = roles.includes("reviewer");
  const rows = nodes(data.programs).flatMap(({ datasets }) =>
    nodes(datasets).flatMap((dataset) =>
      nodes(dataset.projects).map(({ id, name, opinions, marking: own, progress }) => {
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
          element("p", {}, [`${dataset.marking.portion} ${dataset.name}`]),
          element("p", {}, [TEXT.progress(done, tasks, toLabel, toJudge, setAside)]),
          element("div", { class: "row" }, acts),
        ]);
      }),
    ),
  );
  return () => {
    showBanner(marking);
    show([
      element("header", { class: "row" }, [
        element("h1", {}, [TEXT.projects]),
        element("span", {}, [TEXT.person(handle, sessionLevel)]),
        ...DESKS.filter((desk) => desk.roles.some((role) => roles.includes(role))).map((desk) =>
          button(desk.name, () => open(desk)),
        ),
        button(TEXT.signOut, () => {
          void signOut().finally(() => location.assign("/"));
        }),
      ]),
      rows.length === 0 ? element("p", {}, [TEXT.noProjects]) : element("ul", { class: "projects" }, rows),
    ]);
  };
}
