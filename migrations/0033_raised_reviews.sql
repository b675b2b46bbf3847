set local role caveat_owner;

-- A comment that says too much is raised like anything else; nothing stands below it but the deliveries that tell of it.
create or replace function access.markings_below(p_noun text, p_id uuid) returns table (marking_id uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select a.marking_id from data.asset a where p_noun = 'dataset' and a.dataset_id = p_id
  union select c.marking_id from data.dataset_compilation c where p_noun = 'dataset' and c.dataset_id = p_id
  union select l.marking_id from data.label l where (p_noun = 'dataset' and l.dataset_id = p_id) or (p_noun = 'asset' and l.asset_id = p_id)
  union select r.marking_id from data.label_revision r
    where (p_noun = 'dataset' and r.dataset_id = p_id) or (p_noun = 'asset' and r.asset_id = p_id) or (p_noun = 'label' and r.label_id = p_id)
  union select v.marking_id from data.label_review v
    where (p_noun = 'dataset' and v.dataset_id = p_id) or (p_noun = 'asset' and v.asset_id = p_id) or (p_noun = 'label' and v.label_id = p_id)
  union select d.marking_id from data.delivery d
    where d.dataset_id = p_id
       or d.dataset_id = (select a.dataset_id from data.asset a where p_noun = 'asset' and a.id = p_id)
       or d.dataset_id = (select l.dataset_id from data.label l where p_noun = 'label' and l.id = p_id)
       or d.dataset_id = (select v.dataset_id from data.label_review v where p_noun = 'labelReview' and v.id = p_id)
$$;

create function access.raise_review(p_id uuid, p_program uuid, p_from uuid, p_to uuid) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  of_dataset uuid;
begin
  select dataset_id into of_dataset from data.label_review
    where id = p_id and program_id = p_program and marking_id = p_from for update;
  if not found then
    raise exception 'its marking has changed' using errcode = 'CV001';
  end if;
  update data.label_review set marking_id = p_to where id = p_id;
  -- A delivery says who accepted a label: it stands at the old marking of the review at least.
  update data.delivery d set marking_id = access.joined(d.marking_id, p_to)
    where d.dataset_id = of_dataset and access.dominates(d.marking_id, p_from) and access.joined(d.marking_id, p_to) <> d.marking_id;
  perform access.note_held(of_dataset);
  perform access.note_held_by_program(p_program);
end $$;

create or replace function access.execute_marking_change() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform access.one_at_a_time();
  if gate.person() is null or new.changer_id <> gate.person() then
    raise exception 'not changed by this person' using errcode = 'CV000';
  end if;
  -- One person raises and does nothing else.
  if new.marking_id = new.from_marking_id or access.dominates(new.marking_id, new.from_marking_id) is not true then
    raise exception 'this lowers the marking' using errcode = 'CV000';
  end if;
  if new.noun = 'labelReview' then
    perform access.raise_review(new.object_id, new.program_id, new.from_marking_id, new.marking_id);
    return null;
  end if;
  -- Nobody raises what belongs to a program that he is not read into, under the name of his own.
  if not exists (select from access.marked_object(new.noun, new.object_id) o where o.program_id = new.program_id) then
    raise exception 'row and object differ' using errcode = 'CV000';
  end if;
  perform access.apply_marking(new.noun, new.object_id, new.from_marking_id, new.marking_id);
  return null;
end $$;

reset role;
