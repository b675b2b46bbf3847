set local role caveat_owner;

-- A marking changes in its row, so that every lock, page and key follows at the next statement; the markings of what stands
-- above a row are carried in it through composite keys with ON UPDATE CASCADE. No working role may update anything: the
-- functions here do it, for an act that is a row of its own, with its entry in the log.

-- Each blob has a content key of its own, wrapped under the data key of its marking: another marking wraps it anew and no
-- byte is written again. Null: sealed under the data key itself, before there were content keys.
alter table data.blob add column wrapped_key bytea;

-- Joins of two markings, computed where markings are understood, and content keys under the data keys of other markings.
create table access.marking_join (
  a uuid not null references access.marking (id),
  b uuid not null references access.marking (id),
  joined uuid not null references access.marking (id),
  primary key (a, b)
);
create table access.blob_rekey (
  blob_id uuid not null,
  marking_id uuid not null references access.marking (id),
  wrapped_key bytea not null,
  primary key (blob_id, marking_id)
);
grant select, insert on access.marking_join, access.blob_rekey to caveat_policy;

-- Raising: at once, by one person.
create table data.marking_change (
  id uuid primary key,
  noun text not null,
  object_id uuid not null,
  program_id uuid not null,
  from_marking_id uuid not null references access.marking (id),
  marking_id uuid not null references access.marking (id),
  changer_id uuid not null references access.person (id),
  reason text not null,
  entry_id uuid not null,
  changed_at timestamptz not null
);
grant select, insert on data.marking_change to caveat_app;

-- The owner's functions see and change the rows that they are about. Nobody logs in as the owner.
do $$
declare
  t text;
begin
  foreach t in array array['dataset', 'dataset_compilation', 'dataset_marking', 'program_marking', 'asset', 'asset_content', 'blob',
                           'label', 'label_revision', 'label_review', 'delivery', 'data_key'] loop
    execute format('create policy %I on data.%I for select to caveat_owner using (marking_id is not null)', t || '_owner_read', t);
    execute format('create policy %I on data.%I for update to caveat_owner using (marking_id is not null) with check (marking_id is not null)',
      t || '_owner_update', t);
  end loop;
  foreach t in array array['dataset_marking', 'program_marking', 'data_key'] loop
    execute format('create policy %I on data.%I for insert to caveat_owner with check (marking_id is not null)', t || '_owner_insert', t);
    execute format('create policy %I on data.%I for delete to caveat_owner using (marking_id is not null)', t || '_owner_delete', t);
  end loop;
end $$;

create index label_revision_held on data.label_revision (dataset_id, marking_id);
create index label_review_held on data.label_review (dataset_id, marking_id);

-- Whether marking a is at least as restrictive as b in every part: what src/markings/effective.ts says, once more.
create function access.dominates(p_a uuid, p_b uuid) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select array_position(array['U', 'R', 'C', 'S', 'TS'], a.effective ->> 'level') >= array_position(array['U', 'R', 'C', 'S', 'TS'], b.effective ->> 'level')
    and (a.effective -> 'sci') @> (b.effective -> 'sci') and (a.effective -> 'sar') @> (b.effective -> 'sar')
    and (a.effective -> 'aea') @> (b.effective -> 'aea') and (a.effective -> 'nato') @> (b.effective -> 'nato')
    and (a.effective -> 'fgi') @> (b.effective -> 'fgi') and (a.effective -> 'controls') @> (b.effective -> 'controls')
    and (a.effective -> 'lists') @> (b.effective -> 'lists')
    and ((a.effective ->> 'noforn')::boolean or not (b.effective ->> 'noforn')::boolean)
    and ((b.effective -> 'relTo') @> (a.effective -> 'relTo')) and ((b.effective -> 'displayTo') @> (a.effective -> 'displayTo'))
    and (b.effective -> 'jointOwners' = 'null'::jsonb
         or (a.effective -> 'jointOwners' <> 'null'::jsonb and (b.effective -> 'jointOwners') @> (a.effective -> 'jointOwners')))
  from access.marking a, access.marking b where a.id = p_a and b.id = p_b
$$;

-- Markings of what stands below an object, and of deliveries that may hold it: identifiers only, whoever may see them.
create function access.markings_below(p_noun text, p_id uuid) returns table (marking_id uuid)
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
$$;

-- Content keys of the blobs of an object and of what stands below it, wrapped under data keys which are wrapped under the
-- key file: of no use to whoever has the database alone.
create function access.blob_keys(p_noun text, p_id uuid)
  returns table (blob_id uuid, marking_id uuid, wrapped_key bytea, data_key bytea)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select b.id, b.marking_id, b.wrapped_key, k.wrapped
  from data.blob b join data.data_key k on k.marking_id = b.marking_id
  where (p_noun = 'asset' and b.asset_id = p_id)
     or (p_noun = 'dataset' and b.asset_id in (select a.id from data.asset a where a.dataset_id = p_id))
$$;

create function access.ensure_data_key(p_marking uuid, p_wrapped bytea) returns bytea
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  found_key bytea;
begin
  insert into data.data_key (marking_id, wrapped) values (p_marking, p_wrapped) on conflict do nothing;
  select wrapped into found_key from data.data_key where marking_id = p_marking;
  return found_key;
end $$;

grant execute on function access.markings_below(text, uuid), access.blob_keys(text, uuid), access.ensure_data_key(uuid, bytea) to caveat_policy;

-- The marking that a row below a raised object gets; a row that nobody thought of ends the act.
create function access.joined(p_a uuid, p_b uuid) returns uuid
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  found_id uuid;
begin
  select j.joined into found_id from access.marking_join j where j.a = p_a and j.b = p_b;
  if not found then
    raise exception 'something was added below' using errcode = 'CV001';
  end if;
  return found_id;
end $$;

-- Pages merge one index range for each marking that a dataset holds: what is there now, and nothing that was.
create function access.note_held(p_dataset uuid) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into data.dataset_marking (dataset_id, program_id, dataset_marking_id, noun, marking_id)
    select d.id, d.program_id, d.marking_id, h.noun, h.marking_id
    from data.dataset d cross join (
      select 'asset' as noun, a.marking_id from data.asset a where a.dataset_id = p_dataset
      union select 'label', l.marking_id from data.label l where l.dataset_id = p_dataset
      union select 'label', r.marking_id from data.label_revision r where r.dataset_id = p_dataset
      union select 'label', v.marking_id from data.label_review v where v.dataset_id = p_dataset) h
    where d.id = p_dataset
    on conflict do nothing;
  delete from data.dataset_marking m where m.dataset_id = p_dataset and not case m.noun
    when 'asset' then exists (select from data.asset a where a.dataset_id = p_dataset and a.marking_id = m.marking_id)
    else exists (select from data.label l where l.dataset_id = p_dataset and l.marking_id = m.marking_id)
      or exists (select from data.label_revision r where r.dataset_id = p_dataset and r.marking_id = m.marking_id)
      or exists (select from data.label_review v where v.dataset_id = p_dataset and v.marking_id = m.marking_id) end;
end $$;

create function access.note_held_by_program(p_program uuid) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into data.program_marking (program_id, noun, marking_id)
    select p_program, 'dataset', d.marking_id from data.dataset d where d.program_id = p_program
    union select p_program, 'delivery', d.marking_id from data.delivery d where d.program_id = p_program
    on conflict do nothing;
  delete from data.program_marking m where m.program_id = p_program and (
    (m.noun = 'dataset' and not exists (select from data.dataset d where d.program_id = p_program and d.marking_id = m.marking_id))
    or (m.noun = 'delivery' and not exists (select from data.delivery d where d.program_id = p_program and d.marking_id = m.marking_id)));
end $$;

-- Gives an object another marking. What stands below follows upwards; downwards it stays where it is, one act each.
create function access.apply_marking(p_noun text, p_id uuid, p_from uuid, p_to uuid) returns void
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
    when 'asset' then
      select dataset_id, program_id into of_dataset, of_program from data.asset where id = p_id and marking_id = p_from for update;
      perform 1 from data.label where asset_id = p_id order by id for update;
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
    -- A delivery may hold what its requester could see: it stands at the old marking at least.
    update data.delivery d set marking_id = access.joined(d.marking_id, p_to)
      where d.dataset_id = of_dataset and access.dominates(d.marking_id, p_from) and access.joined(d.marking_id, p_to) <> d.marking_id;
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

-- Revisions of one label that come to stand at one marking are numbered on, in the order that they had.
create function access.raise_revisions(p_noun text, p_id uuid, p_to uuid) returns void
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
end $$;

create function access.execute_marking_change() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform access.one_at_a_time();
  if gate.person() is null or new.changer_id <> gate.person() then
    raise exception 'not changed by this person' using errcode = 'CV000';
  end if;
  -- One person raises and does nothing else.
  if new.marking_id = new.from_marking_id or not access.dominates(new.marking_id, new.from_marking_id) then
    raise exception 'this lowers the marking' using errcode = 'CV000';
  end if;
  perform access.apply_marking(new.noun, new.object_id, new.from_marking_id, new.marking_id);
  return null;
end $$;
create constraint trigger executed after insert on data.marking_change deferrable initially deferred
  for each row execute function access.execute_marking_change();
create constraint trigger recorded after insert on data.marking_change deferrable initially deferred
  for each row execute function access.require_record('marking.change');

-- Lowering and widening: proposals of two people. The state of an object is its marking, those above it, and what it holds.
create function access.object_state(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select encode(sha384(convert_to(s.parts::text, 'UTF8')), 'hex') from (
    select jsonb_build_array(d.id, d.marking_id, d.name, d.ontology_version_id,
             (select jsonb_agg(jsonb_build_array(c.marking_id, c.reason) order by c.marking_id) from data.dataset_compilation c where c.dataset_id = d.id)) as parts
      from data.dataset d where p_act ->> 'noun' = 'dataset' and d.id = (p_act ->> 'id')::uuid and d.marking_id = (p_act ->> 'from')::uuid
    union all
    select jsonb_build_array(a.id, a.dataset_marking_id, a.marking_id, a.title, a.media_type,
             (select jsonb_agg(jsonb_build_array(b.id, encode(b.sha384, 'hex')) order by b.id) from data.blob b where b.asset_id = a.id))
      from data.asset a where p_act ->> 'noun' = 'asset' and a.id = (p_act ->> 'id')::uuid and a.marking_id = (p_act ->> 'from')::uuid
    union all
    select jsonb_build_array(l.id, l.dataset_marking_id, l.asset_marking_id, l.marking_id,
             (select jsonb_agg(jsonb_build_array(r.id, r.marking_id) order by r.id) from data.label_revision r
              where r.label_id = l.id and access.dominates(l.marking_id, r.marking_id)))
      from data.label l where p_act ->> 'noun' = 'label' and l.id = (p_act ->> 'id')::uuid and l.marking_id = (p_act ->> 'from')::uuid
  ) s
$$;
create function access.state_marking_lower(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$ select access.object_state(p_act) $$;
create function access.state_marking_widen(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$ select access.object_state(p_act) $$;
-- Over which owners somebody may lower, and to which countries he may widen (standards B.4).
create table access.authority (
  person_id uuid not null references access.person (id),
  authority text not null check (authority in ('downgrade', 'disclosure')),
  scope text not null check (scope ~ '^[A-Z]{3,4}$'),
  source text not null,
  asserted_at timestamptz not null default now(),
  primary key (person_id, authority, scope)
);
create trigger epoch after insert or update or delete on access.authority for each row execute function access.bump_epoch();
create trigger kept after insert or update or delete on access.authority for each row execute function access.keep_version();
grant select on access.authority to caveat_policy;

insert into access.proposal_kind (kind, family) values ('authority.grant', 'person');
create function access.state_authority_grant(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$ select access.person_state((p_act ->> 'person')::uuid) $$;
create function access.execute_authority_grant(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into access.authority (person_id, authority, scope, source, asserted_at)
    values ((p_act ->> 'person')::uuid, p_act ->> 'authority', p_act ->> 'scope', 'proposal ' || p_proposal, clock_timestamp());
end $$;

create or replace function access.person_state(p_person uuid) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select encode(sha384(convert_to(jsonb_build_array(
      p.id, p.handle, p.display_name, p.country, p.duty_organization, p.us_government_agency, p.entity_type,
      (select jsonb_agg(r order by r) from unnest(p.roles) r), p.suspended,
      (select jsonb_build_array(c.level, c.issuer, extract(epoch from c.expires_at)) from access.clearance c where c.person_id = p.id),
      (select jsonb_agg(r.token order by r.token) from access.read_on r where r.person_id = p.id),
      (select jsonb_agg(m.program_id order by m.program_id) from access.membership m where m.person_id = p.id),
      (select jsonb_agg(jsonb_build_array(a.authority, a.scope) order by a.authority, a.scope) from access.authority a where a.person_id = p.id)
      )::text, 'UTF8')), 'hex')
  from access.person p where p.id = p_person
$$;

create or replace function access.execute_revocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  act jsonb := new.content::jsonb -> 'act';
  of_person uuid := (act ->> 'person')::uuid;
begin
  perform access.one_at_a_time();
  if gate.person() is null or new.revoker_id <> gate.person() then
    raise exception 'not taken away by this person' using errcode = 'CV000';
  end if;
  if (new.family = 'person') <> (new.kind !~ '^client\.') or (new.family = 'person') <> (new.subject_id is not distinct from of_person) then
    raise exception 'row and content differ' using errcode = 'CV000';
  end if;
  case new.kind
    when 'clearance.revoke' then delete from access.clearance where person_id = of_person;
    when 'readon.revoke' then delete from access.read_on where person_id = of_person and token = act ->> 'token';
    when 'membership.revoke' then delete from access.membership where person_id = of_person and program_id = (act ->> 'program')::uuid;
    when 'role.revoke' then update access.person set roles = array_remove(roles, act ->> 'role') where id = of_person and act ->> 'role' = any (roles);
    when 'authority.revoke' then delete from access.authority
      where person_id = of_person and authority = act ->> 'authority' and scope = act ->> 'scope';
    when 'person.suspend' then update access.person set suspended = true where id = of_person and not suspended;
    when 'client.suspend' then update access.client set status = 'suspended' where id = act ->> 'client' and status = 'approved';
    when 'client.revoke' then update access.client set status = 'revoked' where id = act ->> 'client' and status <> 'revoked';
  end case; -- which refuses any other kind
  if not found then
    raise exception 'somebody else has taken it away' using errcode = 'CV004';
  end if;
  return null;
end $$;

-- Whoever approves holds the authority at that moment; what the application says of it is not enough.
create function access.execute_marking_lower(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  approver uuid := gate.person();
begin
  if not exists (select from access.authority a where a.person_id = approver and a.authority = 'downgrade')
     or not access.dominates((p_act ->> 'from')::uuid, (p_act ->> 'to')::uuid) then
    raise exception 'no authority to lower this' using errcode = 'CV000';
  end if;
  perform access.apply_marking(p_act ->> 'noun', (p_act ->> 'id')::uuid, (p_act ->> 'from')::uuid, (p_act ->> 'to')::uuid);
end $$;
create function access.execute_marking_widen(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  approver uuid := gate.person();
begin
  if exists (select from access.marking m, jsonb_array_elements_text(m.effective -> 'displayTo') as c (country)
             where m.id = (p_act ->> 'to')::uuid
               and not exists (select from access.marking o where o.id = (p_act ->> 'from')::uuid and o.effective -> 'displayTo' @> to_jsonb(c.country)
                               and (o.effective -> 'relTo' @> to_jsonb(c.country) or not (m.effective -> 'relTo' @> to_jsonb(c.country))))
               and not exists (select from access.authority a where a.person_id = approver and a.authority = 'disclosure' and a.scope = c.country))
     or not access.dominates((p_act ->> 'from')::uuid, (p_act ->> 'to')::uuid) then
    raise exception 'no authority to release this' using errcode = 'CV000';
  end if;
  perform access.apply_marking(p_act ->> 'noun', (p_act ->> 'id')::uuid, (p_act ->> 'from')::uuid, (p_act ->> 'to')::uuid);
end $$;

-- What was ended does not come back with the client that it came through: a client that is approved anew ends all tokens.
drop trigger epoch on access.client;
create trigger epoch after update on access.client for each row
  when (old.ceiling <> new.ceiling or old.device_attested <> new.device_attested or old.network_ceiling <> new.network_ceiling
        or (old.status <> 'approved' and new.status = 'approved'))
  execute function access.bump_epochs();
reset role;
