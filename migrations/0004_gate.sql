set local role caveat_owner;

-- Keys with which a server process mints gate tokens. The application role can neither read them nor register one.
create table gate.key (
  id uuid primary key,
  inner_pad bytea not null check (octet_length(inner_pad) = 64),
  outer_pad bytea not null check (octet_length(outer_pad) = 64),
  expires_at timestamptz not null
);

create function gate.register_key(p_id uuid, p_inner bytea, p_outer bytea) returns void
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from gate.key where expires_at < now();
  insert into gate.key (id, inner_pad, outer_pad, expires_at) values (p_id, p_inner, p_outer, now() + interval '7 days');
$$;

create type gate.claim as (person_id uuid, profile_id uuid, policy_id uuid);

-- The token stands in the transaction-local setting caveat.gate:
--   v1|key id|person|profile|policy|epoch|request entry|gate nonce (hex)|purpose|backend pid|expiry (unix seconds)|HMAC
-- Whatever is wrong with it, the answer is NULL and every policy then sees nothing.
create function gate.claims() returns gate.claim
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
  part := string_to_array(token, '|');
  if cardinality(part) <> 12 or part[1] <> 'v1' then
    return null;
  end if;
  select * into k from gate.key where id = part[2]::uuid and expires_at > now();
  if not found then
    return null;
  end if;
  body := array_to_string(part[1:11], '|');
  mac := sha256(k.outer_pad || sha256(k.inner_pad || convert_to(body, 'UTF8')));
  if encode(mac, 'hex') <> part[12] then
    return null;
  end if;
  if part[11]::bigint < extract(epoch from clock_timestamp()) then
    return null;
  end if;
  if part[10]::int <> pg_backend_pid() then
    return null;
  end if;
  perform 1 from access.person_epoch e
    join access.person p on p.id = e.person_id
    join access.clearance c on c.person_id = e.person_id
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

create function gate.person() returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select (gate.claims()).person_id
$$;

create function gate.profile() returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select (gate.claims()).profile_id
$$;

create function gate.programs() returns uuid[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(m.program_id), '{}')
  from (select gate.claims() as c offset 0) g join access.membership m on m.person_id = (g.c).person_id
$$;

create function gate.markings(p_action text) returns uuid[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(pm.marking_id), '{}')
  from (select gate.claims() as c offset 0) g
  join access.action a on a.name = p_action
  join access.profile_marking pm on pm.policy_id = (g.c).policy_id and pm.profile_id = (g.c).profile_id
  where pm.actions & (1::bigint << a.bit) <> 0
$$;

-- Puts a record into the outbox of this transaction. The record comes with the MAC of a server process over log and text,
-- so that whoever can only run SQL as the application role writes no entry into any log.
create function audit.propose(p_log smallint, p_id uuid, p_record text, p_key uuid, p_mac bytea) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  k gate.key%rowtype;
begin
  select * into k from gate.key where id = p_key and expires_at > now();
  if not found or sha256(k.outer_pad || sha256(k.inner_pad || convert_to('record|' || p_log || '|' || p_id || '|' || p_record, 'UTF8'))) <> p_mac then
    raise exception 'not a record of this server' using errcode = 'insufficient_privilege';
  end if;
  insert into audit.outbox (id, log_id, record) values (p_id, p_log, p_record::jsonb);
end $$;

grant execute on function audit.propose(smallint, uuid, text, uuid, bytea) to caveat_app;
grant execute on function gate.register_key(uuid, bytea, bytea) to caveat_policy;
grant execute on function gate.person(), gate.profile(), gate.programs(), gate.markings(text) to caveat_app;
reset role;
