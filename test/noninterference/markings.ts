/** Markings of the worlds, from the lowest up; SI, TK, and what goes to one nation alone are not comparable. */
export const MARKINGS = [
  "UNCLASSIFIED//REL TO USA, FVEY",
  "CONFIDENTIAL//REL TO USA, FVEY",
  "SECRET//REL TO USA, FVEY",
  "SECRET//REL TO USA, AUS",
  "SECRET//REL TO USA, GBR",
  "SECRET//NOFORN",
  "TOP SECRET//REL TO USA, FVEY",
  "TOP SECRET//NOFORN",
  "TOP SECRET//SI//NOFORN",
  "TOP SECRET//TK//NOFORN",
  "TOP SECRET//SI/TK//NOFORN",
] as const;

/** Texts that are no marking here, or one that nothing in the worlds carries. */
export const ODD_MARKINGS = [
  "UNCLASSIFIED",
  "SECRET",
  "(S//NF)",
  "(U//REL TO USA, FVEY)",
  "S//NF",
  "TOP SECRET//HCS//NOFORN",
  "TOP SECRET//SI-ZZZ//NOFORN",
  "SECRET//SAR-BUTTERED POPCORN//NOFORN",
  "//NATO SECRET",
  "TOP SECRET//SI//NOFORN ",
  "top secret//noforn",
  "",
] as const;
