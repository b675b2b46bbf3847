import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";
import { knownTimes } from "../tooling/test-sample.ts";

/**
 * Begins with the files that take longest, on a fresh clone too: begun last they would run alone while another core has
 * nothing to do. One of which no time is known is begun after those that take seconds.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const times = Object.entries(knownTimes());
    const known = new Map<string, number>();
    const seconds = ({ moduleId }: TestSpecification): number => {
      const found = known.get(moduleId) ?? times.find(([name]) => moduleId.endsWith(`/${name}`))?.[1] ?? 1;
      known.set(moduleId, found);
      return found;
    };
    return (await super.sort(files)).toSorted((a, b) => seconds(b) - seconds(a));
  }
}
