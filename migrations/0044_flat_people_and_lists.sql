set local role caveat_owner;

-- Whether an officer sees a person depends on what that person is cleared and read on for and on the markings of his programs,
-- and on nothing else of him: a standing. It is kept once, however many people have it, so that a page of people reads one
-- index range for each standing that the officer may see and passes over nobody else.
create table access.standing (
  id uuid primary key default gen_random_uuid(),
  digest bytea not null unique,
  level text not null,
  read_ons text[] not null,
  program_markings uuid[] not null,
  -- Whoever knows all standings up to a snapshot asks for those of later transactions.
  made_in xid8 not null default pg_current_xact_id()
);
create index standing_made on access.standing (made_in);

create table access.person_standing (
  person_id uuid primary key references access.person (id) on delete cascade,
  standing_id uuid not null references access.standing (id)
);
create index person_standing_page on access.person_standing (standing_id, person_id);

create policy program_standing on data.program for select to caveat_owner using (marking_id is not null);

create function access.place_person(p_person uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  of_level text := coalesce((select c.level from access.clearance c where c.person_id = p_person), 'U');
  of_read_ons text[] := array(select r.token from access.read_on r where r.person_id = p_person order by r.token collate "C");
  of_markings uuid[] := array(select distinct p.marking_id from access.membership m join data.program p on p.id = m.program_id
                              where m.person_id = p_person order by 1);
  of_digest bytea := sha256(convert_to(jsonb_build_array(of_level, of_read_ons, of_markings)::text, 'UTF8'));
begin
  insert into access.standing (digest, level, read_ons, program_markings)
    values (of_digest, of_level, of_read_ons, of_markings) on conflict (digest) do nothing;
  insert into access.person_standing (person_id, standing_id)
    select p.id, s.id from access.person p, access.standing s where p.id = p_person and s.digest = of_digest
    on conflict (person_id) do update set standing_id = excluded.standing_id;
end $$;
revoke execute on function access.place_person(uuid) from public;

create function access.place_person_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_table_name = 'person' then
    perform access.place_person(new.id);
  else
    perform access.place_person(case when tg_op = 'DELETE' then old.person_id else new.person_id end);
  end if;
  return null;
end $$;
revoke execute on function access.place_person_changed() from public;

-- At the end of the transaction, so that nobody is placed where he never stood.
create constraint trigger placed after insert on access.person deferrable initially deferred
  for each row execute function access.place_person_changed();
create constraint trigger placed after insert or update or delete on access.clearance deferrable initially deferred
  for each row execute function access.place_person_changed();
create constraint trigger placed after insert or update or delete on access.read_on deferrable initially deferred
  for each row execute function access.place_person_changed();
create constraint trigger placed after insert or update or delete on access.membership deferrable initially deferred
  for each row execute function access.place_person_changed();

create function access.place_members() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform access.place_person(m.person_id) from access.membership m where m.program_id = new.id;
  return null;
end $$;
revoke execute on function access.place_members() from public;
create trigger placed after update on data.program for each row when (old.marking_id <> new.marking_id)
  execute function access.place_members();

select access.place_person(p.id) from access.person p;
grant select on access.standing, access.person_standing to caveat_policy;

-- Programs and datasets by their own marking, wherever they are.
create index program_place on data.program (marking_id, id);
create index dataset_place on data.dataset (marking_id, id);

-- What the datasets of one program hold, by marking.
create index dataset_marking_program on data.dataset_marking (program_id, noun, marking_id, dataset_marking_id, dataset_id);

-- Compilations of a dataset in the order in which they are listed.
create index dataset_compilation_page on data.dataset_compilation (dataset_id, marking_id, id);

-- What the token's profile may read, without the cells that are closed to it: an index of the open ones alone serves it, and
-- markings that others are given cost nothing here.
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
    where pm.policy_id = c.policy_id and pm.profile_id = c.profile_id and pm.actions <> 0
      and pm.actions & (select 1::bigint << a.bit from access.action a where a.name = p_action) <> 0);
end $$;

-- Who may know of a list, one row for each: a page reads the ranges of the caller and of his organisation. A list is written
-- once, and so are these.
create table data.list_reader (
  reader text not null,
  list_id uuid not null references data.distribution_list (id) on delete cascade,
  primary key (reader, list_id)
);
create function access.name_readers() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into data.list_reader (reader, list_id)
    select 'person:' || new.maker_id, new.id
    union select 'person:' || p.person, new.id from unnest(new.persons) p (person)
    union select 'organization:' || a.agency, new.id from unnest(new.agencies) a (agency);
  return null;
end $$;
revoke execute on function access.name_readers() from public;
create trigger named after insert on data.distribution_list for each row execute function access.name_readers();

alter table data.distribution_list no force row level security;
insert into data.list_reader (reader, list_id)
  select 'person:' || l.maker_id, l.id from data.distribution_list l
  union select 'person:' || p.person, l.id from data.distribution_list l, unnest(l.persons) p (person)
  union select 'organization:' || a.agency, l.id from data.distribution_list l, unnest(l.agencies) a (agency);
alter table data.distribution_list force row level security;

alter table data.list_reader enable row level security;
alter table data.list_reader force row level security;
create policy reader_read on data.list_reader for select to caveat_app using (
  reader = 'person:' || (select gate.person()) or reader = 'organization:' || (select gate.organization()));
create policy reader_name on data.list_reader for insert to caveat_owner with check (list_id is not null);
grant select on data.list_reader to caveat_app;

reset role;
