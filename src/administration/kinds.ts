import { compilationRemoval } from "./compilation-removal.ts";
import { markingLower, markingWiden } from "./markings.ts";
import { policyActivation } from "./policy-activation.ts";
import type { ProposalKind, ProposalRules } from "./proposal-kind.ts";
import { sectionErasure } from "./section-erasure.ts";

/** What an approver of a kind must hold beyond its action. */
type ApprovalRules = Pick<ProposalRules<never>, "approving">;

const RULES: Readonly<Partial<Record<ProposalKind, ApprovalRules>>> = {
  "policy.activate": policyActivation,
  "marking.lower": markingLower,
  "marking.widen": markingWiden,
  "compilation.remove": compilationRemoval,
  "section.erase": sectionErasure,
};

/** The rules by which a kind is approved. */
export function approvalRules(kind: ProposalKind): ApprovalRules | undefined {
  return RULES[kind];
}
