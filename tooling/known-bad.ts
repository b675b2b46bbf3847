/** A published flaw of a package, as written down in security/known-bad.json. */
export interface KnownBad {
  readonly package: string;
  /** Versions that have it: alternatives joined by ` || `, each a list of `<`, `<=`, `>=`, `>`, `=` comparisons. */
  readonly range: string;
  readonly cve: string;
  readonly source: string;
  readonly flaw: string;
  /** Why it does not reach us, where no mended version can be had. A test must hold the claim. */
  readonly accepted?: string;
}

/** What package-lock.json says of an installed package. */
export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

/**
 * Finds locked packages that are known to be bad.
 *
 * @param packages `packages` of package-lock.json, by path
 * @returns one line for each: package, version and flaw
 */
export function findKnownBad(
  packages: Readonly<Record<string, LockedPackage>>,
  known: readonly KnownBad[],
): readonly string[] {
  return Object.entries(packages).flatMap(([path, { version }]) => {
    const name = path.split("node_modules/").at(-1) ?? "";
    if (name === "" || version === undefined) return [];
    return known
      .filter((bad) => bad.package === name && bad.accepted === undefined && matches(version, bad.range))
      .map((bad) => `${name} ${version}: ${bad.cve}, ${bad.flaw}`);
  });
}

/**
 * Whether a version is in a range. A pre-release counts as its release does: better to look twice.
 *
 * @throws Error on a comparison that it does not know
 */
export function matches(version: string, range: string): boolean {
  return range.split("||").some((alternative) =>
    alternative
      .trim()
      .split(/\s+/)
      .every((comparison) => {
        const [, operator, bound] = /^(<=|>=|<|>|=)(\d+\.\d+\.\d+)$/.exec(comparison) ?? [];
        if (operator === undefined || bound === undefined) throw new Error(`unknown comparison ${comparison}`);
        const order = compare(version, bound);
        return (
          (operator.includes("<") && order < 0) ||
          (operator.includes(">") && order > 0) ||
          (operator.includes("=") && order === 0)
        );
      }),
  );
}

function compare(one: string, other: string): number {
  const [first, second] = [one, other].map((text) => text.split(/[-+]/)[0]?.split(".").map(Number) ?? []);
  for (const index of [0, 1, 2]) {
    const difference = (first?.[index] ?? 0) - (second?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
