set local role caveat_owner;

-- Two people (I7). A proposal is a row at the marking of what it is about; an approval by somebody else executes it in its
-- own transaction, or is not made. What executes is exactly the text whose hash the approver named. The application role
-- adds rows and nothing else: the triggers below check them again and execute them, with the rights of the owner.

-- Each kind has two functions: access.state_<kind>(act) gives the hash of what the act is about as it stands, or null when
-- there is no such thing; access.execute_<kind>(proposal, act) does it. '.' is written '_' in their names.
create table access.proposal_kind (
  kind text primary key check (kind ~ '^[a-z]+\.[a-z]+$'),
  family text not null check (family in ('person', 'client', 'policy', 'marking')),
  unique (kind, family)
);
insert into access.proposal_kind (kind, family) values
  ('clearance.grant', 'person'), ('readon.grant', 'person'), ('membership.grant', 'person'), ('role.grant', 'person'),
  ('client.approve', 'client'), ('policy.activate', 'policy'), ('marking.lower', 'marking'), ('marking.widen', 'marking');

-- program_id is nil for what belongs to no program; subject_id is the person or object that it is about, nil for others.
create table data.proposal (
  id uuid primary key,
  kind text not null,
  family text not null,
  program_id uuid not null,
  marking_id uuid not null references access.marking (id),
  requester_id uuid not null references access.person (id),
  subject_id uuid not null,
  content text not null,
  content_sha384 text not null,
  state_sha384 text not null,
  entry_id uuid not null,
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  foreign key (kind, family) references access.proposal_kind (kind, family),
  unique (id, family, program_id, marking_id, requester_id, subject_id, content_sha384)
);
create index proposal_page on data.proposal (kind, marking_id, program_id, id);

-- Which markings the proposals of a kind have: a page merges one index range for each visible one.
create table data.proposal_marking (
  kind text not null,
  family text not null,
  program_id uuid not null,
  marking_id uuid not null references access.marking (id),
  primary key (kind, program_id, marking_id),
  foreign key (kind, family) references access.proposal_kind (kind, family)
);

create table data.proposal_approval (
  proposal_id uuid primary key,
  family text not null,
  program_id uuid not null,
  proposal_marking_id uuid not null,
  requester_id uuid not null,
  subject_id uuid not null,
  content_sha384 text not null,
  approver_id uuid not null references access.person (id),
  entry_id uuid not null,
  approved_at timestamptz not null,
  foreign key (proposal_id, family, program_id, proposal_marking_id, requester_id, subject_id, content_sha384)
    references data.proposal (id, family, program_id, marking_id, requester_id, subject_id, content_sha384) on update cascade
);

create table data.proposal_withdrawal (
  proposal_id uuid primary key,
  family text not null,
  program_id uuid not null,
  proposal_marking_id uuid not null,
  requester_id uuid not null,
  subject_id uuid not null,
  content_sha384 text not null,
  withdrawer_id uuid not null references access.person (id),
  entry_id uuid not null,
  withdrawn_at timestamptz not null,
  foreign key (proposal_id, family, program_id, proposal_marking_id, requester_id, subject_id, content_sha384)
    references data.proposal (id, family, program_id, marking_id, requester_id, subject_id, content_sha384) on update cascade
);

-- Nothing commits without its entry, which only a server process can write (the outbox takes records under its MAC).
create function access.require_record() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from audit.outbox o where o.id = new.entry_id and o.record ->> 'kind' = tg_argv[0]) then
    raise exception 'this act has no entry' using errcode = 'CV000';
  end if;
  return null;
end $$;

-- After row security has looked: a row that contradicts itself is refused whoever writes it.
create function access.check_proposal() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c jsonb;
begin
  if encode(sha384(convert_to(new.content, 'UTF8')), 'hex') <> new.content_sha384 then
    raise exception 'not the hash of the content' using errcode = 'check_violation';
  end if;
  c := new.content::jsonb;
  if c ->> 'id' is distinct from new.id::text or c ->> 'kind' is distinct from new.kind
     or c ->> 'requester' is distinct from new.requester_id::text or c ->> 'subject' is distinct from new.subject_id::text
     or c ->> 'state' is distinct from new.state_sha384
     or (c ->> 'expiresAt')::timestamptz is distinct from new.expires_at then
    raise exception 'row and content differ' using errcode = 'check_violation';
  end if;
  if new.subject_id = new.requester_id then
    raise exception 'nobody proposes about himself' using errcode = 'check_violation';
  end if;
  if new.expires_at <= new.requested_at or new.expires_at > new.requested_at + interval '30 days' then
    raise exception 'expires too early or too late' using errcode = 'check_violation';
  end if;
  return null;
exception when invalid_text_representation or invalid_datetime_format then
  raise exception 'content is no JSON' using errcode = 'check_violation';
end $$;
create trigger checked after insert on data.proposal for each row execute function access.check_proposal();
create constraint trigger recorded after insert on data.proposal deferrable initially deferred
  for each row execute function access.require_record('proposal.request');

-- One act of administration at a time: whoever waits here sees what the other one did.
create function access.one_at_a_time() returns void
  language sql set search_path = pg_catalog, pg_temp as $$ select pg_advisory_xact_lock(7233, 8) $$;

create function access.proposal_state(p_kind text, p_act jsonb) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  state text;
begin
  if not exists (select from access.proposal_kind k where k.kind = p_kind) then
    return null;
  end if;
  execute format('select access.%I($1)', 'state_' || replace(p_kind, '.', '_')) into state using p_act;
  return state;
end $$;

-- Runs at the end of the transaction, when the approval's entry is in the outbox: what is executed may end the very token
-- under which it was approved.
create function access.execute_proposal() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  p data.proposal%rowtype;
  act jsonb;
begin
  perform access.one_at_a_time();
  select * into p from data.proposal where id = new.proposal_id;
  if not found or gate.person() is null or new.approver_id <> gate.person()
     or encode(sha384(convert_to(p.content, 'UTF8')), 'hex') <> new.content_sha384 then
    raise exception 'not an approval of what is proposed' using errcode = 'CV000';
  end if;
  if new.approver_id in (p.requester_id, p.subject_id) or p.requester_id = p.subject_id then
    raise exception 'two people, and neither about himself' using errcode = 'CV000';
  end if;
  if p.expires_at <= clock_timestamp() then
    raise exception 'expired' using errcode = 'CV002';
  end if;
  if exists (select from data.proposal_withdrawal w where w.proposal_id = p.id) then
    raise exception 'withdrawn' using errcode = 'CV003';
  end if;
  if not exists (select from access.person r join access.clearance c on c.person_id = r.id
                 where r.id = p.requester_id and not r.suspended and c.expires_at > clock_timestamp()) then
    raise exception 'the requester could not ask this now' using errcode = 'CV001';
  end if;
  act := p.content::jsonb -> 'act';
  if access.proposal_state(p.kind, act) is distinct from p.state_sha384 then
    raise exception 'what it is about has changed' using errcode = 'CV001';
  end if;
  execute format('select access.%I($1, $2)', 'execute_' || replace(p.kind, '.', '_')) using p.id, act;
  return null;
end $$;
create constraint trigger executed after insert on data.proposal_approval deferrable initially deferred
  for each row execute function access.execute_proposal();
create constraint trigger recorded after insert on data.proposal_approval deferrable initially deferred
  for each row execute function access.require_record('proposal.approval');

create function access.check_withdrawal() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform access.one_at_a_time();
  if exists (select from data.proposal_approval a where a.proposal_id = new.proposal_id) then
    raise exception 'already executed' using errcode = 'CV004';
  end if;
  return null;
end $$;
create constraint trigger executed after insert on data.proposal_withdrawal deferrable initially deferred
  for each row execute function access.check_withdrawal();
create constraint trigger recorded after insert on data.proposal_withdrawal deferrable initially deferred
  for each row execute function access.require_record('proposal.withdrawal');

grant select, insert on data.proposal, data.proposal_marking, data.proposal_approval, data.proposal_withdrawal to caveat_app;

-- The policy role tells where a proposal stands and what state an act would change, never what is proposed.
grant select (id, program_id, marking_id, requester_id) on data.proposal to caveat_policy;
grant execute on function access.proposal_state(text, jsonb) to caveat_policy;
alter table data.proposal enable row level security;
alter table data.proposal force row level security;
create policy proposal_locate on data.proposal for select to caveat_policy using (marking_id is not null);
do $$
declare
  t text;
begin
  -- The functions above run as the owner, whom row security binds like everybody.
  foreach t in array array['proposal', 'proposal_approval', 'proposal_withdrawal'] loop
    execute format('alter table data.%I enable row level security', t);
    execute format('alter table data.%I force row level security', t);
    execute format('create policy %I on data.%I for select to caveat_owner using (requester_id is not null)', t || '_execute', t);
  end loop;
end $$;

-- Everything that decisions rest on about a person, as one hash. Times in UTC, sets in order.
create function access.person_state(p_person uuid) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select encode(sha384(convert_to(jsonb_build_array(
      p.id, p.handle, p.display_name, p.country, p.duty_organization, p.us_government_agency, p.entity_type,
      (select jsonb_agg(r order by r) from unnest(p.roles) r), p.suspended,
      (select jsonb_build_array(c.level, c.issuer, extract(epoch from c.expires_at)) from access.clearance c where c.person_id = p.id),
      (select jsonb_agg(r.token order by r.token) from access.read_on r where r.person_id = p.id),
      (select jsonb_agg(m.program_id order by m.program_id) from access.membership m where m.person_id = p.id))::text, 'UTF8')), 'hex')
  from access.person p where p.id = p_person
$$;

create function access.state_clearance_grant(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$ select access.person_state((p_act ->> 'person')::uuid) $$;
create function access.state_readon_grant(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$ select access.person_state((p_act ->> 'person')::uuid) $$;
create function access.state_membership_grant(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$ select access.person_state((p_act ->> 'person')::uuid) $$;
create function access.state_role_grant(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$ select access.person_state((p_act ->> 'person')::uuid) $$;

create function access.execute_clearance_grant(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into access.clearance (person_id, level, issuer, source, asserted_at, expires_at)
    values ((p_act ->> 'person')::uuid, p_act ->> 'level', p_act ->> 'issuer', 'proposal ' || p_proposal, clock_timestamp(),
            (p_act ->> 'expiresAt')::timestamptz)
    on conflict (person_id) do update set level = excluded.level, issuer = excluded.issuer, source = excluded.source,
      asserted_at = excluded.asserted_at, expires_at = excluded.expires_at;
end $$;

create function access.execute_readon_grant(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into access.read_on (person_id, token, source, asserted_at)
    values ((p_act ->> 'person')::uuid, p_act ->> 'token', 'proposal ' || p_proposal, clock_timestamp());
end $$;

create function access.execute_membership_grant(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into access.membership (person_id, program_id, source, asserted_at)
    values ((p_act ->> 'person')::uuid, (p_act ->> 'program')::uuid, 'proposal ' || p_proposal, clock_timestamp());
end $$;

-- Whoever reads the log of all must not be one of those whose acts it holds.
create function access.roles_conflict(p_roles text[]) returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp as $$
  select 'compliance-officer' = any (p_roles) and p_roles && array['security-officer', 'downgrade-authority', 'disclosure-officer']
$$;

create function access.execute_role_grant(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  held text[];
begin
  select array_append(roles, p_act ->> 'role') into held from access.person where id = (p_act ->> 'person')::uuid;
  if access.roles_conflict(held) then
    raise exception 'roles that nobody holds together' using errcode = 'CV000';
  end if;
  update access.person set roles = held, source = 'proposal ' || p_proposal, asserted_at = clock_timestamp()
    where id = (p_act ->> 'person')::uuid;
end $$;

create function access.state_client_approve(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select encode(sha384(convert_to(coalesce(
    (select jsonb_build_array(c.id, c.name, c.status, c.ceiling, c.device_attested, c.network_ceiling)
     from access.client c where c.id = p_act ->> 'client'), 'null'::jsonb)::text, 'UTF8')), 'hex')
$$;

create function access.execute_client_approve(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into access.client (id, name, status, ceiling, device_attested, network_ceiling, source, asserted_at)
    values (p_act ->> 'client', p_act ->> 'name', 'approved', p_act ->> 'ceiling', (p_act ->> 'deviceAttested')::boolean,
            p_act ->> 'networkCeiling', 'proposal ' || p_proposal, clock_timestamp())
    on conflict (id) do update set name = excluded.name, status = excluded.status, ceiling = excluded.ceiling,
      device_attested = excluded.device_attested, network_ceiling = excluded.network_ceiling, source = excluded.source,
      asserted_at = excluded.asserted_at;
end $$;

reset role;
