import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from "type-graphql";
import { clientById } from "../../administration/clients.ts";
import { personById } from "../../administration/people.ts";
import type { AdministeredPerson } from "../../administration/people.ts";
import {
  authorityGrant,
  clearanceGrant,
  membershipGrant,
  personRestore,
  readOnGrant,
  roleGrant,
} from "../../administration/person-grants.ts";
import {
  revokeAuthority,
  revokeClearance,
  revokeClient,
  revokeMembership,
  revokeReadOn,
  revokeRole,
  suspendClient,
  suspendPerson,
} from "../../administration/revocations.ts";
import type { Command } from "../../policy/command.ts";
import { localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { Client } from "./client.ts";
import type { Context } from "./context.ts";
import { Input, Payload, act } from "./payload.ts";
import { Person } from "./person.ts";
import { ProposalPayload, proposeOnce } from "./proposal-mutations.ts";
import { DateTimeScalar } from "./scalars.ts";

@InputType()
export class PersonInput extends Input {
  @Field(() => ID)
  readonly personId!: string;
}

@InputType()
export class ClearanceGrantInput extends PersonInput {
  @Field(() => String, { description: "A classification level." })
  readonly level!: string;

  @Field(() => String, { description: "Country that issues it." })
  readonly issuer!: string;

  @Field(() => DateTimeScalar)
  readonly expiresAt!: Date;
}

@InputType()
export class ReadOnInput extends PersonInput {
  @Field(() => String)
  readonly token!: string;
}

@InputType()
export class MembershipInput extends PersonInput {
  @Field(() => ID)
  readonly programId!: string;
}

@InputType()
export class RoleInput extends PersonInput {
  @Field(() => String)
  readonly role!: string;
}

@InputType()
export class MarkingAuthorityInput extends PersonInput {
  @Field(() => String, { description: "downgrade or disclosure." })
  readonly authority!: string;

  @Field(() => String, { description: "An owner, or a country." })
  readonly scope!: string;
}

@InputType()
export class ClientInput extends Input {
  @Field(() => ID)
  readonly clientId!: string;
}

/** What every mutation that takes something away from a person answers. */
@ObjectType({ simpleResolvers: true })
export class PersonPayload extends Payload {
  @Field(() => Person, { nullable: true })
  readonly person?: AdministeredPerson | null;
}

/** What every mutation that takes something away from a client answers. */
@ObjectType({ simpleResolvers: true })
export class ClientPayload extends Payload {
  @Field(() => Client, { nullable: true })
  readonly client?: Client | null;
}

type Made = { readonly id: string };

function takeFromPerson<I extends { readonly personId: string }>(
  context: Context,
  command: Command<I, Made>,
  envelope: Input,
  input: I,
): Promise<Payload> {
  const reread = async (): Promise<object> => ({
    person: await context.operation.query(personById, { id: input.personId }),
  });
  return act(context, command, envelope, input, reread);
}

function takeFromClient(
  context: Context,
  command: Command<{ client: string }, Made>,
  input: ClientInput,
): Promise<Payload> {
  const reread = async (): Promise<object> => ({
    client: await context.operation.query(clientById, { id: input.clientId }),
  });
  return act(context, command, input, { client: input.clientId }, reread);
}

const personOf = (input: PersonInput): { personId: string } => ({ personId: localId("person", input.personId) });

/** What is granted to people: asked here, approved by another security officer. */
@Resolver()
export class GrantMutations {
  @Mutation(() => ProposalPayload, { description: "Asks for a clearance; one that the person has is replaced." })
  @Does("person.administer")
  clearanceGrantPropose(
    @Ctx() context: Context,
    @Arg("input", () => ClearanceGrantInput) input: ClearanceGrantInput,
  ): Promise<Payload> {
    const { level, issuer } = input;
    const value = { ...personOf(input), level, issuer, expiresAt: input.expiresAt.toISOString() };
    return proposeOnce(context, clearanceGrant, input, value);
  }

  @Mutation(() => ProposalPayload, { description: "Asks that a person be read on for one token." })
  @Does("person.administer")
  readOnGrantPropose(@Ctx() context: Context, @Arg("input", () => ReadOnInput) input: ReadOnInput): Promise<Payload> {
    return proposeOnce(context, readOnGrant, input, { ...personOf(input), token: input.token });
  }

  @Mutation(() => ProposalPayload, { description: "Asks that a person be read into a program." })
  @Does("person.administer")
  membershipGrantPropose(
    @Ctx() context: Context,
    @Arg("input", () => MembershipInput) input: MembershipInput,
  ): Promise<Payload> {
    const value = { ...personOf(input), programId: localId("program", input.programId) };
    return proposeOnce(context, membershipGrant, input, value);
  }

  @Mutation(() => ProposalPayload, { description: "Asks that a person be given a role." })
  @Does("person.administer")
  roleGrantPropose(@Ctx() context: Context, @Arg("input", () => RoleInput) input: RoleInput): Promise<Payload> {
    return proposeOnce(context, roleGrant, input, { ...personOf(input), role: input.role });
  }

  @Mutation(() => ProposalPayload, { description: "Asks that a person may lower for an owner, or widen to a country." })
  @Does("person.administer")
  authorityGrantPropose(
    @Ctx() context: Context,
    @Arg("input", () => MarkingAuthorityInput) input: MarkingAuthorityInput,
  ): Promise<Payload> {
    const value = { ...personOf(input), authority: input.authority, scope: input.scope };
    return proposeOnce(context, authorityGrant, input, value);
  }

  @Mutation(() => ProposalPayload, { description: "Asks that a suspended person come back." })
  @Does("person.administer")
  personRestorePropose(@Ctx() context: Context, @Arg("input", () => PersonInput) input: PersonInput): Promise<Payload> {
    return proposeOnce(context, personRestore, input, personOf(input));
  }
}

/** What one security officer takes away: it holds at the next statement. */
@Resolver()
export class RevocationMutations {
  @Mutation(() => PersonPayload, { description: "Takes a clearance away, at once." })
  @Does("person.administer")
  clearanceRevoke(@Ctx() context: Context, @Arg("input", () => PersonInput) input: PersonInput): Promise<Payload> {
    return takeFromPerson(context, revokeClearance, input, personOf(input));
  }

  @Mutation(() => PersonPayload, { description: "Takes a read-on away, at once." })
  @Does("person.administer")
  readOnRevoke(@Ctx() context: Context, @Arg("input", () => ReadOnInput) input: ReadOnInput): Promise<Payload> {
    return takeFromPerson(context, revokeReadOn, input, { ...personOf(input), token: input.token });
  }

  @Mutation(() => PersonPayload, { description: "Takes a person out of a program, at once." })
  @Does("person.administer")
  membershipRevoke(
    @Ctx() context: Context,
    @Arg("input", () => MembershipInput) input: MembershipInput,
  ): Promise<Payload> {
    const value = { ...personOf(input), programId: localId("program", input.programId) };
    return takeFromPerson(context, revokeMembership, input, value);
  }

  @Mutation(() => PersonPayload, { description: "Takes a role away, at once." })
  @Does("person.administer")
  roleRevoke(@Ctx() context: Context, @Arg("input", () => RoleInput) input: RoleInput): Promise<Payload> {
    return takeFromPerson(context, revokeRole, input, { ...personOf(input), role: input.role });
  }

  @Mutation(() => PersonPayload, { description: "Takes an authority away, at once." })
  @Does("person.administer")
  authorityRevoke(
    @Ctx() context: Context,
    @Arg("input", () => MarkingAuthorityInput) input: MarkingAuthorityInput,
  ): Promise<Payload> {
    const value = { ...personOf(input), authority: input.authority, scope: input.scope };
    return takeFromPerson(context, revokeAuthority, input, value);
  }

  @Mutation(() => PersonPayload, { description: "Suspends a person, at once; two people bring him back." })
  @Does("person.administer")
  personSuspend(@Ctx() context: Context, @Arg("input", () => PersonInput) input: PersonInput): Promise<Payload> {
    return takeFromPerson(context, suspendPerson, input, personOf(input));
  }

  @Mutation(() => ClientPayload, { description: "Suspends a client, at once; two people may approve it again." })
  @Does("client.administer")
  clientSuspend(@Ctx() context: Context, @Arg("input", () => ClientInput) input: ClientInput): Promise<Payload> {
    return takeFromClient(context, suspendClient, input);
  }

  @Mutation(() => ClientPayload, { description: "Revokes a client for good, at once." })
  @Does("client.administer")
  clientRevoke(@Ctx() context: Context, @Arg("input", () => ClientInput) input: ClientInput): Promise<Payload> {
    return takeFromClient(context, revokeClient, input);
  }
}
