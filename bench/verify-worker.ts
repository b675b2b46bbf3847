import { createReadStream } from "node:fs";
import { workerData } from "node:worker_threads";
import { nodeCrypto, parseVkey, verifyLog } from "../audit/index.ts";

/** What a thread that verifies an archive is given. It ends when it has done so. */
export interface VerifyOrder {
  readonly path: string;
  /** C2SP verifier key line. */
  readonly vkey: string;
  readonly times: number;
  /** Two numbers that all threads share: how many are ready, and 1 when they begin. */
  readonly gate: Int32Array<SharedArrayBuffer>;
}

const { path, vkey, times, gate } = workerData as VerifyOrder;
const key = parseVkey(nodeCrypto, vkey);
Atomics.add(gate, 0, 1);
Atomics.wait(gate, 1, 0);
for (let time = 0; time < times; time += 1) {
  const archive = createReadStream(path, { highWaterMark: 1 << 18 });
  const { verified } = await verifyLog({ crypto: nodeCrypto, key, archive });
  if (!verified) throw new Error("the archive does not verify");
}
