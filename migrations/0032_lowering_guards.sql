set local role caveat_owner;

create index marking_change_object on data.marking_change (object_id);

-- The state that a proposal names is read by whoever may see it: nothing that stands above the object is in it, or its hash
-- would tell that something is there. What stands above stays where it is when the object is lowered; a proposal that became
-- void because of it would tell the same. How often the object was raised from here, or what stands above it was, is known
-- to whoever saw it disappear: what comes back is not what was proposed.
create function access.raises_from_here(p_marking uuid, p_objects uuid[]) returns bigint
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select count(*) from data.marking_change m where m.object_id = any (p_objects) and access.dominates(p_marking, m.from_marking_id)
$$;
create or replace function access.object_state(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select encode(sha384(convert_to(s.parts::text, 'UTF8')), 'hex') from (
    select jsonb_build_array(d.id, d.marking_id, d.name, d.ontology_version_id, access.raises_from_here(d.marking_id, array[d.id]),
             (select jsonb_agg(jsonb_build_array(c.marking_id, c.reason) order by c.marking_id) from data.dataset_compilation c
              where c.dataset_id = d.id and access.dominates(d.marking_id, c.marking_id))) as parts
      from data.dataset d where p_act ->> 'noun' = 'dataset' and d.id = (p_act ->> 'id')::uuid and d.marking_id = (p_act ->> 'from')::uuid
    union all
    select jsonb_build_array(a.id, a.dataset_marking_id, a.marking_id, a.title, a.media_type,
             access.raises_from_here(a.marking_id, array[a.id, a.dataset_id]),
             (select jsonb_agg(jsonb_build_array(b.id, encode(b.sha384, 'hex')) order by b.id) from data.blob b
              where b.asset_id = a.id and access.dominates(a.marking_id, b.marking_id)))
      from data.asset a where p_act ->> 'noun' = 'asset' and a.id = (p_act ->> 'id')::uuid and a.marking_id = (p_act ->> 'from')::uuid
    union all
    select jsonb_build_array(l.id, l.dataset_marking_id, l.asset_marking_id, l.marking_id,
             access.raises_from_here(l.marking_id, array[l.id, l.asset_id, l.dataset_id]),
             (select jsonb_agg(jsonb_build_array(r.id, r.marking_id) order by r.id) from data.label_revision r
              where r.label_id = l.id and access.dominates(l.marking_id, r.marking_id)))
      from data.label l where p_act ->> 'noun' = 'label' and l.id = (p_act ->> 'id')::uuid and l.marking_id = (p_act ->> 'from')::uuid
  ) s
$$;

do $$
declare
  t text;
begin
  foreach t in array array['program', 'ontology_version', 'ontology_class', 'marking_change'] loop
    execute format('create policy %I on data.%I for select to caveat_owner using (marking_id is not null)', t || '_owner_read', t);
  end loop;
end $$;

-- An object whose marking can change, with the markings of what stands above it and of what it is made of.
create function access.marked_object(p_noun text, p_id uuid) returns table (program_id uuid, marking_id uuid, above uuid[])
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select d.program_id, d.marking_id, array[p.marking_id, v.ontology_marking_id, v.marking_id]
    from data.dataset d join data.program p on p.id = d.program_id join data.ontology_version v on v.id = d.ontology_version_id
    where p_noun = 'dataset' and d.id = p_id
  union all
  select a.program_id, a.marking_id, array[a.dataset_marking_id] from data.asset a where p_noun = 'asset' and a.id = p_id
  union all
  select l.program_id, l.marking_id, array[l.dataset_marking_id, l.asset_marking_id]
      || coalesce((select array_agg(m.id) from data.label_revision r join data.ontology_class c on c.id = r.class_id
                   cross join unnest(array[c.ontology_marking_id, c.marking_id]) as m (id)
                   where r.label_id = l.id and r.marking_id = l.marking_id), '{}')
    from data.label l where p_noun = 'label' and l.id = p_id
$$;

-- What others own or control: src/administration/marking-parts.ts, once more.
create function access.needs_consent(p_marking uuid) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select m.structure ->> 'kind' is distinct from 'US'
    or m.effective -> 'fgi' <> '[]' or m.effective -> 'nato' <> '[]' or m.effective -> 'lists' <> '[]'
    or m.effective -> 'jointOwners' <> 'null'
    or m.effective -> 'controls' ?| array['OC', 'OC-USGOV', 'PR', 'XD', 'ND']
    or exists (select from jsonb_array_elements_text(m.effective -> 'aea') as a (token) where a.token ~ '^(RD|FRD|TFNI)(-|$)')
  from access.marking m where m.id = p_marking
$$;

-- What both acts ask, whatever the application says of it: the proposal stands at the marking and program of its object,
-- whose marking goes down, not below what it is made of; nobody's consent is missing; approver and requester are who they
-- must be, at this moment.
create function access.require_marking_act(p_proposal uuid, p_act jsonb, p_role text) returns void
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  p data.proposal%rowtype;
  o record;
  of_from uuid := (p_act ->> 'from')::uuid;
  of_to uuid := (p_act ->> 'to')::uuid;
begin
  select * into p from data.proposal where id = p_proposal;
  select * into o from access.marked_object(p_act ->> 'noun', (p_act ->> 'id')::uuid);
  if o.marking_id is null or o.marking_id is distinct from of_from then
    raise exception 'its marking has changed' using errcode = 'CV001';
  end if;
  if p.marking_id is distinct from of_from or p.program_id is distinct from o.program_id
     or p.subject_id is distinct from (p_act ->> 'id')::uuid then
    raise exception 'row and content differ' using errcode = 'CV000';
  end if;
  if of_from = of_to or access.dominates(of_from, of_to) is not true then
    raise exception 'this is not below its marking' using errcode = 'CV000';
  end if;
  if access.needs_consent(of_from) is not false then
    raise exception 'this takes the consent of its originator' using errcode = 'CV000';
  end if;
  if exists (select from unnest(o.above) as a (id) where access.dominates(of_to, a.id) is not true) then
    raise exception 'something above it was raised' using errcode = 'CV001';
  end if;
  if not exists (select from access.person r where r.id = gate.person() and p_role = any (r.roles)) then
    raise exception 'this takes another role' using errcode = 'CV000';
  end if;
  if not exists (
    select from access.clearance c
    join access.membership m on m.person_id = c.person_id and m.program_id = p.program_id
    join access.marking k on k.id = of_from
    where c.person_id = p.requester_id
      and array_position(array['U', 'R', 'C', 'S', 'TS'], c.level) >= array_position(array['U', 'R', 'C', 'S', 'TS'], k.effective ->> 'level')
      and not exists (
        select from (select t.token from jsonb_array_elements_text(k.effective -> 'sci') as t (token)
                     union all select 'SAR-' || t.token from jsonb_array_elements_text(k.effective -> 'sar') as t (token)) n
        where not exists (select from access.read_on r where r.person_id = c.person_id and r.token = n.token))) then
    raise exception 'the requester could not ask this now' using errcode = 'CV001';
  end if;
end $$;

create function access.holds_authority(p_authority text, p_scope text) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (select from access.authority a where a.person_id = gate.person() and a.authority = p_authority and a.scope = p_scope)
$$;

create or replace function access.execute_marking_lower(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  of_from access.marking%rowtype;
  of_to access.marking%rowtype;
begin
  perform access.require_marking_act(p_proposal, p_act, 'downgrade-authority');
  select * into of_from from access.marking where id = (p_act ->> 'from')::uuid;
  select * into of_to from access.marking where id = (p_act ->> 'to')::uuid;
  if (of_from.effective - '{level,sci,sar,aea,controls}'::text[]) <> (of_to.effective - '{level,sci,sar,aea,controls}'::text[]) then
    raise exception 'to release it is another act' using errcode = 'CV000';
  end if;
  if exists (select from jsonb_array_elements_text(case when of_from.structure -> 'owners' = '[]' then '["USA"]' else of_from.structure -> 'owners' end)
               as o (owner) where not access.holds_authority('downgrade', o.owner)) then
    raise exception 'no authority to lower this' using errcode = 'CV000';
  end if;
  perform access.apply_marking(p_act ->> 'noun', (p_act ->> 'id')::uuid, of_from.id, of_to.id);
end $$;

create or replace function access.execute_marking_widen(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  of_from access.marking%rowtype;
  of_to access.marking%rowtype;
  added text[];
begin
  perform access.require_marking_act(p_proposal, p_act, 'disclosure-officer');
  select * into of_from from access.marking where id = (p_act ->> 'from')::uuid;
  select * into of_to from access.marking where id = (p_act ->> 'to')::uuid;
  if (of_from.effective - '{noforn,relTo,displayTo}'::text[]) <> (of_to.effective - '{noforn,relTo,displayTo}'::text[]) then
    raise exception 'to lower it is another act' using errcode = 'CV000';
  end if;
  select coalesce(array_agg(c.country), '{}') into added from jsonb_array_elements_text(of_to.effective -> 'displayTo') as c (country)
    where not (of_from.effective -> 'displayTo' ? c.country)
       or (of_to.effective -> 'relTo' ? c.country and not (of_from.effective -> 'relTo' ? c.country));
  -- A caveat of the USA that goes while no country comes: whoever may release for the USA.
  if added = '{}' then
    added := array['USA'];
  end if;
  if exists (select from unnest(added) as c (country) where not access.holds_authority('disclosure', c.country)) then
    raise exception 'no authority to release this' using errcode = 'CV000';
  end if;
  perform access.apply_marking(p_act ->> 'noun', (p_act ->> 'id')::uuid, of_from.id, of_to.id);
end $$;

create or replace function access.execute_marking_change() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform access.one_at_a_time();
  if gate.person() is null or new.changer_id <> gate.person() then
    raise exception 'not changed by this person' using errcode = 'CV000';
  end if;
  -- Nobody raises what belongs to a program that he is not read into, under the name of his own.
  if not exists (select from access.marked_object(new.noun, new.object_id) o where o.program_id = new.program_id) then
    raise exception 'row and object differ' using errcode = 'CV000';
  end if;
  -- One person raises and does nothing else.
  if new.marking_id = new.from_marking_id or access.dominates(new.marking_id, new.from_marking_id) is not true then
    raise exception 'this lowers the marking' using errcode = 'CV000';
  end if;
  perform access.apply_marking(new.noun, new.object_id, new.from_marking_id, new.marking_id);
  return null;
end $$;

-- The day on which an asset asks for review: the earlier of its declassification and of a downgrade that is still ahead of
-- its level; none once it is unclassified (src/datasets/authority.ts, once more, for rows whose marking changes).
create function access.review_day(p_authority jsonb, p_created timestamptz, p_structure jsonb) returns text
  language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case
    when p_structure ->> 'level' = 'U' then null
    -- Read with the block that it would have been given then: 25 years ahead, of 29 February the day after.
    when p_authority is null or p_authority = 'null' then case
      when p_structure -> 'aea' ?| array['RD', 'FRD', 'TFNI'] or p_structure -> 'owners' ? 'NATO'
        or coalesce(p_structure #> '{fgi,sources}' ? 'NATO', false) then null
      else (extract(year from p_created at time zone 'UTC') + 25)::text
        || case to_char(p_created at time zone 'UTC', 'MMDD') when '0229' then '0301' else to_char(p_created at time zone 'UTC', 'MMDD') end end
    else least(
      substring(p_authority ->> 'declassifyOn' from '^(?:[0-9]{2}X[0-9], )?([0-9]{8})$'),
      case when array_position(array['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET'], p_authority ->> 'downgradeTo')
                < array_position(array['U', 'R', 'C', 'S', 'TS'], p_structure ->> 'level')
        then substring(p_authority ->> 'downgradeOn' from '^([0-9]{8})$') end)
  end
$$;
create function access.note_review() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.review_on := access.review_day(new.authority, new.created_at, (select m.structure from access.marking m where m.id = new.marking_id));
  return new;
end $$;
create trigger review before update of marking_id on data.asset for each row
  when (old.marking_id <> new.marking_id) execute function access.note_review();
update data.asset a set review_on = access.review_day(a.authority, a.created_at, m.structure)
  from access.marking m
  where m.id = a.marking_id and a.review_on is distinct from access.review_day(a.authority, a.created_at, m.structure);

reset role;
