import { accessCommand } from "./access.ts";
import { auditCommand } from "./audit.ts";
import { clientCommand } from "./client.ts";
import { markingCommand } from "./marking.ts";
import { personCommand } from "./person.ts";
import { policyCommand } from "./policy.ts";
import { proposalCommand } from "./proposal.ts";
import { signerCommand } from "./signer.ts";
import { startCommand } from "./start.ts";
import { tokenCommand } from "./token.ts";
import { tourCommand } from "./tour.ts";
import type { Subcommand } from "./usage.ts";

/** Every command of `caveat` by its name. */
export const COMMANDS: Readonly<Record<string, Subcommand>> = {
  start: startCommand,
  tour: tourCommand,
  audit: auditCommand,
  token: tokenCommand,
  marking: markingCommand,
  access: accessCommand,
  policy: policyCommand,
  person: personCommand,
  client: clientCommand,
  proposal: proposalCommand,
  signer: signerCommand,
};
