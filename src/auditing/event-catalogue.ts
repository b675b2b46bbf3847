import type { LeafKind } from "../../audit/index.ts";
import type { WantedEvent } from "./wanted-events.ts";

interface Recorded {
  readonly covers: readonly WantedEvent[];
  /** Kinds of the entries that record it. */
  readonly kinds: readonly [LeafKind, ...LeafKind[]];
  /** What in them tells it. */
  readonly tells: string;
}

interface NotRecorded {
  readonly covers: readonly WantedEvent[];
  readonly notRecorded: string;
}

/** How an event is recorded, or why it is not. */
export type EventRecord = Recorded | NotRecorded;

/** Every class of event, closed: what the log records and what it does not. Nothing else happens here. */
export const EVENTS = {
  "authentication.success": {
    covers: ["logons", "IPs (source and destination)"],
    kinds: ["operation.request"],
    tells:
      "every request proves who asks: person, session, client and purpose in the actor's section, the source address in the request's",
  },
  "authentication.failure": {
    covers: ["logons", "unapproved client refused", "IPs (source and destination)"],
    kinds: ["refused"],
    tells:
      "kind unauthenticated, the source address and a count for each second; why (token, client, suspension, hours) is not told apart",
  },
  "request.turned-away": {
    covers: ["logons", "IPs (source and destination)"],
    kinds: ["refused"],
    tells: "kind malformed, unknown-route, busy or unavailable, the source and a count for each second",
  },
  "authorization.decision": {
    covers: ["obligations issued/failed", "admin/root access"],
    kinds: ["operation.outcome", "mutation.outcome"],
    tells:
      "each decision with its action, objects, marking, facts, reasons and obligations, and the versions of policy and register; a refusal is a decision as well",
  },
  "object.read": {
    covers: ["file/object create, access, delete, modify, permission change, ownership change"],
    kinds: ["operation.request", "operation.outcome"],
    tells: "the fields and ids that were asked for, and the decisions on what was shown",
  },
  "object.write": {
    covers: [
      "file/object create, access, delete, modify, permission change, ownership change",
      "label created/changed/challenged",
      "import of information",
      "uploads from external media",
      "roll-up computed (inputs, output, rule set)",
    ],
    kinds: ["operation.request", "mutation.outcome"],
    tells:
      "command, changed objects and the markings that they got; nothing is deleted, a label is retracted, and an owner does not change. Of a roll-up the result and the register's version, not the inputs",
  },
  "object.download": {
    covers: ["writes/downloads to external media", "export of information"],
    kinds: ["operation.request", "operation.outcome"],
    tells:
      "the decision on the pixels or bytes that leave through the door; what the client does with them is not seen",
  },
  "marking.raised": {
    covers: [
      'access/modify/delete of "categories of information (e.g., classification levels)"',
      "file/object create, access, delete, modify, permission change, ownership change",
      "spill suspected/contained",
    ],
    kinds: ["mutation.outcome", "marking.change"],
    tells: "object, marking before and after, and the reason",
  },
  "marking.lowered": {
    covers: [
      'access/modify/delete of "categories of information (e.g., classification levels)"',
      "downgrade requested/approved/refused/applied",
      "release widened",
    ],
    kinds: ["mutation.outcome", "proposal.request", "proposal.approval", "proposal.withdrawal"],
    tells:
      "who asked for what and who approved exactly that; the approval is its execution. A refusal is a withdrawal, or an outcome with an error",
  },
  "need-to-know.changed": {
    covers: ["NTK grant/revoke", "file/object create, access, delete, modify, permission change, ownership change"],
    kinds: ["mutation.outcome"],
    tells: "the list of readers that was made; lists are never taken back",
  },
  "privilege.granted": {
    covers: ["group/role add/delete/modify", "privilege or role escalation", "NTK grant/revoke"],
    kinds: ["mutation.outcome", "proposal.request", "proposal.approval", "proposal.withdrawal"],
    tells: "clearance, read-on, membership, role, authority or client, to whom, by which two people",
  },
  "privilege.revoked": {
    covers: ["group/role add/delete/modify", "user add/delete/modify/suspend/lock", "NTK grant/revoke"],
    kinds: ["mutation.outcome", "authority.revocation"],
    tells: "what was taken from whom (a suspension too) or from which client, by whom",
  },
  "two-people.act": {
    covers: ["downgrade requested/approved/refused/applied", "privilege or role escalation"],
    kinds: ["mutation.outcome", "proposal.approval", "proposal.withdrawal", "section.erasure", "policy.activation"],
    tells: "the proposal, its hash, its requester and who approved or withdrew it",
  },
  "policy.changed": {
    covers: ["security or audit policy change", "policy/register/tetragraph table change"],
    kinds: ["mutation.outcome", "proposal.request", "proposal.approval", "policy.activation"],
    tells: "the hash of the documents, the versions of policy and register, and the step: scheduled or in force",
  },
  "delivery.made": {
    covers: ["export built/approved/signed/fetched/verified", "export of information", "key use"],
    kinds: ["mutation.outcome", "delivery.approval", "delivery.release", "log.commitment"],
    tells:
      "request, approvals of the manifest's digest, and the release, in the recipient's log too, before it is signed",
  },
  "delivery.fetched": {
    covers: ["export built/approved/signed/fetched/verified", "export of information"],
    kinds: ["operation.request", "operation.outcome"],
    tells: "who fetched which package; whether its recipient verified it, he alone knows",
  },
  "log.read": {
    covers: ["audit and log data access"],
    kinds: ["operation.request", "operation.outcome"],
    tells: "which officer or person, what he asked, and the entries whose sections were opened, by their markings",
  },
  "session.opened": {
    covers: ["logons", "session id create/destroy/renew", "concurrent logons from different stations"],
    kinds: ["operation.request", "operation.outcome"],
    tells:
      "who opened a session for which browser's cookie, at which client, level and address; it is renewed by being used, which each request shows, and ends in silence when it is not",
  },
  "session.ended": {
    covers: ["logoffs (S)", "session id create/destroy/renew"],
    kinds: ["operation.request", "mutation.outcome", "operation.outcome"],
    tells:
      "who ended his session, by signing out, by signing in over it or by opening more than five, and each task that went back with it; that one ended in silence is not told",
  },
  "log.followed": {
    covers: ["audit and log data access", "session id create/destroy/renew"],
    kinds: ["operation.request", "operation.part", "operation.outcome"],
    tells: "who began to follow the log, what each look disclosed, and how far he had come when it ended and why",
  },
  "log.exported": {
    covers: ["audit and log data access", "export of information"],
    kinds: ["operation.request", "operation.outcome"],
    tells: "the archive's own request and decision are in it",
  },
  "log.erased": {
    covers: ["audit and log data access", "security or audit policy change", "key use"],
    kinds: ["mutation.outcome", "proposal.request", "proposal.approval", "section.erasure"],
    tells: "person, months, markings, authority, and how many keys and sections",
  },
  "process.started": {
    covers: ["application start", "reboot, restart, shutdown"],
    kinds: ["log.boot", "policy.activation"],
    tells: "versions of Node, policy and register; a start without a shutdown before it was a crash",
  },
  "process.stopped": {
    covers: ["reboot, restart, shutdown"],
    kinds: ["log.shutdown"],
    tells: "the producer's last counter",
  },
  "log.alive": {
    covers: ["chain checkpoint/verify/failed"],
    kinds: ["log.heartbeat"],
    tells:
      "once a minute that the log takes entries, and the producer's counter; a gap in counters is an event that was lost",
  },
  "log.checkpointed": {
    covers: ["chain checkpoint/verify/failed", "key use"],
    kinds: ["log.commitment"],
    tells:
      "the checkpoint of a recipient's log; the activity log's own are signed notes beside the entries and in its archive",
  },
  "answer.failed": {
    covers: ["obligations issued/failed", "time-outs", "chain checkpoint/verify/failed"],
    kinds: ["operation.outcome", "mutation.outcome"],
    tells:
      "the error's code; where the log takes no entry nothing is answered, and the next one after it tells by its counter",
  },
  "session.kept-elsewhere": {
    covers: ["logoffs (S)", "session id create/destroy/renew", "concurrent logons from different stations"],
    notRecorded:
      "sessions of programs begin and end at the issuer of tokens, whose log has them; entries carry session, client and source, by which they are told apart",
  },
  "connection.ended": {
    covers: ["time-outs"],
    notRecorded: "a connection that falls silent before a request was read carries nothing that could be told",
  },
  "headers.left-out": {
    covers: ["HTTP headers", "IPs (source and destination)"],
    notRecorded:
      "headers hold tokens and what a caller likes to write (AU-3(3)); the server has one address, on the loopback",
  },
  "client.prints": {
    covers: ["print to device", "print to file"],
    notRecorded: "the approved client prints, and what left to it is on record",
  },
  "person.added": {
    covers: ["user add/delete/modify/suspend/lock"],
    notRecorded:
      "no command adds, renames or deletes people: their source of identity writes them into the database, which keeps every version (access.standing_version)",
  },
  "machine.administered": {
    covers: ["admin/root access", "configuration change", "reboot, restart, shutdown"],
    notRecorded:
      "the process sees neither the operating system's nor the database's administrators, and its own environment only as it starts",
  },
  "persisted-operations.absent": {
    covers: ["persisted operation registered/rejected"],
    notRecorded: "there are none: every document is asked in full, and its keyed digest is in the request's section",
  },
  "break-glass.absent": {
    covers: ["break-glass"],
    notRecorded: "there is none: nobody gets past the decision, whatever the hurry",
  },
  "verified-elsewhere": {
    covers: ["chain checkpoint/verify/failed", "export built/approved/signed/fetched/verified", "clock step"],
    notRecorded:
      "archives and deliveries are verified offline with caveat-audit, the stored logs beside the server with caveat audit fsck; both name what they find (CLOCK_BACK among it) and tell no server",
  },
  "suspicion.absent": {
    covers: ["bulk-read threshold", "spill suspected/contained", "clock step"],
    notRecorded:
      "nothing watches for bulk reads or spills: an officer asks for bursts (caveat audit bursts), which is a reading of the log; who reached a rule about labels together is counted in the database and reported to those who may raise it",
  },
  "keys.used": {
    covers: ["key use"],
    notRecorded: "each entry is sealed and each checkpoint signed, so that an entry for each use would never end",
  },
  "signer.adopted": {
    covers: ["key use"],
    notRecorded:
      "what a log's key signed last is told to the signer on its own machine where its record was lost: its records lie outside the logs, which could not vouch for their own signatures",
  },
  "nothing.stored": {
    covers: [],
    notRecorded: "nothing that is stored is read or changed",
  },
} as const satisfies Readonly<Record<string, EventRecord>>;

/** A class of event. */
export type EventName = keyof typeof EVENTS;
