set local role caveat_owner;

-- A delivery follows what it can hold when that is raised, and nothing else: what was made after it is not in it, and whoever raises
-- that would take from everybody what was delivered, for ever.

-- Until when labels and reviews were made that a delivery can hold. Moments are said by the application and by the clocks of its
-- hosts: whatever was there when the delivery came counts as made before it, so that nothing that is in one is taken for later. Nobody
-- but the owner reads it, and it follows from nothing that stands above the delivery.
create table access.delivery_reach (
  delivery_id uuid primary key references data.delivery (id),
  until timestamptz not null
);

create function access.note_reach() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  below uuid[] := array(select m.marking_id from data.dataset_marking m
                        where m.dataset_id = new.dataset_id and m.noun = 'label' and access.dominates(new.marking_id, m.marking_id));
begin
  insert into access.delivery_reach (delivery_id, until)
    select new.id, greatest(new.requested_at,
      (select max(l.created_at) from data.label l where l.dataset_id = new.dataset_id and l.marking_id = any (below)),
      (select max(v.created_at) from data.label_review v where v.dataset_id = new.dataset_id and v.marking_id = any (below)));
  return null;
end $$;
create trigger reached after insert on data.delivery for each row execute function access.note_reach();

insert into access.delivery_reach (delivery_id, until)
  select d.id, d.requested_at from data.delivery d;

-- Deliveries that can hold an object: of a dataset all, of an image those with its bytes among their files, of a label or a review
-- those with the image that were asked for when it was there.
create function access.deliveries_holding(p_noun text, p_id uuid) returns table (delivery_id uuid, marking_id uuid)
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select d.id, d.marking_id
  from (
    select s.id as dataset_id, null::uuid as asset_id, null::timestamptz as made_at from data.dataset s where p_noun = 'dataset' and s.id = p_id
    union all select a.dataset_id, a.id, null from data.asset a where p_noun = 'asset' and a.id = p_id
    union all select l.dataset_id, l.asset_id, l.created_at from data.label l where p_noun = 'label' and l.id = p_id
    union all select v.dataset_id, v.asset_id, v.created_at from data.label_review v where p_noun = 'labelReview' and v.id = p_id) o
  join data.delivery d on d.dataset_id = o.dataset_id
  where (o.asset_id is null or exists (
      select from data.blob b join jsonb_array_elements(d.files) f on lower(f ->> 'blobId') = b.id::text where b.asset_id = o.asset_id))
    and (o.made_at is null or exists (
      select from access.delivery_reach r where r.delivery_id = d.id and o.made_at <= r.until))
$$;

-- Of these, those at the old marking at least follow: a delivery holds what its requester could see. Joins are there for deliveries that can
-- hold the object alone, so that those are found first.
create function access.raise_deliveries(p_noun text, p_id uuid, p_from uuid, p_to uuid) returns void
  language sql set search_path = pg_catalog, pg_temp as $$
  with held as materialized (
    select h.delivery_id, h.marking_id from access.deliveries_holding(p_noun, p_id) h where access.dominates(h.marking_id, p_from)),
  follows as materialized (
    select h.delivery_id, access.joined(h.marking_id, p_to) as joined from held h)
  update data.delivery d set marking_id = f.joined from follows f where d.id = f.delivery_id and f.joined <> d.marking_id
$$;

-- As before; of deliveries those that can hold the object.
create or replace function access.markings_below(p_noun text, p_id uuid) returns table (marking_id uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select a.marking_id from data.asset a where p_noun = 'dataset' and a.dataset_id = p_id
  union select c.marking_id from data.dataset_compilation c where p_noun = 'dataset' and c.dataset_id = p_id
  union select l.marking_id from data.label l where (p_noun = 'dataset' and l.dataset_id = p_id) or (p_noun = 'asset' and l.asset_id = p_id)
  union select r.marking_id from data.label_revision r
    where (p_noun = 'dataset' and r.dataset_id = p_id) or (p_noun = 'asset' and r.asset_id = p_id) or (p_noun = 'label' and r.label_id = p_id)
  union select v.marking_id from data.label_review v
    where (p_noun = 'dataset' and v.dataset_id = p_id) or (p_noun = 'asset' and v.asset_id = p_id) or (p_noun = 'label' and v.label_id = p_id)
  union select d.marking_id from access.deliveries_holding(p_noun, p_id) d
  union select v.marking_id from data.ontology_version v where p_noun = 'ontology' and v.ontology_id = p_id
  union select c.marking_id from data.ontology_class c join data.ontology_version v on v.id = c.version_id
    where p_noun = 'ontology' and v.ontology_id = p_id
  union select o.marking_id from access.datasets_of_ontology(p_id) o where p_noun = 'ontology'
  union select p.marking_id from data.project p where p_noun = 'dataset' and p.dataset_id = p_id
  union select g.marking_id from data.guideline g where p_noun = 'dataset' and g.dataset_id = p_id
  union select t.marking_id from data.task t where (p_noun = 'dataset' and t.dataset_id = p_id) or (p_noun = 'asset' and t.asset_id = p_id)
  union select f.marking_id from data.task_draft f where (p_noun = 'dataset' and f.dataset_id = p_id) or (p_noun = 'asset' and f.asset_id = p_id)
$$;

create or replace function access.raise_review(p_id uuid, p_program uuid, p_from uuid, p_to uuid) returns void
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
  -- A delivery says who accepted a label.
  perform access.raise_deliveries('labelReview', p_id, p_from, p_to);
  perform access.note_held(of_dataset);
  perform access.note_held_by_program(p_program);
end $$;

create or replace function access.apply_marking(p_noun text, p_id uuid, p_from uuid, p_to uuid) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  of_dataset uuid;
  of_program uuid;
  raised boolean := access.dominates(p_to, p_from);
begin
  -- Locked with the keys that children refer to: what is being added below waits, or we see it.
  case p_noun
    when 'dataset' then
      select id, program_id into of_dataset, of_program from data.dataset where id = p_id and marking_id = p_from for update;
      perform 1 from data.asset where dataset_id = p_id order by id for update;
      perform 1 from data.label where dataset_id = p_id order by id for update;
      perform 1 from data.project where dataset_id = p_id order by id for update;
      perform 1 from data.task where dataset_id = p_id order by id for update;
    when 'asset' then
      select dataset_id, program_id into of_dataset, of_program from data.asset where id = p_id and marking_id = p_from for update;
      perform 1 from data.label where asset_id = p_id order by id for update;
      perform 1 from data.task where asset_id = p_id order by id for update;
    when 'label' then
      select dataset_id, program_id into of_dataset, of_program from data.label where id = p_id and marking_id = p_from for update;
  end case;
  if of_dataset is null then
    raise exception 'its marking has changed' using errcode = 'CV001';
  end if;
  case p_noun
    when 'dataset' then
      update data.dataset set marking_id = p_to where id = p_id;
      update data.blob b set dataset_marking_id = p_to where b.asset_id in (select a.id from data.asset a where a.dataset_id = p_id)
        or b.delivery_id in (select d.id from data.delivery d where d.dataset_id = p_id);
    when 'asset' then update data.asset set marking_id = p_to where id = p_id;
    when 'label' then
      update data.label set marking_id = p_to where id = p_id;
      -- What the label says stands at its marking; what somebody said of it higher up stays there.
      if not raised then
        update data.label_revision set marking_id = p_to where label_id = p_id and marking_id = p_from;
      end if;
  end case;
  if raised then
    if p_noun = 'dataset' then
      update data.asset a set marking_id = access.joined(a.marking_id, p_to)
        where a.dataset_id = p_id and access.joined(a.marking_id, p_to) <> a.marking_id;
      update data.dataset_compilation c set marking_id = access.joined(c.marking_id, p_to)
        where c.dataset_id = p_id and access.joined(c.marking_id, p_to) <> c.marking_id
          and not exists (select from data.dataset_compilation o where o.dataset_id = p_id and access.joined(o.marking_id, p_to) = access.joined(c.marking_id, p_to)
                          and (o.marking_id < c.marking_id or o.marking_id = access.joined(c.marking_id, p_to)));
    end if;
    -- Projects and their tasks go along: a task never stands below its image, and with it what was done and drafted there.
    -- Whoever makes a task or a version anew below, where this one is not seen any more, must not meet it.
    update data.project p set marking_id = access.joined(p.marking_id, p_to)
      where p_noun = 'dataset' and p.dataset_id = p_id and access.joined(p.marking_id, p_to) <> p.marking_id;
    update data.guideline g set marking_id = access.joined(g.marking_id, p_to), counted_marking_id = g.id
      where p_noun = 'dataset' and g.dataset_id = p_id and access.joined(g.marking_id, p_to) <> g.marking_id;
    update data.task t set marking_id = access.joined(t.marking_id, p_to), made_marking_id = t.id
      where ((p_noun = 'dataset' and t.dataset_id = p_id) or (p_noun = 'asset' and t.asset_id = p_id))
        and access.joined(t.marking_id, p_to) <> t.marking_id;
    update data.task_draft f set marking_id = access.joined(f.marking_id, p_to)
      where ((p_noun = 'dataset' and f.dataset_id = p_id) or (p_noun = 'asset' and f.asset_id = p_id))
        and access.joined(f.marking_id, p_to) <> f.marking_id;
    update data.label l set marking_id = access.joined(l.marking_id, p_to)
      where ((p_noun = 'dataset' and l.dataset_id = p_id) or (p_noun = 'asset' and l.asset_id = p_id))
        and access.joined(l.marking_id, p_to) <> l.marking_id;
    perform access.raise_revisions(p_noun, p_id, p_to);
    -- One of two reviews of a revision that now stand at one marking stays where it was; the label above it hides it.
    update data.label_review v set marking_id = access.joined(v.marking_id, p_to)
      where ((p_noun = 'dataset' and v.dataset_id = p_id) or (p_noun = 'asset' and v.asset_id = p_id) or (p_noun = 'label' and v.label_id = p_id))
        and access.joined(v.marking_id, p_to) <> v.marking_id
        and not exists (select from data.label_review o where o.revision_id = v.revision_id and o.reviewer_id = v.reviewer_id and o.id <> v.id
                        and access.joined(o.marking_id, p_to) = access.joined(v.marking_id, p_to)
                        and (o.id < v.id or o.marking_id = access.joined(v.marking_id, p_to)));
    perform access.raise_deliveries(p_noun, p_id, p_from, p_to);
  end if;
  if p_noun <> 'label' and exists (select from data.blob b join data.asset a on a.id = b.asset_id
             where a.dataset_id = of_dataset and b.marking_id <> a.marking_id
               and not exists (select from access.blob_rekey k where k.blob_id = b.id and k.marking_id = a.marking_id)) then
    raise exception 'its bytes were received meanwhile' using errcode = 'CV001';
  end if;
  update data.blob b set marking_id = a.marking_id, wrapped_key = k.wrapped_key
    from data.asset a, access.blob_rekey k
    where p_noun <> 'label' and a.id = b.asset_id and a.dataset_id = of_dataset and b.marking_id <> a.marking_id and k.blob_id = b.id and k.marking_id = a.marking_id;
  perform access.note_held(of_dataset);
  perform access.note_held_by_program(of_program);
end $$;

reset role;
