set local role caveat_owner;

-- Places of a stage.
create function access.open_slots(p_task uuid, p_round int, p_stage text, p_count int) returns void
  language sql set search_path = pg_catalog, pg_temp as $$
  insert into access.task_slot (task_id, round, stage, slot)
    select p_task, p_round, p_stage, n from generate_series(1, p_count) n
$$;

-- What the application says of where a task stands counts for nothing: it begins at the beginning, and is counted where it stands.
create function access.begin_task() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  new.stage := 'LABEL';
  new.round := 1;
  new.leased_until := null;
  new.made_marking_id := new.marking_id;
  return new;
end $$;
create trigger begun before insert on data.task for each row execute function access.begin_task();

create function access.begin_guideline() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  new.counted_marking_id := new.marking_id;
  return new;
end $$;
create trigger begun before insert on data.guideline for each row execute function access.begin_guideline();

create function access.open_task() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform access.open_slots(new.id, 1, 'LABEL', (select p.opinions from data.project p where p.id = new.project_id));
  return null;
end $$;
create trigger opened after insert on data.task for each row execute function access.open_task();

-- Whether somebody may take a place of a task: not where he has one, nor where he put the task back, nor where he would judge
-- what he did himself, or do again what he judged.
-- Without a setting of its own it becomes part of the queries that ask it; every name in it says its schema.
create function access.may_take(p_task uuid, p_round int, p_stage text, p_person uuid, p_now timestamptz) returns boolean
  language sql stable as $$
  select not exists (
      select from access.task_slot o
      where o.task_id = p_task and o.person_id = p_person
        and ((o.round = p_round and o.stage = p_stage and (o.state = 'DONE' or (o.state = 'LEASED' and o.lasts_until > p_now)))
          or (o.state = 'DONE' and (o.stage = 'LABEL') <> (p_stage = 'LABEL'))))
    and not exists (
      select from data.task_act a
      where a.task_id = p_task and a.person_id = p_person and a.kind = 'skip' and a.round = p_round and a.stage = p_stage)
$$;

-- The next place for the token's holder, of tasks at one of these markings: his own where he holds one; otherwise the most urgent
-- one that nobody else has, locked until the end of the transaction. One that somebody else is about to take is passed over,
-- and of each marking at most one is looked at that is not taken: what is hidden is not looked at.
create function access.next_slot(p_project uuid, p_stage text, p_markings uuid[], p_now timestamptz)
  returns table (task_id uuid, round int, slot int, epoch int, held boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c gate.scope;
  m record;
begin
  select * into c from gate.scope(array['dataset.read', 'asset.read', 'project.read', 'task.read', case p_stage when 'LABEL' then 'task.work' else 'task.review' end]);
  if c.person is null then
    return;
  end if;
  -- One person asks once at a time: what he asks for twice is one task.
  perform pg_advisory_xact_lock(hashtextextended(c.person || '|' || p_project || '|' || p_stage, 7234));
  return query
    select s.task_id, s.round, s.slot, s.epoch, true
    from access.task_slot s join data.task t on t.id = s.task_id and t.stage = s.stage and t.round = s.round
    where s.person_id = c.person and s.state = 'LEASED' and s.lasts_until > p_now and s.stage = p_stage and t.project_id = p_project
      and t.program_id = any (c.programs) and t.dataset_marking_id = any (c.markings_1) and t.asset_marking_id = any (c.markings_2)
      and t.project_marking_id = any (c.markings_3) and t.marking_id = any (c.markings_4) and t.marking_id = any (c.markings_5)
      and t.marking_id = any (p_markings)
    order by s.lasts_until desc limit 1;
  if found then
    return;
  end if;
  for m in
    select h.marking_id, f.priority, f.id
    from unnest(p_markings) as h (marking_id)
    cross join lateral (
      select t.priority, t.id from data.task t join access.task_slot s on s.task_id = t.id and s.round = t.round and s.stage = t.stage
      where t.project_id = p_project and t.stage = p_stage and t.marking_id = h.marking_id
        and t.program_id = any (c.programs) and t.dataset_marking_id = any (c.markings_1) and t.asset_marking_id = any (c.markings_2)
        and t.project_marking_id = any (c.markings_3)
        and (s.state = 'FREE' or (s.state = 'LEASED' and s.lasts_until <= p_now)) and access.may_take(t.id, t.round, t.stage, c.person, p_now)
      order by t.priority desc, t.id limit 1) f
    where h.marking_id = any (c.markings_4) and h.marking_id = any (c.markings_5)
    order by f.priority desc, f.id
  loop
    return query
      select t.id, s.round, s.slot, s.epoch, false
      from data.task t join access.task_slot s on s.task_id = t.id and s.round = t.round and s.stage = t.stage
      where t.project_id = p_project and t.stage = p_stage and t.marking_id = m.marking_id
        and t.program_id = any (c.programs) and t.dataset_marking_id = any (c.markings_1) and t.asset_marking_id = any (c.markings_2)
        and t.project_marking_id = any (c.markings_3)
        and (s.state = 'FREE' or (s.state = 'LEASED' and s.lasts_until <= p_now)) and access.may_take(t.id, t.round, t.stage, c.person, p_now)
      order by t.priority desc, t.id limit 1
      for update of s skip locked;
    if found then
      return;
    end if;
  end loop;
end $$;
grant execute on function access.next_slot(uuid, text, uuid[], timestamptz) to caveat_app;

-- The moment that the token's server told: an act says no other one, so that nobody makes leases that never end.
create function access.told_now(p_said timestamptz) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select p_said <= told.expiry and p_said >= told.expiry - interval '6 minutes'
  from (select to_timestamp(split_part(current_setting('caveat.gate', true), '|', 12)::bigint) as expiry) told
$$;

-- Whether the token's holder may do this to the very task that a row repeats: asked before anything of the task is looked at, so
-- that nobody learns of one that was raised what goes on above him.
create function access.reaches_task(
  p_action text, p_person uuid, p_task uuid, p_project uuid, p_dataset uuid, p_asset uuid, p_program uuid,
  p_dataset_marking uuid, p_asset_marking uuid, p_project_marking uuid, p_marking uuid) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from gate.scope(array['dataset.read', 'asset.read', 'project.read', p_action]) c
    where c.person = p_person and p_program = any (c.programs) and p_dataset_marking = any (c.markings_1)
      and p_asset_marking = any (c.markings_2) and p_project_marking = any (c.markings_3) and p_marking = any (c.markings_4))
    and exists (
      select from data.task t
      where t.id = p_task and t.project_id = p_project and t.dataset_id = p_dataset and t.asset_id = p_asset and t.program_id = p_program
        and t.dataset_marking_id = p_dataset_marking and t.asset_marking_id = p_asset_marking
        and t.project_marking_id = p_project_marking and t.marking_id = p_marking)
$$;

-- An act is checked against its place, and changes it. Whoever was overtaken, or came too late, changes nothing. Epochs are those
-- of the task and only grow, so that none of an earlier lease is good for a later one, of whichever place and stage.
create function access.perform_act() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  s access.task_slot;
  t data.task;
  p data.project;
begin
  if not access.reaches_task(
      case when new.kind in ('examine', 'accept', 'reject', 'choose') then 'task.review' when new.kind = 'reopen' then 'task.create' else 'task.work' end,
      new.person_id, new.task_id, new.project_id, new.dataset_id, new.asset_id, new.program_id,
      new.dataset_marking_id, new.asset_marking_id, new.project_marking_id, new.marking_id)
     or access.told_now(new.created_at) is not true then
    raise exception 'no act of this person on this task now' using errcode = 'insufficient_privilege';
  end if;
  select * into s from access.task_slot o
    where o.task_id = new.task_id and o.round = new.round and o.stage = new.stage and o.slot = new.slot for update;
  select * into t from data.task o where o.id = new.task_id for no key update;
  select * into p from data.project o where o.id = t.project_id;
  if new.kind = 'reopen' then
    if t.stage <> 'SET_ASIDE' then
      raise exception 'it is not set aside' using errcode = 'CV006';
    end if;
    new.round := t.round;
    new.stage := 'LABEL';
    return new;
  end if;
  if s.task_id is null or t.stage <> new.stage or t.round <> new.round then
    raise exception 'the task went on' using errcode = 'CV005';
  end if;
  new.lasts_until := null;
  if new.kind in ('lease', 'examine') then
    if (new.kind = 'lease') <> (new.stage = 'LABEL') then
      raise exception 'of another stage' using errcode = 'CV005';
    end if;
    if s.state = 'DONE' or (s.state = 'LEASED' and s.lasts_until > new.created_at)
       or not access.may_take(new.task_id, new.round, new.stage, new.person_id, new.created_at) then
      raise exception 'somebody else took it' using errcode = 'CV005';
    end if;
    new.epoch := 1 + (select max(o.epoch) from access.task_slot o where o.task_id = new.task_id);
    new.lasts_until := new.created_at + make_interval(secs => p.lease_seconds);
    update access.task_slot o set state = 'LEASED', person_id = new.person_id, epoch = new.epoch, lasts_until = new.lasts_until
      where o.task_id = new.task_id and o.round = new.round and o.stage = new.stage and o.slot = new.slot;
    update data.task o set leased_until = greatest(o.leased_until, new.lasts_until) where o.id = new.task_id;
    return new;
  end if;
  if s.state <> 'LEASED' or s.person_id <> new.person_id or s.epoch <> new.epoch or s.lasts_until <= new.created_at then
    raise exception 'the lease is over' using errcode = 'CV005';
  end if;
  if new.kind = 'extend' then
    new.lasts_until := new.created_at + make_interval(secs => p.lease_seconds);
    update access.task_slot o set lasts_until = new.lasts_until
      where o.task_id = new.task_id and o.round = new.round and o.stage = new.stage and o.slot = new.slot;
    update data.task o set leased_until = greatest(o.leased_until, new.lasts_until) where o.id = new.task_id;
    return new;
  end if;
  if new.kind = 'skip' and p.skip_limit = 0 then
    raise exception 'nobody skips here' using errcode = 'CV006';
  end if;
  if not (case new.kind when 'submit' then new.stage = 'LABEL' when 'skip' then true when 'accept' then new.stage = 'REVIEW'
          when 'choose' then new.stage = 'ADJUDICATE' else new.stage <> 'LABEL' end)
     or (new.kind = 'choose') <> (new.chosen_id is not null) then
    raise exception 'of another stage' using errcode = 'CV006';
  end if;
  if new.kind = 'choose' and not exists (
    select from data.task_act a where a.id = new.chosen_id and a.task_id = new.task_id and a.round = new.round and a.kind = 'submit') then
    raise exception 'not one of the opinions' using errcode = 'CV006';
  end if;
  update access.task_slot o
    set state = case new.kind when 'skip' then 'FREE' else 'DONE' end, person_id = case new.kind when 'skip' then null else new.person_id end,
        lasts_until = null
    where o.task_id = new.task_id and o.round = new.round and o.stage = new.stage and o.slot = new.slot;
  update data.task o set leased_until = (select max(l.lasts_until) from access.task_slot l where l.task_id = o.id and l.round = o.round and l.state = 'LEASED')
    where o.id = new.task_id;
  if new.kind <> 'skip' then
    delete from data.task_draft f where f.task_id = new.task_id and f.person_id = new.person_id;
  end if;
  return new;
end $$;
create trigger performed before insert on data.task_act for each row execute function access.perform_act();

-- Where the task stands after the act. It is set aside when as many as the project says put it back and nobody has it any more.
create function access.advance_task() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  p data.project;
  to_stage text;
begin
  select o.* into p from data.project o where o.id = new.project_id;
  if new.kind in ('reject', 'reopen') then
    update data.task set stage = 'LABEL', round = new.round + 1, leased_until = null where id = new.task_id;
    perform access.open_slots(new.task_id, new.round + 1, 'LABEL', p.opinions);
    return null;
  end if;
  if new.kind in ('skip', 'submit') and exists (
      select from access.task_slot s
      where s.task_id = new.task_id and s.round = new.round and s.stage = new.stage and s.state <> 'DONE') then
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
  if to_stage <> 'DONE' then
    perform access.open_slots(new.task_id, new.round, to_stage, 1);
  end if;
  return null;
end $$;
create trigger advanced after insert on data.task_act for each row
  when (new.kind in ('submit', 'skip', 'accept', 'reject', 'choose', 'reopen')) execute function access.advance_task();

-- A draft is of somebody who had the task; a newer one takes the place of that at the same marking. One that was kept higher up
-- stays, so that nothing below tells of it.
create function access.keep_draft() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not access.reaches_task(
      'task.draft', new.person_id, new.task_id, new.project_id, new.dataset_id, new.asset_id, new.program_id,
      new.dataset_marking_id, new.asset_marking_id, new.project_marking_id, new.task_marking_id) then
    raise exception 'no draft of this person of this task' using errcode = 'insufficient_privilege';
  end if;
  -- In the order in which a raise takes them: first the task, then what hangs on it.
  perform 1 from data.task o where o.id = new.task_id for key share;
  if not exists (select from data.task_act a where a.task_id = new.task_id and a.person_id = new.person_id and a.kind in ('lease', 'examine')) then
    raise exception 'he never had it' using errcode = 'CV005';
  end if;
  -- What comes after his own last word is of what he said there.
  if exists (
    select from data.task_act a join data.task t on t.id = a.task_id and t.round = a.round
    where a.task_id = new.task_id and a.person_id = new.person_id and a.kind = 'submit') then
    raise exception 'he handed it in' using errcode = 'CV005';
  end if;
  delete from data.task_draft f where f.task_id = new.task_id and f.person_id = new.person_id and f.marking_id = new.marking_id;
  return new;
end $$;
create trigger kept before insert on data.task_draft for each row execute function access.keep_draft();

reset role;
