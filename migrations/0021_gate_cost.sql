set local role caveat_owner;

-- The gate is asked several times in every statement that reads: each of these functions runs once a statement for each
-- policy in it. What is checked is the same as before, in two looks instead of six, and without the sub-transaction that an
-- exception handler costs: nothing of a token is read as anything but text before its MAC was found good.
create index key_text on gate.key ((id::text));

-- v2|key id|person|profile|policy|epoch|request entry|gate nonce (hex)|purpose|client|backend pid|expiry (unix seconds)|HMAC
create or replace function gate.claims() returns gate.claim
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  token constant text := current_setting('caveat.gate', true);
  part text[];
  granted gate.claim;
begin
  if token is null or token = '' then
    return null;
  end if;
  part := string_to_array(token, '|');
  if cardinality(part) <> 13 or part[1] <> 'v2' then
    return null;
  end if;
  perform 1 from gate.key k
    where k.id::text = part[2] and k.expires_at > now()
      and encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(array_to_string(part[1:12], '|'), 'UTF8'))), 'hex') = part[13];
  if not found then
    return null;
  end if;
  if part[12]::bigint < extract(epoch from clock_timestamp()) or part[11]::int <> pg_backend_pid() then
    return null;
  end if;
  select part[3]::uuid, part[4]::uuid, part[5]::uuid into granted
    from access.person_epoch e
    join access.person p on p.id = e.person_id and not p.suspended
    join access.clearance c on c.person_id = e.person_id and c.expires_at > now()
    join access.client w on w.id = part[10] and w.status = 'approved'
    join access.policy l on l.id = part[5]::uuid and l.active
    -- The request entry must be in the log, committed, and made for this person and purpose.
    join audit.entry r on r.id = part[7]::uuid
      and r.gate_hash = sha256(decode(part[8], 'hex') || convert_to(part[3] || '|' || part[9], 'UTF8'))
      and pg_xact_status(r.xid) = 'committed'
    where e.person_id = part[3]::uuid and e.epoch = part[6]::bigint;
  if not found then
    return null;
  end if;
  return granted;
end $$;

create or replace function gate.person() returns uuid
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (gate.claims()).person_id;
end $$;

create or replace function gate.programs() returns uuid[]
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  c constant gate.claim := gate.claims();
begin
  if c.person_id is null then
    return '{}';
  end if;
  return (select coalesce(array_agg(m.program_id), '{}') from access.membership m where m.person_id = c.person_id);
end $$;

create or replace function gate.markings(p_action text) returns uuid[]
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  c constant gate.claim := gate.claims();
begin
  if c.profile_id is null then
    return '{}';
  end if;
  return (
    select coalesce(array_agg(pm.marking_id), '{}')
    from access.profile_marking pm
    where pm.policy_id = c.policy_id and pm.profile_id = c.profile_id
      and pm.actions & (select 1::bigint << a.bit from access.action a where a.name = p_action) <> 0);
end $$;

reset role;
