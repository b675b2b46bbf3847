/** What the first page says, by name; a name may stand for several. */
export interface Catalogue {
  readonly [name: string]: string | Catalogue;
}

const MARKUP: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * A page with the texts of the catalogue in place of their names, `{{people.heading}}`; in place of the name of several stand all
 * of them as JSON, for a script. They are texts there, whatever is in them. Throws where the catalogue has nothing of that name.
 */
export function filledPage(page: string, catalogue: Catalogue): string {
  return page.replaceAll(/\{\{([\w.]+)\}\}/g, (place, path: string) => {
    let found: string | Catalogue | undefined = catalogue;
    for (const name of path.split("."))
      found = typeof found === "object" && Object.hasOwn(found, name) ? found[name] : undefined;
    if (found === undefined) throw new Error(`the catalogue has nothing for ${place}`);
    const text = typeof found === "string" ? found : JSON.stringify(found);
    return text.replaceAll(/[&<>"]/g, (character) => MARKUP[character] ?? character);
  });
}
