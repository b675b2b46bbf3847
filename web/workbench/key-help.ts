import { ask, element } from "./dom.ts";
import { TEXT } from "./text.ts";

/** Until the page is loaded again: nothing about a person is kept on the machine. */
let charactersAct = true;

/** Whether a key is one character, without a key held beside it: WCAG 2.1.4 wants such shortcuts to have a switch. */
const isCharacter = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean =>
  key.length === 1 && key !== " " && !ctrlKey && !metaKey && !altKey;

/** Whether a key is to do nothing, because whoever is here switched keys of one character off. */
export const isSwitchedOff = (event: KeyboardEvent): boolean => !charactersAct && isCharacter(event);

/** Lists all keys, with the switch for those of one character. */
export async function showKeys(): Promise<void> {
  const act = element("input", { type: "checkbox" });
  act.checked = charactersAct;
  act.addEventListener("change", () => {
    charactersAct = act.checked;
  });
  const listed = TEXT.keyHelp.map(([keys, what]) => `${keys}: ${what}`).join("\n");
  const choice = element("label", { class: "switch" }, [act, TEXT.characterKeys]);
  await ask(listed, false, TEXT.ok, TEXT.cancel, [choice]);
}
