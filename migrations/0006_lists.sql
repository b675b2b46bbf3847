set local role caveat_owner;

-- What was interned before markings had lists and profiles had hours and duties is read as the code reads it now. A control
-- that needs a list has none (standards B.1 #9, #10): nobody read such a marking before, and nobody does after.
update access.marking set effective = effective || jsonb_build_object('lists', coalesce((
  select jsonb_agg(control || ':-' order by control collate "C")
  from jsonb_array_elements_text(effective -> 'controls') as held (control)
  where control in ('OC', 'OC-USGOV', 'PR', 'XD', 'ND')), '[]'))
where not effective ? 'lists';

update access.profile set profile = profile || jsonb_build_object('lists', jsonb_build_array(), 'environment',
  profile -> 'environment' || '{"timeWindow": "open", "honors": ["BANNER", "NO_CACHE", "VIEW_ONLY"]}')
where not profile ? 'lists';

alter table data.recipient no force row level security;
update data.recipient set profile = profile || jsonb_build_object('lists', jsonb_build_array(), 'environment',
  profile -> 'environment' || '{"timeWindow": "open", "honors": []}')
where not profile ? 'lists';
alter table data.recipient force row level security;

reset role;
set local role caveat_owner;

-- Lists that name readers: agencies by code, persons by id (standards B.1 #9 to #11). Written once: whoever could be put into
-- a list later would be given what already stands under it.
create table data.distribution_list (
  id uuid primary key,
  kind text not null check (kind in ('NTK', 'OC', 'PR', 'XD', 'ND')),
  maker_id uuid not null references access.person (id),
  agencies text[] not null check (cardinality(agencies) <= 100 and array_position(agencies, null) is null),
  persons uuid[] not null check (cardinality(persons) <= 100 and array_position(persons, null) is null),
  made_at timestamptz not null default now(),
  check (cardinality(agencies) + cardinality(persons) > 0),
  check (kind <> 'XD' or cardinality(persons) = 0),
  check (kind <> 'ND' or cardinality(agencies) = 0)
);
create index distribution_list_agencies on data.distribution_list using gin (agencies);
create index distribution_list_persons on data.distribution_list using gin (persons);
create index distribution_list_maker on data.distribution_list (maker_id, made_at);

create function gate.organization() returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select p.duty_organization
  from (select gate.claims() as c offset 0) g join access.person p on p.id = (g.c).person_id
$$;
revoke execute on function gate.organization() from public;
grant execute on function gate.organization() to caveat_app;

-- That a list exists, and whom it names, is known to those in it and to its maker.
grant select, insert on data.distribution_list to caveat_app;
alter table data.distribution_list enable row level security;
alter table data.distribution_list force row level security;
create policy list_read on data.distribution_list for select to caveat_app using (
  maker_id = (select gate.person()) or persons @> array[(select gate.person())] or agencies @> array[(select gate.organization())]);
create policy list_make on data.distribution_list for insert to caveat_app with check (maker_id = (select gate.person()));

-- Which lists name a person is part of what decisions about him rest on, read at sign-in.
grant select (id, kind, agencies, persons) on data.distribution_list to caveat_policy;
create policy list_of_reader on data.distribution_list for select to caveat_policy using (kind is not null);

-- Hours in which a person may work. Who has none stated may work at any time; who has is refused outside of them.
create table access.time_window (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references access.person (id),
  opens_at timestamptz not null,
  closes_at timestamptz not null check (closes_at > opens_at),
  source text not null,
  asserted_at timestamptz not null default now()
);
create index time_window_person on access.time_window (person_id);
create trigger epoch after insert or update or delete on access.time_window for each row execute function access.bump_epoch();
grant select on access.time_window to caveat_policy;

reset role;
