set local role caveat_owner;

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
