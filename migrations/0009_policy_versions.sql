set local role caveat_owner;

-- The documents of every policy that was ever proposed, by the hash of their text: what two people approve is this hash.
create table access.policy_documents (
  sha384 text primary key check (sha384 = encode(sha384(convert_to(content, 'UTF8')), 'hex')),
  content text not null,
  version text not null,
  register_version text not null,
  kept_at timestamptz not null default now()
);
grant select, insert on access.policy_documents to caveat_policy;

-- A policy in force is a set of documents; the same rules may stand beside another register, and a version may come back.
alter table access.policy add column documents_sha384 text;
insert into access.policy_documents (sha384, content, version, register_version)
  select distinct on (encode(sha384(convert_to(documents::text, 'UTF8')), 'hex'))
    encode(sha384(convert_to(documents::text, 'UTF8')), 'hex'), documents::text, version, register_version from access.policy;
update access.policy set documents_sha384 = encode(sha384(convert_to(documents::text, 'UTF8')), 'hex');
alter table access.policy
  alter column documents_sha384 set not null,
  add foreign key (documents_sha384) references access.policy_documents (sha384),
  add unique (documents_sha384),
  drop constraint policy_version_key,
  drop column documents,
  alter column requested_by drop not null,
  alter column approved_by drop not null,
  alter column activated_at drop not null,
  alter column activated_at drop default,
  add check (not active or (requested_by is not null and approved_by is not null and activated_at is not null));

-- A row for documents that are not in force yet: the matrix of decisions is filled under it before they come into force.
create function access.prepare_policy(p_documents text) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into access.policy (version, register_version, documents_sha384)
    select version, register_version, sha384 from access.policy_documents where sha384 = p_documents
    on conflict (documents_sha384) do nothing;
  return (select id from access.policy where documents_sha384 = p_documents);
end $$;
grant execute on function access.prepare_policy(text) to caveat_policy;

-- Which row security stands in the database: written by whoever migrates, in the transaction that installs it.
create table access.row_security (
  installed int primary key,
  sha384 text not null,
  installed_at timestamptz not null default now()
);
grant select on access.row_security to caveat_policy;

create function access.installed_row_security() returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select sha384 from access.row_security order by installed desc limit 1
$$;

-- Each time that a policy came into force, or was put down for the next start because its row rules are others than those
-- that stand in the database: no working role can change row security. `completed_at` of such a one is another row.
create table access.policy_activation (
  position int primary key,
  policy_id uuid not null references access.policy (id),
  replaced uuid references access.policy (id),
  proposal_id uuid,
  requested_by text not null,
  approved_by text not null check (approved_by <> requested_by),
  step text not null check (step in ('scheduled', 'in force')),
  row_security text not null,
  at timestamptz not null default clock_timestamp()
);
grant select on access.policy_activation to caveat_policy;
insert into access.policy_activation (position, policy_id, requested_by, approved_by, step, row_security, at)
  select 1, id, requested_by, approved_by, 'in force', '', activated_at from access.policy where active;

create function access.next_activation() returns int
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(max(position), 0) + 1 from access.policy_activation
$$;

-- What waits for the next start: the last one put down, while what it was to replace is still in force.
create function access.scheduled_activation() returns access.policy_activation
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select s from access.policy_activation s
  where s.position = (select max(position) from access.policy_activation) and s.step = 'scheduled'
$$;

grant execute on function access.installed_row_security(), access.scheduled_activation() to caveat_policy;

create function access.put_in_force(p_policy uuid, p_proposal uuid, p_requester text, p_approver text, p_row_security text)
  returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  before uuid;
begin
  -- Nobody interns a marking or a profile under the old policy after this point.
  perform pg_advisory_xact_lock(7233, 2);
  select id into before from access.policy where active;
  update access.policy set active = false where active;
  update access.policy set active = true, requested_by = p_requester, approved_by = p_approver, activated_at = clock_timestamp()
    where id = p_policy;
  insert into access.policy_activation (position, policy_id, replaced, proposal_id, requested_by, approved_by, step, row_security)
    values (access.next_activation(), p_policy, before, p_proposal, p_requester, p_approver, 'in force', p_row_security);
end $$;

-- An activation is about the policy in force, what is put down for the next start and the documents themselves: when one of
-- them is another than when it was proposed, it is void.
create function access.state_policy_activate(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select encode(sha384(convert_to(jsonb_build_array(
      (select p.documents_sha384 from access.policy p where p.active),
      (access.scheduled_activation()).policy_id,
      d.sha384, d.version, d.register_version)::text, 'UTF8')), 'hex')
  from access.policy_documents d
  where d.sha384 = p_act ->> 'documents' and d.version = p_act ->> 'policyVersion'
    and d.register_version = p_act ->> 'registerVersion'
$$;

-- Runs when an approval commits. Row security is what only the migrating login may change: a policy that needs another one
-- is put down for the next start, which installs it and completes this; the rest comes into force at once.
create function access.execute_policy_activate(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  requester text;
  approver text;
  policy uuid;
begin
  select p.requester_id::text, a.approver_id::text into strict requester, approver
    from data.proposal p join data.proposal_approval a on a.proposal_id = p.id where p.id = p_proposal;
  policy := access.prepare_policy(p_act ->> 'documents');
  if p_act ->> 'rowSecurity' = access.installed_row_security() then
    perform access.put_in_force(policy, p_proposal, requester, approver, p_act ->> 'rowSecurity');
  else
    insert into access.policy_activation (position, policy_id, replaced, proposal_id, requested_by, approved_by, step, row_security)
      values (access.next_activation(), policy, (select id from access.policy where active), p_proposal, requester, approver, 'scheduled', p_act ->> 'rowSecurity');
  end if;
end $$;

-- What a security officer asks about objects is answered from where they stand, never from what they hold.
grant select (program_id, noun, marking_id) on data.program_marking to caveat_policy;
grant select (dataset_id, program_id, dataset_marking_id, noun, marking_id) on data.dataset_marking to caveat_policy;
create policy program_marking_locate on data.program_marking for select to caveat_policy using (marking_id is not null);
create policy dataset_marking_locate on data.dataset_marking for select to caveat_policy using (marking_id is not null);

reset role;
