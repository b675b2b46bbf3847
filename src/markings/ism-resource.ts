import { isCalendarDay } from "./calendar.ts";

const REGIMES = /^(?:USGov|USIC|USDOD|OtherAuthority)(?: (?:USGov|USIC|USDOD|OtherAuthority)){0,3}$/;
const VERSION = /^[0-9A-Za-z.-]{1,32}$/;

/**
 * Notices that stand beside the controls of a marking (standards A.8), and that a distribution is public. DoD-Dist-B to F
 * limit who may have a document and are no part of a marking: they are refused here, a field of their own holds them.
 */
const NOTICES: ReadonlySet<string> = new Set(
  "RD FRD CNWDI IMC IMCON_RSEN RSEN FISA DS LES LES-NF DSEN SSI GEOCAP NATO POC DoD-Dist-A".split(" "),
);

const isNotices = (text: string): boolean => {
  const tokens = text.split(" ");
  return tokens.every((token) => NOTICES.has(token)) && new Set(tokens).size === tokens.length;
};

/** Printable and on one line, without blanks at its ends. */
const isLine = (text: string): boolean =>
  text.length <= 1024 && text.trim() === text && /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]+$/u.test(text);

interface ResourceAttribute {
  readonly allows: (text: string) => boolean;
  /** Whether it is told beside a marking that was read. The others are checked and not kept. */
  readonly told: boolean;
  readonly boolean: boolean;
}

const of = (allows: (text: string) => boolean, told = false): ResourceAttribute => ({ allows, told, boolean: false });

/**
 * The designation indicator of CUI: who controls it, who is asked, and when it is to be decontrolled, which opens nothing by
 * itself (standards A.6). secondBannerLine and handleViaChannels restrict and are refused.
 */
const ABOUT_CUI: readonly (readonly [string, ResourceAttribute])[] = [
  ["cuiControlledBy", of(isLine, true)],
  ["cuiControlledByOffice", of(isLine, true)],
  ["cuiPOC", of(isLine, true)],
  ["cuiDecontrolDate", of(isCalendarDay, true)],
  ["cuiDecontrolEvent", of(isLine, true)],
];

/** Whether the attribute is one of the designation indicator of CUI. */
export const isAboutCui = (name: string): boolean => ABOUT_CUI.some(([known]) => known === name);

/**
 * Attributes about the resource that restrict nobody. Every other attribute is refused, because one that is passed over could
 * have been a restriction.
 */
const ABOUT_THE_RESOURCE: ReadonlyMap<string, ResourceAttribute> = new Map([
  ["compliesWith", of((text) => REGIMES.test(text))],
  ["resourceElement", { ...of((text) => text === "true"), boolean: true }],
  ["createDate", of(isCalendarDay, true)],
  ["excludeFromRollup", { ...of((text) => text === "true" || text === "false", true), boolean: true }],
  ["compilationReason", of(isLine, true)],
  ["noticeType", of(isNotices, true)],
  ["DESVersion", of((text) => VERSION.test(text))],
  ["ISMCATCESVersion", of((text) => VERSION.test(text))],
  ...ABOUT_CUI,
]);

/** Names of the attributes about the resource. */
export const RESOURCE_NAMES: readonly string[] = [...ABOUT_THE_RESOURCE.keys()];

/** Those that are true or false, which JSON may say as such. */
export const isFlagAttribute = (name: string): boolean => ABOUT_THE_RESOURCE.get(name)?.boolean === true;

/** Whether the attribute is one about the resource and has a value that it may have. */
export const isAboutResource = (name: string, text: string): boolean =>
  ABOUT_THE_RESOURCE.get(name)?.allows(text) === true;

/** What such an attribute says beside a marking, as `name: value`; null for those that are not kept. */
export const toldOf = (name: string, text: string): string | null =>
  ABOUT_THE_RESOURCE.get(name)?.told === true ? `${name}: ${text}` : null;
