import { CHANGING } from "./changing.ts";
import { LOCKS } from "./locks.ts";
import type { Mutant } from "./mutant.ts";
import { READING } from "./reading.ts";
import { TRANSPORT } from "./transport.ts";

/** Every seeded leak. */
export const MUTANTS: readonly Mutant[] = [...READING, ...LOCKS, ...CHANGING, ...TRANSPORT];
