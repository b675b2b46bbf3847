set local role caveat_owner;

-- What the token's holder may, in one row: a row policy asks once for all of its conditions and not once for each, so that a
-- token is checked once for each policy in a statement. The markings stand in the order of the actions that were asked for,
-- at most eight; there is no row without a token.
create type gate.scope as (
  person uuid, programs uuid[],
  markings_1 uuid[], markings_2 uuid[], markings_3 uuid[], markings_4 uuid[],
  markings_5 uuid[], markings_6 uuid[], markings_7 uuid[], markings_8 uuid[]);

create function gate.scope(p_actions text[]) returns setof gate.scope
  language plpgsql stable security definer rows 1 set search_path = pg_catalog, pg_temp as $$
declare
  c constant gate.claim := gate.claims();
  bits bigint[];
begin
  if c.person_id is null then
    return;
  end if;
  select array_agg(1::bigint << a.bit order by u.nth) into bits
    from unnest(p_actions) with ordinality as u (action, nth) left join access.action a on a.name = u.action;
  return query
    select c.person_id,
           (select coalesce(array_agg(m.program_id), '{}') from access.membership m where m.person_id = c.person_id),
           coalesce(array_agg(pm.marking_id) filter (where pm.actions & bits[1] <> 0), '{}'),
           coalesce(array_agg(pm.marking_id) filter (where pm.actions & bits[2] <> 0), '{}'),
           coalesce(array_agg(pm.marking_id) filter (where pm.actions & bits[3] <> 0), '{}'),
           coalesce(array_agg(pm.marking_id) filter (where pm.actions & bits[4] <> 0), '{}'),
           coalesce(array_agg(pm.marking_id) filter (where pm.actions & bits[5] <> 0), '{}'),
           coalesce(array_agg(pm.marking_id) filter (where pm.actions & bits[6] <> 0), '{}'),
           coalesce(array_agg(pm.marking_id) filter (where pm.actions & bits[7] <> 0), '{}'),
           coalesce(array_agg(pm.marking_id) filter (where pm.actions & bits[8] <> 0), '{}')
    from access.profile_marking pm
    where pm.policy_id = c.policy_id and pm.profile_id = c.profile_id and pm.actions <> 0;
end $$;
revoke execute on function gate.scope(text[]) from public;
grant execute on function gate.scope(text[]) to caveat_app;

-- Ontologies of a program in the order of their list, as datasets and deliveries have it.
create index ontology_page on data.ontology (program_id, marking_id, id);

-- Revisions of a label in the order in which they are read.
create index label_revision_order on data.label_revision (label_id, marking_id, ordinal desc, created_at desc, id);

reset role;
