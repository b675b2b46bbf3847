import { ConsoleScreen } from "./console-screen.ts";
import { DeliveryScreen } from "./delivery-screen.ts";
import type { Desk } from "./desk.ts";
import { LeadScreen } from "./lead-screen.ts";
import { QuarantineScreen } from "./quarantine-screen.ts";
import { StewardScreen } from "./steward-screen.ts";
import { TEXT } from "./text.ts";

/** All desks, in the order in which they are offered. What a role may do there, the server decides at each request. */
export const DESKS: readonly Desk[] = [
  { name: TEXT.steward.desk, roles: ["steward"], open: (then) => new StewardScreen(then) },
  { name: TEXT.quarantine.desk, roles: ["steward"], open: (then) => new QuarantineScreen(then) },
  { name: TEXT.delivery.desk, roles: ["program-officer", "approver"], open: (then) => new DeliveryScreen(then) },
  { name: TEXT.lead.title, roles: ["steward"], open: (then) => new LeadScreen(then) },
  { name: TEXT.console.title, roles: ["compliance-officer"], open: (then) => new ConsoleScreen(then) },
];
