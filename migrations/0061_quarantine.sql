set local role caveat_owner;

-- What samples of an original of more than 8 bits are shown black and white; null where they are shown as they are.
alter table data.asset_content add column stretch jsonb;

-- An image whose own marking (that of a NITF file) is not taken at its word waits here: sealed and decoded like any other, but
-- without content, so that nothing that shows, labels or delivers an image finds it. Its asset is raised to what could be read.
create table data.asset_quarantine (
  asset_id uuid primary key,
  dataset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  marking_id uuid not null,
  receiver_id uuid not null references access.person (id),
  from_marking_id uuid not null references access.marking (id),
  raised_marking_id uuid not null references access.marking (id),
  entry_id uuid not null,
  findings jsonb not null,
  width int not null check (width > 0),
  height int not null check (height > 0),
  stretch jsonb,
  original_blob_id uuid not null references data.blob (id),
  display_blob_id uuid not null references data.blob (id),
  tiles_blob_id uuid not null references data.blob (id),
  received_at timestamptz not null,
  foreign key (asset_id, dataset_id, program_id, dataset_marking_id, marking_id)
    references data.asset (id, dataset_id, program_id, dataset_marking_id, marking_id) on update cascade
);

-- Somebody has looked at it and said what its marking is; from then on it is an image like any other.
create table data.asset_quarantine_lift (
  asset_id uuid primary key references data.asset_quarantine (asset_id),
  dataset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  marking_id uuid not null,
  lifter_id uuid not null references access.person (id),
  reason text not null,
  lifted_at timestamptz not null,
  foreign key (asset_id, dataset_id, program_id, dataset_marking_id, marking_id)
    references data.asset (id, dataset_id, program_id, dataset_marking_id, marking_id) on update cascade
);

grant select, insert on data.asset_quarantine, data.asset_quarantine_lift to caveat_app;
do $$
declare
  t text;
begin
  foreach t in array array['asset_quarantine', 'asset_quarantine_lift'] loop
    execute format('create policy %I on data.%I for select to caveat_owner using (marking_id is not null)', t || '_owner_read', t);
    execute format('create policy %I on data.%I for update to caveat_owner using (marking_id is not null) with check (marking_id is not null)',
      t || '_owner_update', t);
  end loop;
end $$;
create policy asset_content_owner_insert on data.asset_content for insert to caveat_owner with check (marking_id is not null);

-- A file that says more than its asset was declared as raises it, whoever sent it: it may be more than he may see.
create function access.raise_quarantined() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform access.one_at_a_time();
  if gate.person() is null or new.receiver_id <> gate.person() then
    raise exception 'not received by this person' using errcode = 'CV000';
  end if;
  if access.dominates(new.raised_marking_id, new.from_marking_id) is not true then
    raise exception 'this lowers the marking' using errcode = 'CV000';
  end if;
  perform access.apply_marking('asset', new.asset_id, new.from_marking_id, new.raised_marking_id);
  return null;
end $$;
create constraint trigger executed after insert on data.asset_quarantine deferrable initially deferred
  for each row when (new.raised_marking_id <> new.from_marking_id) execute function access.raise_quarantined();
create constraint trigger recorded after insert on data.asset_quarantine deferrable initially deferred
  for each row when (new.raised_marking_id <> new.from_marking_id) execute function access.require_record('marking.change');

-- What waits and what is shown are two things: whoever writes the one finds that the other is not there. After row security has
-- looked: whoever may not write the row learns nothing of the other.
create function access.check_quarantine() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from data.asset a where a.id = new.asset_id for no key update;
  if new.from_marking_id <> new.marking_id then
    raise exception 'not raised from its marking' using errcode = 'CV000';
  end if;
  if exists (select from data.asset_content c where c.asset_id = new.asset_id) then
    raise exception 'it has its content' using errcode = 'unique_violation';
  end if;
  return null;
end $$;
create trigger checked after insert on data.asset_quarantine for each row execute function access.check_quarantine();

create function access.check_content() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from data.asset a where a.id = new.asset_id for no key update;
  if exists (select from data.asset_quarantine q where q.asset_id = new.asset_id
             and not exists (select from data.asset_quarantine_lift l where l.asset_id = q.asset_id)) then
    raise exception 'it is in quarantine' using errcode = 'unique_violation';
  end if;
  return null;
end $$;
create trigger checked after insert on data.asset_content for each row execute function access.check_content();

create function access.lift_quarantine() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if gate.person() is null or new.lifter_id <> gate.person() then
    raise exception 'not lifted by this person' using errcode = 'CV000';
  end if;
  insert into data.asset_content (asset_id, dataset_id, program_id, dataset_marking_id, marking_id, width, height, stretch,
                                  original_blob_id, display_blob_id, tiles_blob_id, uploaded_at)
    select q.asset_id, q.dataset_id, q.program_id, q.dataset_marking_id, q.marking_id, q.width, q.height, q.stretch,
           q.original_blob_id, q.display_blob_id, q.tiles_blob_id, q.received_at
    from data.asset_quarantine q where q.asset_id = new.asset_id;
  return null;
end $$;
create trigger lifted after insert on data.asset_quarantine_lift for each row execute function access.lift_quarantine();

-- Whatever became of its marking meanwhile: at the end of the transaction it stands at what could be read of its file, at least.
create function access.check_lift() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from data.asset a join data.asset_quarantine q on q.asset_id = a.id
                 where a.id = new.asset_id and access.dominates(a.marking_id, q.raised_marking_id)) then
    raise exception 'below what could be read of its file' using errcode = 'CV000';
  end if;
  return null;
end $$;
create constraint trigger checked after insert on data.asset_quarantine_lift deferrable initially deferred
  for each row execute function access.check_lift();

-- As before; and nobody takes a task of an image in quarantine.
create or replace function access.may_take(p_task uuid, p_round int, p_stage text, p_person uuid, p_now timestamptz) returns boolean
  language sql stable as $$
  select not exists (
      select from access.task_slot o
      where o.task_id = p_task and o.person_id = p_person
        and ((o.round = p_round and o.stage = p_stage and (o.state = 'DONE' or (o.state = 'LEASED' and o.lasts_until > p_now)))
          or (o.state = 'DONE' and (o.stage = 'LABEL') <> (p_stage = 'LABEL'))))
    and not exists (
      select from data.task_act a
      where a.task_id = p_task and a.person_id = p_person and a.kind = 'skip' and a.round = p_round and a.stage = p_stage)
    and not exists (
      select from data.task t join data.asset_quarantine q on q.asset_id = t.asset_id
      where t.id = p_task and not exists (select from data.asset_quarantine_lift l where l.asset_id = q.asset_id))
$$;

reset role;
