import fc from "fast-check";

/** Changes one object in place; `name` is a member of it. */
export type Change = (object: Record<string, unknown>, name: string) => void;

const ODD_TEXTS: readonly unknown[] = ["", "U", "TS", "USA", "GOV", "yes", "approved", "open", "ACTIVE", " SI"];
const ODD_LISTS: readonly unknown[] = [
  [],
  ["USA"],
  ["USA", "USA"],
  ["SI"],
  ["si"],
  [""],
  [1],
  [["SI"]],
  ["analyst", "analyst"],
  ["OC:a"],
  ["OC:A"],
  ["VIEW_ONLY"],
  ["VIEWONLY"],
  Array.from({ length: 600 }, (_, n) => `T${n}`),
];
const ODD_VALUES: readonly unknown[] = [null, true, false, 0, 1, 4, {}, { 0: "SI", length: 1 }, { level: "U" }];

/** A member taken away, one added, or one given a value of another kind. */
export const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.constant<Change>((object, name) => void Reflect.deleteProperty(object, name)),
  fc.constantFrom("also", "toString", "__proto__", "Level").map((other): Change => (object) => {
    // As JSON.parse makes it: an own member, whatever its name.
    Object.defineProperty(object, other, { value: [], enumerable: true, configurable: true, writable: true });
  }),
  fc.constantFrom(...ODD_TEXTS, ...ODD_LISTS, ...ODD_VALUES).map(
    (odd): Change =>
      (object, name) =>
        void (object[name] = odd),
  ),
);
