set local role caveat_owner;

-- Statements that are sent together stand in one transaction with one snapshot: the token that was found good for the first of them is good
-- for the others.
--
-- Only functions of the gate may call this one, each of which has made itself the owner and pinned the search path: to do both once
-- more for every question costs as much as an answer that is remembered.

-- v2|key id|person|profile|policy|epoch|request entry|gate nonce (hex)|purpose|client|backend pid|expiry (unix seconds)|HMAC
create or replace function gate.claims() returns gate.claim
  language plpgsql stable as $$
declare
  token constant text := current_setting('caveat.gate', true);
  part text[];
  digest bytea;
  first_half bigint;
  second_half bigint;
  granted gate.claim;
begin
  if token is null or token = '' then
    return null;
  end if;
  part := string_to_array(token, '|');
  if cardinality(part) <> 13 or part[1] <> 'v2' then
    return null;
  end if;
  -- 128 bits of a hash of what the answer follows from: the snapshot, the instant, the token. Whatever others committed since
  -- makes another snapshot. The instant is that of the client's message; where one snapshot stands for the whole transaction,
  -- it is the transaction's, which is also what times are compared with below. What the transaction did itself is in no
  -- snapshot; it changes nothing that is looked up below, for the application role writes none of those tables.
  digest := sha256(convert_to(pg_current_snapshot() || ' ' || extract(epoch from
      case current_setting('transaction_isolation') when 'repeatable read' then now() else statement_timestamp() end)
    || ' ' || token, 'UTF8'));
  first_half := ('x' || encode(substring(digest for 8), 'hex'))::bit(64)::bigint;
  second_half := ('x' || encode(substring(digest from 9 for 8), 'hex'))::bit(64)::bigint;
  -- The setting says only that there is a last value to ask for: without one it is an error.
  if current_setting('caveat.found', true) is not distinct from 'yes'
     and currval('gate.found_first') = first_half and currval('gate.found_second') = second_half
     and part[12]::bigint >= extract(epoch from clock_timestamp()) then
    granted := row (part[3]::uuid, part[4]::uuid, part[5]::uuid);
    return granted;
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
  -- A transaction that reads only may set no sequence; there each question is answered anew.
  if current_setting('transaction_read_only') = 'off' then
    perform setval('gate.found_first', first_half), setval('gate.found_second', second_half), set_config('caveat.found', 'yes', false);
  end if;
  return granted;
end $$;

-- What the caller may, as before. Most tables ask about one action and nearly all about three at most: an aggregate for each of
-- eight costs more than all that it finds.
create or replace function gate.scope(p_actions text[]) returns setof gate.scope
  language plpgsql stable security definer rows 1 set search_path = pg_catalog, pg_temp as $$
declare
  c constant gate.claim := gate.claims();
begin
  if c.person_id is null then
    return;
  end if;
  if cardinality(p_actions) = 1 then
    return query
      select c.person_id,
             (select coalesce(array_agg(m.program_id), '{}') from access.membership m where m.person_id = c.person_id),
             coalesce(array_agg(pm.marking_id), '{}'),
             '{}'::uuid[], '{}'::uuid[], '{}'::uuid[], '{}'::uuid[], '{}'::uuid[], '{}'::uuid[], '{}'::uuid[]
      from access.profile_marking pm
      where pm.policy_id = c.policy_id and pm.profile_id = c.profile_id and pm.actions <> 0
        and pm.actions & (select 1::bigint << a.bit from access.action a where a.name = p_actions[1]) <> 0;
  elsif cardinality(p_actions) <= 3 then
    return query
      select c.person_id,
             (select coalesce(array_agg(m.program_id), '{}') from access.membership m where m.person_id = c.person_id),
             coalesce(array_agg(pm.marking_id) filter (where pm.actions
               & (select 1::bigint << a.bit from access.action a where a.name = p_actions[1]) <> 0), '{}'),
             coalesce(array_agg(pm.marking_id) filter (where pm.actions
               & (select 1::bigint << a.bit from access.action a where a.name = p_actions[2]) <> 0), '{}'),
             coalesce(array_agg(pm.marking_id) filter (where pm.actions
               & (select 1::bigint << a.bit from access.action a where a.name = p_actions[3]) <> 0), '{}'),
             '{}'::uuid[], '{}'::uuid[], '{}'::uuid[], '{}'::uuid[], '{}'::uuid[]
      from access.profile_marking pm
      where pm.policy_id = c.policy_id and pm.profile_id = c.profile_id and pm.actions <> 0;
  else
    return query
      select c.person_id,
             (select coalesce(array_agg(m.program_id), '{}') from access.membership m where m.person_id = c.person_id),
             coalesce(array_agg(pm.marking_id) filter (where pm.actions & b.bits[1] <> 0), '{}'),
             coalesce(array_agg(pm.marking_id) filter (where pm.actions & b.bits[2] <> 0), '{}'),
             coalesce(array_agg(pm.marking_id) filter (where pm.actions & b.bits[3] <> 0), '{}'),
             coalesce(array_agg(pm.marking_id) filter (where pm.actions & b.bits[4] <> 0), '{}'),
             coalesce(array_agg(pm.marking_id) filter (where pm.actions & b.bits[5] <> 0), '{}'),
             coalesce(array_agg(pm.marking_id) filter (where pm.actions & b.bits[6] <> 0), '{}'),
             coalesce(array_agg(pm.marking_id) filter (where pm.actions & b.bits[7] <> 0), '{}'),
             coalesce(array_agg(pm.marking_id) filter (where pm.actions & b.bits[8] <> 0), '{}')
      from (select array_agg(1::bigint << a.bit order by u.nth) as bits
            from unnest(p_actions) with ordinality as u (action, nth) left join access.action a on a.name = u.action) b
      left join access.profile_marking pm on pm.policy_id = c.policy_id and pm.profile_id = c.profile_id and pm.actions <> 0;
  end if;
end $$;

reset role;
