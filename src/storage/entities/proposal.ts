import { defineEntity, p } from "@mikro-orm/core";

/** What somebody asks for that a second person must approve. */
export const Proposal = defineEntity({
  name: "Proposal",
  schema: "data",
  tableName: "proposal",
  properties: {
    id: p.uuid().primary(),
    kind: p.text(),
    family: p.text(),
    programId: p.uuid(),
    markingId: p.uuid(),
    requesterId: p.uuid(),
    subjectId: p.uuid(),
    content: p.text(),
    contentSha384: p.text(),
    stateSha384: p.text(),
    entryId: p.uuid(),
    requestedAt: p.datetime(),
    expiresAt: p.datetime(),
  },
});

/** Which markings the proposals of a kind have. */
export const ProposalMarking = defineEntity({
  name: "ProposalMarking",
  schema: "data",
  tableName: "proposal_marking",
  properties: {
    kind: p.text().primary(),
    programId: p.uuid().primary(),
    markingId: p.uuid().primary(),
    family: p.text(),
  },
});

const ofProposal = {
  proposalId: p.uuid().primary(),
  family: p.text(),
  programId: p.uuid(),
  proposalMarkingId: p.uuid(),
  requesterId: p.uuid(),
  subjectId: p.uuid(),
  contentSha384: p.text(),
} as const;

/** The second person's approval of exactly one content; what it approves is executed when it commits. */
export const ProposalApproval = defineEntity({
  name: "ProposalApproval",
  schema: "data",
  tableName: "proposal_approval",
  properties: { ...ofProposal, approverId: p.uuid(), entryId: p.uuid(), approvedAt: p.datetime() },
});

/** The end of a proposal that was not approved. */
export const ProposalWithdrawal = defineEntity({
  name: "ProposalWithdrawal",
  schema: "data",
  tableName: "proposal_withdrawal",
  properties: { ...ofProposal, withdrawerId: p.uuid(), entryId: p.uuid(), withdrawnAt: p.datetime() },
});

/** What one person took away. */
export const Revocation = defineEntity({
  name: "Revocation",
  schema: "data",
  tableName: "revocation",
  properties: {
    id: p.uuid().primary(),
    kind: p.text(),
    family: p.text(),
    programId: p.uuid(),
    markingId: p.uuid(),
    revokerId: p.uuid(),
    subjectId: p.uuid(),
    content: p.text(),
    entryId: p.uuid(),
    revokedAt: p.datetime(),
  },
});

/** A marking that one person raised. */
export const MarkingChange = defineEntity({
  name: "MarkingChange",
  schema: "data",
  tableName: "marking_change",
  properties: {
    id: p.uuid().primary(),
    noun: p.text(),
    objectId: p.uuid(),
    programId: p.uuid(),
    fromMarkingId: p.uuid(),
    markingId: p.uuid(),
    changerId: p.uuid(),
    reason: p.text(),
    entryId: p.uuid(),
    changedAt: p.datetime(),
  },
});
