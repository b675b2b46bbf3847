import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

/** Files that take long, longest first: begun last they would run alone while another core has nothing to do. */
const LONGEST = [
  "test/noninterference/campaign.test.ts",
  "test/noninterference/mutants.test.ts",
  "test/browser/hostile-desks.test.ts",
  "test/browser/two-worlds.test.ts",
  "test/access/random-policies.test.ts",
  "test/server/log-signer.test.ts",
  "test/browser/main-job.test.ts",
  "test/browser/local-copy.test.ts",
  "test/access/catalog.test.ts",
  "test/browser/local-copy-ends.test.ts",
  "test/tour/tour.test.ts",
  "test/browser/drawing.test.ts",
  "test/browser/delivery.test.ts",
  "test/browser/more-projects.test.ts",
  "test/browser/accessible.test.ts",
  "test/browser/steward.test.ts",
  "test/browser/judging.test.ts",
  "test/browser/moving.test.ts",
  "test/browser/console.test.ts",
  "test/browser/workbench.test.ts",
  "test/server/production.test.ts",
  "test/hidden/reading.test.ts",
];

/** Begins with what takes longest, on a fresh clone too, where no times of an earlier run are known. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
