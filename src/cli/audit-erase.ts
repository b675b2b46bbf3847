import { personId } from "./audit-words.ts";
import type { Verbs } from "./door-command.ts";
import { proposeAndSay } from "./proposal-text.ts";

/** `caveat audit erase`: one of the two people who erase what the log holds of somebody asks through the door. */
export const ERASE_VERBS: Verbs = {
  erase: {
    words: ["PERSON"],
    needs: { months: "MONTH[,MONTH...]", authority: "TEXT" },
    may: { marking: "BANNER" },
    does: "asks that what the log holds of a person's own requests in these months be erased for good",
    who: "otto",
    run: async (call) => {
      const marking = call.option("marking");
      return proposeAndSay(call, "auditErasePropose", "AuditEraseProposeInput", {
        personId: await personId(call.get("PERSON")),
        months: call.get("months").split(","),
        authority: call.get("authority"),
        ...(marking === undefined ? {} : { markings: [marking] }),
      });
    },
  },
};

/** What the help of `caveat audit` says of it. */
export const ERASE_HELP = `erase asks, and a security officer approves: caveat proposal approve. MONTH is one that is over, in UTC, as 2026-09; TEXT is
the legal basis, which stands in the entry. What is erased is the keys of those sections that the asking officer may open (of
one marking with --marking), and what the index and long lists hold of them. No section opens again, in no process and for
nobody; entries, chain and commitments stay, and the log verifies as before. Entries that others made about the person,
approvals and releases among them, are not his own and stay. Backups: see SECURITY.md.`;
