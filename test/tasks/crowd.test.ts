import { expect, test } from "vitest";
import { Crowd } from "./crowd.ts";

test("of a crowd that dies, comes late, says things twice and loses its connections no task is done more often than asked, none is lost, and none is had by somebody who may not see it", async () => {
  const { wrong, faults, submissions, refusals } = await Crowd.run({ seed: 7, clients: 12, tasks: 24 });
  expect(wrong).toEqual([]);
  expect(submissions).toBeGreaterThanOrEqual(48);
  expect(Object.keys(faults).length).toBeGreaterThan(3);
  expect(refusals["LEASE_OVER"]).toBeGreaterThan(0);
}, 120_000);

test("and the crowd notices when a lease that is over is taken for one that lasts", async () => {
  const { wrong } = await Crowd.run({
    seed: 8,
    late: 0.4,
    clients: 12,
    tasks: 16,
    weakened: [
      [
        "access.perform_act()",
        "if s.state <> 'LEASED' or s.person_id <> new.person_id or s.epoch <> new.epoch or s.lasts_until <= new.created_at then",
        "if false then",
      ],
    ],
  });
  expect(wrong.length).toBeGreaterThan(0);
}, 120_000);
