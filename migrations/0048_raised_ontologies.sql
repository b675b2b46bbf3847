set local role caveat_owner;

-- Ontologies and deliveries are raised like anything else: what was thought to be said at their marking says more.

create policy ontology_owner_read on data.ontology for select to caveat_owner using (marking_id is not null);
do $$
declare
  t text;
begin
  foreach t in array array['ontology', 'ontology_version', 'ontology_class'] loop
    execute format('create policy %I on data.%I for update to caveat_owner using (marking_id is not null) with check (marking_id is not null)',
      t || '_owner_update', t);
  end loop;
end $$;

-- Datasets that are made of an ontology, whoever may see them: they are raised with it.
create function access.datasets_of_ontology(p_id uuid) returns table (dataset_id uuid, marking_id uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select d.id, d.marking_id from data.dataset d join data.ontology_version v on v.id = d.ontology_version_id where v.ontology_id = p_id
$$;
grant execute on function access.datasets_of_ontology(uuid) to caveat_policy;

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
  union select v.marking_id from data.ontology_version v where p_noun = 'ontology' and v.ontology_id = p_id
  union select c.marking_id from data.ontology_class c join data.ontology_version v on v.id = c.version_id
    where p_noun = 'ontology' and v.ontology_id = p_id
  union select o.marking_id from access.datasets_of_ontology(p_id) o where p_noun = 'ontology'
$$;

create or replace function access.blob_keys(p_noun text, p_id uuid)
  returns table (blob_id uuid, marking_id uuid, wrapped_key bytea, data_key bytea)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select b.id, b.marking_id, b.wrapped_key, k.wrapped
  from data.blob b join data.data_key k on k.marking_id = b.marking_id
  where (p_noun = 'asset' and b.asset_id = p_id)
     or (p_noun = 'dataset' and b.asset_id in (select a.id from data.asset a where a.dataset_id = p_id))
     or (p_noun = 'delivery' and b.delivery_id = p_id)
$$;

-- A dataset that was made while its ontology was raised waited for the key to its version, and stands too low then.
create function access.require_floor() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from data.ontology_version v join data.dataset d on d.ontology_version_id = v.id
             where d.id = new.id
               and not (access.dominates(d.marking_id, v.ontology_marking_id) and access.dominates(d.marking_id, v.marking_id))) then
    raise exception 'its ontology was raised' using errcode = 'CV001';
  end if;
  return null;
end $$;
create constraint trigger floored after insert on data.dataset deferrable initially deferred
  for each row execute function access.require_floor();

-- Versions, classes and everything that is made of them follow. One of two versions of a number, or of two classes of a key,
-- that would come to stand at one marking stays where it was: the ontology above it hides it.
create function access.raise_ontology(p_id uuid, p_program uuid, p_from uuid, p_to uuid) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  d record;
begin
  perform 1 from data.ontology where id = p_id and program_id = p_program and marking_id = p_from for update;
  if not found then
    raise exception 'its marking has changed' using errcode = 'CV001';
  end if;
  -- Whoever makes a dataset of a version meanwhile waits, or we see it.
  perform 1 from data.ontology_version where ontology_id = p_id order by id for update;
  update data.ontology set marking_id = p_to where id = p_id;
  update data.ontology_version v set marking_id = access.joined(v.marking_id, p_to)
    where v.ontology_id = p_id and access.joined(v.marking_id, p_to) <> v.marking_id
      and not exists (select from data.ontology_version o where o.ontology_id = p_id and o.version = v.version and o.id <> v.id
                      and access.joined(o.marking_id, p_to) = access.joined(v.marking_id, p_to)
                      and (o.id < v.id or o.marking_id = access.joined(v.marking_id, p_to)));
  update data.ontology_class c set marking_id = access.joined(c.marking_id, p_to)
    from data.ontology_version v
    where v.id = c.version_id and v.ontology_id = p_id and access.joined(c.marking_id, p_to) <> c.marking_id
      and not exists (select from data.ontology_class o where o.version_id = c.version_id and o.key = c.key and o.id <> c.id
                      and access.joined(o.marking_id, p_to) = access.joined(c.marking_id, p_to)
                      and (o.id < c.id or o.marking_id = access.joined(c.marking_id, p_to)));
  for d in
    select s.id, s.marking_id, access.joined(s.marking_id, p_to) as joined
    from data.dataset s join data.ontology_version v on v.id = s.ontology_version_id where v.ontology_id = p_id order by s.id
  loop
    if d.joined <> d.marking_id then
      -- Of two datasets of a name that come to stand at one marking this one gets another: to refuse would tell whoever raises
      -- that there is one which he may not see.
      update data.dataset s set name = s.name || ' (' || left(s.id::text, 8) || ')'
        where s.id = d.id and exists (select from data.dataset o where o.program_id = s.program_id and o.id <> s.id
                                      and o.marking_id = d.joined and o.name = s.name);
      perform access.apply_marking('dataset', d.id, d.marking_id, d.joined);
    end if;
  end loop;
  -- What is held no more stays noted: an ontology that is being made at that marking could not be seen here.
  insert into data.program_marking (program_id, noun, marking_id) values (p_program, 'ontology', p_to) on conflict do nothing;
end $$;

-- A delivery stands alone: its approvals and its own files follow. What was built says another marking in its manifest, so it is
-- not released any more.
create function access.raise_delivery(p_id uuid, p_program uuid, p_from uuid, p_to uuid) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from data.delivery where id = p_id and program_id = p_program and marking_id = p_from for update;
  if not found then
    raise exception 'its marking has changed' using errcode = 'CV001';
  end if;
  update data.delivery set marking_id = p_to where id = p_id;
  if exists (select from data.blob b where b.delivery_id = p_id and b.marking_id <> p_to
             and not exists (select from access.blob_rekey k where k.blob_id = b.id and k.marking_id = p_to)) then
    raise exception 'its files have changed' using errcode = 'CV001';
  end if;
  update data.blob b set marking_id = p_to, wrapped_key = k.wrapped_key
    from access.blob_rekey k where b.delivery_id = p_id and b.marking_id <> p_to and k.blob_id = b.id and k.marking_id = p_to;
  insert into data.program_marking (program_id, noun, marking_id) values (p_program, 'delivery', p_to) on conflict do nothing;
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
  case new.noun
    when 'labelReview' then perform access.raise_review(new.object_id, new.program_id, new.from_marking_id, new.marking_id);
    when 'ontology' then perform access.raise_ontology(new.object_id, new.program_id, new.from_marking_id, new.marking_id);
    when 'delivery' then perform access.raise_delivery(new.object_id, new.program_id, new.from_marking_id, new.marking_id);
    else
      -- Nobody raises what belongs to a program that he is not read into, under the name of his own.
      if not exists (select from access.marked_object(new.noun, new.object_id) o where o.program_id = new.program_id) then
        raise exception 'row and object differ' using errcode = 'CV000';
      end if;
      perform access.apply_marking(new.noun, new.object_id, new.from_marking_id, new.marking_id);
  end case;
  return null;
end $$;

reset role;
