set local role caveat_owner;

-- Markings and profiles are interned: decisions are made once per distinct pair, not once per row.
create table access.marking (
  id uuid primary key default gen_random_uuid(),
  digest bytea not null unique,
  structure jsonb not null,
  effective jsonb not null,
  banner text not null,
  portion text not null,
  register_version text not null
);

create table access.policy (
  id uuid primary key default gen_random_uuid(),
  version text not null unique,
  register_version text not null,
  documents jsonb not null,
  requested_by text not null,
  approved_by text not null check (approved_by <> requested_by),
  activated_at timestamptz not null default now(),
  active boolean not null default false
);
create unique index policy_one_active on access.policy (active) where active;

create table access.profile (
  id uuid primary key default gen_random_uuid(),
  digest bytea not null unique,
  profile jsonb not null
);

create table access.action (
  name text primary key,
  bit smallint not null unique check (bit between 0 and 62)
);

create table access.profile_marking (
  policy_id uuid not null references access.policy (id),
  profile_id uuid not null references access.profile (id),
  marking_id uuid not null references access.marking (id),
  actions bigint not null,
  primary key (policy_id, profile_id, marking_id)
);

create table access.client (
  id text primary key,
  name text not null,
  status text not null check (status in ('approved', 'suspended', 'revoked')),
  ceiling text not null check (ceiling in ('U', 'R', 'C', 'S', 'TS')),
  device_attested boolean not null,
  network_ceiling text not null check (network_ceiling in ('U', 'R', 'C', 'S', 'TS')),
  source text not null,
  asserted_at timestamptz not null default now()
);

create table access.person (
  id uuid primary key default gen_random_uuid(),
  handle text not null unique,
  display_name text not null,
  country text not null,
  duty_organization text not null,
  us_government_agency boolean not null,
  entity_type text not null check (entity_type in ('GOV', 'MIL', 'CTR')),
  roles text[] not null,
  suspended boolean not null default false,
  source text not null,
  asserted_at timestamptz not null default now()
);

create table access.clearance (
  person_id uuid primary key references access.person (id),
  level text not null check (level in ('U', 'R', 'C', 'S', 'TS')),
  issuer text not null,
  source text not null,
  asserted_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create table access.read_on (
  person_id uuid not null references access.person (id),
  token text not null,
  source text not null,
  asserted_at timestamptz not null default now(),
  primary key (person_id, token)
);

create table access.membership (
  person_id uuid not null references access.person (id),
  program_id uuid not null,
  source text not null,
  asserted_at timestamptz not null default now(),
  primary key (person_id, program_id)
);

-- A change of anything that decisions rest on moves the person's epoch; a gate token names the epoch it was minted at,
-- so taking away works at the next statement.
create table access.person_epoch (
  person_id uuid primary key references access.person (id),
  epoch bigint not null
);

create function access.bump_epoch() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  subject uuid;
begin
  if tg_table_name = 'person' then
    subject := case when tg_op = 'DELETE' then old.id else new.id end;
  else
    subject := case when tg_op = 'DELETE' then old.person_id else new.person_id end;
  end if;
  insert into access.person_epoch as e (person_id, epoch) values (subject, 1)
    on conflict (person_id) do update set epoch = e.epoch + 1;
  return null;
end $$;

create trigger epoch after insert or update or delete on access.person for each row execute function access.bump_epoch();
create trigger epoch after insert or update or delete on access.clearance for each row execute function access.bump_epoch();
create trigger epoch after insert or update or delete on access.read_on for each row execute function access.bump_epoch();
create trigger epoch after insert or update or delete on access.membership for each row execute function access.bump_epoch();

-- A client's ceilings are part of every profile that works through it.
create function access.bump_epochs() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update access.person_epoch set epoch = epoch + 1;
  return null;
end $$;
create trigger epoch after update or delete on access.client for each row execute function access.bump_epochs();

grant select, insert on access.marking, access.profile, access.profile_marking to caveat_policy;
grant select on access.policy, access.action, access.client, access.person, access.clearance, access.read_on,
  access.membership, access.person_epoch to caveat_policy;
-- The application reads the matrix, never the text of a marking; it can write neither.
grant select on access.profile_marking, access.action to caveat_app;
reset role;
