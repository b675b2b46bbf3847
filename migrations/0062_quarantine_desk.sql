set local role caveat_owner;

-- Whether it still waits; whoever lifts it ends that. A list of what waits passes over nothing that does not.
alter table data.asset_quarantine
  add column waits boolean not null default true,
  add constraint asset_quarantine_received unique (asset_id, receiver_id);
update data.asset_quarantine q set waits = false where exists (select from data.asset_quarantine_lift l where l.asset_id = q.asset_id);
create index asset_quarantine_waits on data.asset_quarantine (dataset_id, marking_id, asset_id) where waits;

-- Who sent the file in, beside who lifts it: the policy's rules compare the two, and the key says that it is true.
alter table data.asset_quarantine_lift add column receiver_id uuid;
update data.asset_quarantine_lift l set receiver_id = q.receiver_id from data.asset_quarantine q where q.asset_id = l.asset_id;
alter table data.asset_quarantine_lift
  alter column receiver_id set not null,
  add foreign key (asset_id, receiver_id) references data.asset_quarantine (asset_id, receiver_id);

-- What the file says of its marking, segment by segment. A word that the register does not know may itself be restricted: these
-- rows are for whoever decides about them, not for everybody who may see the image.
create table data.asset_quarantine_reading (
  asset_id uuid primary key references data.asset_quarantine (asset_id),
  dataset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  marking_id uuid not null,
  groups jsonb not null,
  whole boolean not null,
  foreign key (asset_id, dataset_id, program_id, dataset_marking_id, marking_id)
    references data.asset (id, dataset_id, program_id, dataset_marking_id, marking_id) on update cascade
);
-- Shut from the beginning, before the policy is installed that opens it to some.
alter table data.asset_quarantine_reading enable row level security;
alter table data.asset_quarantine_reading force row level security;
grant select, insert on data.asset_quarantine_reading to caveat_app;
create policy asset_quarantine_reading_owner_read on data.asset_quarantine_reading for select to caveat_owner using (marking_id is not null);
create policy asset_quarantine_reading_owner_update on data.asset_quarantine_reading for update to caveat_owner
  using (marking_id is not null) with check (marking_id is not null);

-- As before; and it waits from its beginning.
create or replace function access.check_quarantine() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from data.asset a where a.id = new.asset_id for no key update;
  if new.from_marking_id <> new.marking_id then
    raise exception 'not raised from its marking' using errcode = 'CV000';
  end if;
  if not new.waits then
    raise exception 'not waiting from its beginning' using errcode = 'CV000';
  end if;
  if exists (select from data.asset_content c where c.asset_id = new.asset_id) then
    raise exception 'it has its content' using errcode = 'unique_violation';
  end if;
  return null;
end $$;

-- As before; and not by who declared the image, as little as by who sent its file. That it waits no more stands with its row.
create or replace function access.lift_quarantine() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if gate.person() is null or new.lifter_id <> gate.person() then
    raise exception 'not lifted by this person' using errcode = 'CV000';
  end if;
  if exists (select from data.asset a where a.id = new.asset_id and a.author_id = new.lifter_id) then
    raise exception 'declared by this person' using errcode = 'insufficient_privilege';
  end if;
  if exists (select from data.asset_quarantine q where q.asset_id = new.asset_id and q.receiver_id = new.lifter_id) then
    raise exception 'sent in by this person' using errcode = 'insufficient_privilege';
  end if;
  update data.asset_quarantine q set waits = false where q.asset_id = new.asset_id;
  insert into data.asset_content (asset_id, dataset_id, program_id, dataset_marking_id, marking_id, width, height, stretch,
                                  original_blob_id, display_blob_id, tiles_blob_id, uploaded_at)
    select q.asset_id, q.dataset_id, q.program_id, q.dataset_marking_id, q.marking_id, q.width, q.height, q.stretch,
           q.original_blob_id, q.display_blob_id, q.tiles_blob_id, q.received_at
    from data.asset_quarantine q where q.asset_id = new.asset_id;
  return null;
end $$;

-- What somebody says of what he hands in is a row of its own, with the id of the act: while several people label an image apart
-- from each other it is BLIND like the labels, his alone by the policy, though the act itself is seen.
create table data.task_remark (
  id uuid primary key references data.task_act (id),
  task_id uuid not null,
  project_id uuid not null,
  dataset_id uuid not null,
  asset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  asset_marking_id uuid not null,
  project_marking_id uuid not null,
  marking_id uuid not null,
  person_id uuid not null references access.person (id),
  round int not null,
  body text not null,
  state text not null check (state in ('ACTIVE', 'BLIND')),
  foreign key (task_id, project_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, project_marking_id, marking_id)
    references data.task (id, project_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, project_marking_id, marking_id)
    on update cascade
);
create index task_remark_round on data.task_remark (task_id, round);
alter table data.task_remark enable row level security;
alter table data.task_remark force row level security;
grant select, insert on data.task_remark to caveat_app;
create policy task_remark_owner_read on data.task_remark for select to caveat_owner using (marking_id is not null);
create policy task_remark_owner_insert on data.task_remark for insert to caveat_owner with check (marking_id is not null);
create policy task_remark_owner_update on data.task_remark for update to caveat_owner using (marking_id is not null)
  with check (marking_id is not null);

-- Whether somebody has still to hand in his own opinion in a round of a task.
create function access.is_blind(p_task uuid, p_round int) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from data.task t join access.task_slot s on s.task_id = t.id and s.round = t.round and s.stage = 'LABEL'
    where t.id = p_task and t.round = p_round and t.stage in ('LABEL', 'SET_ASIDE') and s.state <> 'DONE')
$$;

-- It is said with the act by which it was handed in; what the application says of its round and state counts for nothing.
create function access.begin_remark() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  select a.round into new.round from data.task_act a
    where a.id = new.id and a.task_id = new.task_id and a.person_id = new.person_id and a.kind = 'submit';
  if not found then
    raise exception 'not handed in by that act' using errcode = 'insufficient_privilege';
  end if;
  new.state := case when access.is_blind(new.task_id, new.round) then 'BLIND' else 'ACTIVE' end;
  return new;
end $$;
create trigger begun before insert on data.task_remark for each row execute function access.begin_remark();

insert into data.task_remark (id, task_id, project_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id,
                              project_marking_id, marking_id, person_id, round, body, state)
  select a.id, a.task_id, a.project_id, a.dataset_id, a.asset_id, a.program_id, a.dataset_marking_id, a.asset_marking_id,
         a.project_marking_id, a.marking_id, a.person_id, a.round, a.comment, 'BLIND'
  from data.task_act a where a.kind = 'submit' and a.comment <> '';
update data.task_act set comment = '' where kind = 'submit' and comment <> '';
alter table data.task_act add constraint task_act_remark check (kind <> 'submit' or comment = '');

-- As before; with the labels what was said of them, and with a round those before it: where several people label an image anew, what
-- they did and said in an earlier round is their own again, until the last of them has handed in.
create or replace function access.blind_labels(p_act data.task_act, p_blind boolean) returns void
  language sql set search_path = pg_catalog, pg_temp as $$
  with of_round as (
    update data.label l
      set state = case
        when p_blind then 'BLIND'
        when exists (select from data.label_revision r where r.label_id = l.id and r.kind = 'retract' and r.marking_id = l.marking_id) then 'RETRACTED'
        else 'ACTIVE' end
    from data.task_act a
    where a.task_id = p_act.task_id and a.round <= p_act.round and a.kind = 'submit' and l.task_act_id = a.id
      and l.state = case when p_blind then 'ACTIVE' else 'BLIND' end and access.dominates(l.marking_id, p_act.marking_id)
    returning l.id, l.state),
  of_revisions as (
    update data.label_revision r set label_state = o.state from of_round o where r.label_id = o.id),
  of_remarks as (
    update data.task_remark m set state = case when p_blind then 'BLIND' else 'ACTIVE' end
      where m.task_id = p_act.task_id and m.round <= p_act.round and m.state = case when p_blind then 'ACTIVE' else 'BLIND' end)
  update data.label_review v set label_state = o.state from of_round o where v.label_id = o.id
$$;

-- As before; and what several people did apart from each other is not told to those who do it anew.
create or replace function access.advance_task() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  p data.project;
  to_stage text;
begin
  select o.* into p from data.project o where o.id = new.project_id;
  if new.kind in ('reject', 'reopen') then
    perform access.settle_labels(new);
    perform access.blind_labels(new, p.opinions > 1);
    update data.task set stage = 'LABEL', round = new.round + 1, leased_until = null where id = new.task_id;
    perform access.open_slots(new.task_id, new.round + 1, 'LABEL', p.opinions);
    return null;
  end if;
  if new.kind in ('skip', 'submit') and exists (
      select from access.task_slot s
      where s.task_id = new.task_id and s.round = new.round and s.stage = new.stage and s.state <> 'DONE') then
    if new.kind = 'submit' then
      perform access.blind_labels(new, true);
    end if;
    if not exists (
        select from access.task_slot s
        where s.task_id = new.task_id and s.round = new.round and s.stage = new.stage and s.state = 'LEASED' and s.lasts_until > new.created_at)
       and p.skip_limit > 0 and (
        select count(distinct a.person_id) from data.task_act a
        where a.task_id = new.task_id and a.kind = 'skip' and a.round = new.round and a.stage = new.stage) >= p.skip_limit then
      update data.task set stage = 'SET_ASIDE', leased_until = null where id = new.task_id;
    end if;
    return null;
  end if;
  to_stage := case when new.kind <> 'submit' then 'DONE' when p.opinions > 1 then 'ADJUDICATE' when p.reviewed then 'REVIEW' else 'DONE' end;
  update data.task set stage = to_stage, leased_until = null where id = new.task_id;
  if new.kind = 'submit' then
    perform access.blind_labels(new, false);
  end if;
  if to_stage = 'DONE' then
    perform access.settle_labels(new);
  else
    perform access.open_slots(new.task_id, new.round, to_stage, 1);
  end if;
  return null;
end $$;

reset role;
