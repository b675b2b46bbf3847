set local role caveat_owner;

-- As before; and a label that comes to stand where it was retracted is retracted.
create or replace function access.raise_revisions(p_noun text, p_id uuid, p_to uuid) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record;
begin
  for r in
    select x.id, access.joined(x.marking_id, p_to) as joined,
           max(x.ordinal - x.nth) over (partition by x.label_id, access.joined(x.marking_id, p_to) order by x.nth) + x.nth as ordinal
    from (
      select v.id, v.label_id, v.marking_id, v.ordinal,
             row_number() over (partition by v.label_id, access.joined(v.marking_id, p_to) order by v.ordinal, v.created_at, v.id)::int as nth
      from data.label_revision v
      where (p_noun = 'dataset' and v.dataset_id = p_id) or (p_noun = 'asset' and v.asset_id = p_id) or (p_noun = 'label' and v.label_id = p_id)
    ) x
    -- From the last one on: numbers only grow, so that none is taken twice on the way.
    order by x.label_id, ordinal desc
  loop
    update data.label_revision v set marking_id = r.joined, ordinal = r.ordinal
      where v.id = r.id and (v.marking_id, v.ordinal) is distinct from (r.joined, r.ordinal);
  end loop;
  for r in
    update data.label l set state = 'RETRACTED'
    where l.state <> 'RETRACTED'
      and ((p_noun = 'dataset' and l.dataset_id = p_id) or (p_noun = 'asset' and l.asset_id = p_id) or (p_noun = 'label' and l.id = p_id))
      and exists (select from data.label_revision v where v.label_id = l.id and v.kind = 'retract' and v.marking_id = l.marking_id)
    returning l.id
  loop
    update data.label_revision set label_state = 'RETRACTED' where label_id = r.id and label_state <> 'RETRACTED';
    update data.label_review set label_state = 'RETRACTED' where label_id = r.id and label_state <> 'RETRACTED';
  end loop;
end $$;

reset role;
