const LEVELS = [
  ["TOP SECRET", "TS"],
  ["SECRET", "S"],
  ["CONFIDENTIAL", "C"],
  ["RESTRICTED", "C"],
  ["UNCLASSIFIED", "U"],
  ["CUI", "CUI"],
] as const;

/** Control systems of compartmented information, as the register names them. */
const CONTROL_SYSTEMS = ["HCS", "RSV", "SI", "TK"];

/**
 * The level that colors a banner: the first level that it names, as in "//NATO SECRET" or "TOP SECRET//NOFORN"; top secret with a
 * control system, as in "TOP SECRET//SI-G/TK//NOFORN", has a color of its own.
 */
export function levelOf(banner: string): string {
  const [first = "", second = ""] = banner.split("//").filter((part) => part !== "");
  const level = LEVELS.find(([name]) => first.includes(name))?.[1] ?? "none";
  const isSci = level === "TS" && CONTROL_SYSTEMS.includes(second.split(/[-/ ]/)[0] ?? "");
  return isSci ? "SCI" : level;
}
