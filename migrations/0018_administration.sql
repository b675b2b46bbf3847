set local role caveat_owner;

-- Taking away needs one person and works at once (I7): a row here, executed at the end of its transaction, with its entry.
create table data.revocation (
  id uuid primary key,
  kind text not null,
  family text not null check (family in ('person', 'client')),
  program_id uuid not null,
  marking_id uuid not null references access.marking (id),
  revoker_id uuid not null references access.person (id),
  subject_id uuid not null,
  content text not null,
  entry_id uuid not null,
  revoked_at timestamptz not null
);

create function access.execute_revocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  act jsonb := new.content::jsonb -> 'act';
  of_person uuid := (act ->> 'person')::uuid;
begin
  perform access.one_at_a_time();
  if gate.person() is null or new.revoker_id <> gate.person() then
    raise exception 'not taken away by this person' using errcode = 'CV000';
  end if;
  if (new.family = 'person') <> (new.kind !~ '^client\.') or (new.family = 'person') <> (new.subject_id is not distinct from of_person) then
    raise exception 'row and content differ' using errcode = 'CV000';
  end if;
  case new.kind
    when 'clearance.revoke' then delete from access.clearance where person_id = of_person;
    when 'readon.revoke' then delete from access.read_on where person_id = of_person and token = act ->> 'token';
    when 'membership.revoke' then delete from access.membership where person_id = of_person and program_id = (act ->> 'program')::uuid;
    when 'role.revoke' then update access.person set roles = array_remove(roles, act ->> 'role') where id = of_person and act ->> 'role' = any (roles);
    when 'person.suspend' then update access.person set suspended = true where id = of_person and not suspended;
    when 'client.suspend' then update access.client set status = 'suspended' where id = act ->> 'client' and status = 'approved';
    when 'client.revoke' then update access.client set status = 'revoked' where id = act ->> 'client' and status <> 'revoked';
  end case; -- which refuses any other kind
  if not found then
    raise exception 'somebody else has taken it away' using errcode = 'CV004';
  end if;
  return null;
end $$;
create constraint trigger executed after insert on data.revocation deferrable initially deferred
  for each row execute function access.execute_revocation();
create constraint trigger recorded after insert on data.revocation deferrable initially deferred
  for each row execute function access.require_record('authority.revocation');
grant select, insert on data.revocation to caveat_app;

-- A person who was suspended comes back by two people.
insert into access.proposal_kind (kind, family) values ('person.restore', 'person');
create function access.state_person_restore(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$ select access.person_state((p_act ->> 'person')::uuid) $$;
create function access.execute_person_restore(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update access.person set suspended = false, source = 'proposal ' || p_proposal, asserted_at = clock_timestamp()
    where id = (p_act ->> 'person')::uuid and suspended;
end $$;

-- A revoked client stays revoked: what comes in its place has another name.
create function access.refuse_revoked_client() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.status = 'revoked' and new.status <> 'revoked' then
    raise exception 'a revoked client stays revoked' using errcode = 'CV000';
  end if;
  return new;
end $$;
create trigger revoked before update on access.client for each row execute function access.refuse_revoked_client();

-- What decisions rest on changes in place, so that one look finds it; every version that it had is kept here.
create table access.standing_version (
  id uuid primary key default gen_random_uuid(),
  of_table text not null,
  operation text not null,
  before jsonb,
  after jsonb,
  made_at timestamptz not null default clock_timestamp()
);
create function access.keep_version() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into access.standing_version (of_table, operation, before, after)
    values (tg_table_name, tg_op, case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
  return null;
end $$;
do $$
declare
  t text;
begin
  foreach t in array array['person', 'clearance', 'read_on', 'membership', 'client'] loop
    execute format('create trigger kept after insert or update or delete on access.%I for each row execute function access.keep_version()', t);
  end loop;
end $$;
create trigger append_only before update or delete on access.standing_version for each row execute function audit.refuse_change();
create trigger append_only_truncate before truncate on access.standing_version for each statement execute function audit.refuse_change();
alter table access.standing_version enable always trigger append_only;
alter table access.standing_version enable always trigger append_only_truncate;

-- A token names the client that it was minted for: one that is not approved any more opens nothing at the next statement,
-- and nobody else's token is touched by it. Ceilings are part of every profile, so lowering one still ends all tokens.
create or replace function gate.claims() returns gate.claim
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  token text := current_setting('caveat.gate', true);
  part text[];
  body text;
  k gate.key%rowtype;
  mac bytea;
  granted gate.claim;
begin
  if token is null or token = '' then
    return null;
  end if;
  -- v2|key id|person|profile|policy|epoch|request entry|gate nonce (hex)|purpose|client|backend pid|expiry (unix seconds)|HMAC
  part := string_to_array(token, '|');
  if cardinality(part) <> 13 or part[1] <> 'v2' then
    return null;
  end if;
  select * into k from gate.key where id = part[2]::uuid and expires_at > now();
  if not found then
    return null;
  end if;
  body := array_to_string(part[1:12], '|');
  mac := sha256(k.outer_pad || sha256(k.inner_pad || convert_to(body, 'UTF8')));
  if encode(mac, 'hex') <> part[13] then
    return null;
  end if;
  if part[12]::bigint < extract(epoch from clock_timestamp()) then
    return null;
  end if;
  if part[11]::int <> pg_backend_pid() then
    return null;
  end if;
  perform 1 from access.person_epoch e
    join access.person p on p.id = e.person_id
    join access.clearance c on c.person_id = e.person_id
    join access.client w on w.id = part[10] and w.status = 'approved'
    where e.person_id = part[3]::uuid and e.epoch = part[6]::bigint and not p.suspended and c.expires_at > now();
  if not found then
    return null;
  end if;
  -- The request entry must be in the log, committed, and made for this person and purpose.
  perform 1 from audit.entry r
    where r.id = part[7]::uuid
      and r.gate_hash = sha256(decode(part[8], 'hex') || convert_to(part[3] || '|' || part[9], 'UTF8'))
      and pg_xact_status(r.xid) = 'committed';
  if not found then
    return null;
  end if;
  perform 1 from access.policy where id = part[5]::uuid and active;
  if not found then
    return null;
  end if;
  granted := row (part[3]::uuid, part[4]::uuid, part[5]::uuid);
  return granted;
exception
  when invalid_text_representation or invalid_parameter_value or numeric_value_out_of_range then
    return null;
end $$;

drop trigger epoch on access.client;
create trigger epoch after update on access.client for each row
  when (old.ceiling <> new.ceiling or old.device_attested <> new.device_attested or old.network_ceiling <> new.network_ceiling)
  execute function access.bump_epochs();
create trigger epoch_removed after delete on access.client for each row execute function access.bump_epochs();

reset role;
