import type { Effective, Level } from "../markings/index.ts";

/** What somebody is cleared and read on for, or is to be. */
export interface ClearedFor {
  readonly clearance: Level;
  readonly fineAccessControls: readonly string[];
  /** Lists that name him, where they are told at all: that a list exists is known to those in it alone. */
  readonly lists?: readonly string[];
}

/**
 * The marking of what is known about somebody's standing: as high as everything that he is cleared and read on for, for our
 * own people only (standards B.7: a token list is readable by its person and by officers who dominate it).
 */
export function standingEffective({ clearance, fineAccessControls: tokens, lists = [] }: ClearedFor): Effective {
  const nuclear = tokens.map((token) => ({ Q: "RD", CNWDI: "RD-CNWDI" })[token] ?? token.replace(/^SIGMA-/, "RD-SG-"));
  const isNuclear = (token: string): boolean => /^RD(-|$)/.test(token);
  const isNato = (token: string): boolean => /^(NATO-|ATOMAL$|BALK$|BOHEMIA$)/.test(token);
  const isOther = (token: string): boolean =>
    token.startsWith("SAR-") || isNato(token) || /^(Q|CNWDI|SIGMA-.*)$/.test(token);
  return {
    level: clearance,
    sci: tokens.filter((token) => !isOther(token)),
    sar: tokens.filter((token) => token.startsWith("SAR-")).map((token) => token.slice(4)),
    aea: nuclear.filter(isNuclear),
    nato: tokens.filter(isNato),
    fgi: [],
    controls: [],
    noforn: true,
    relTo: [],
    displayTo: [],
    jointOwners: null,
    lists,
  };
}
