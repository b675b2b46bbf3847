set local role caveat_owner;

-- Places of a stage. Epochs of a task only grow, so that none of an earlier stage is good for a later one.
create function access.open_slots(p_task uuid, p_round int, p_stage text, p_count int) returns void
  language sql set search_path = pg_catalog, pg_temp as $$
  insert into access.task_slot (task_id, round, stage, slot, epoch)
    select p_task, p_round, p_stage, n, coalesce((select max(s.epoch) from access.task_slot s where s.task_id = p_task), 0)
    from generate_series(1, p_count) n
$$;

-- What the application says of where a task stands counts for nothing: it begins at the beginning.
create function access.begin_task() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  new.stage := 'LABEL';
  new.round := 1;
  new.leased_until := null;
  return new;
end $$;
create trigger begun before insert on data.task for each row execute function access.begin_task();

create function access.open_task() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform access.open_slots(new.id, 1, 'LABEL', (select p.opinions from data.project p where p.id = new.project_id));
  return null;
end $$;
create trigger opened after insert on data.task for each row execute function access.open_task();

-- Whether somebody may take a place of a task: not where he has one, nor where he put the task back, nor where he would judge
-- what he did himself, or do again what he judged.
create function access.may_take(p_task uuid, p_round int, p_stage text, p_person uuid, p_now timestamptz) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
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

-- An act is checked against its place, and changes it. Whoever was overtaken, or came too late, changes nothing.
create function access.perform_act() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  s access.task_slot;
  t data.task;
  p data.project;
begin
  select * into s from access.task_slot o
    where o.task_id = new.task_id and o.round = new.round and o.stage = new.stage and o.slot = new.slot for update;
  select * into t from data.task o where o.id = new.task_id for no key update;
  select * into p from data.project o where o.id = t.project_id;
  if s.task_id is null or t.stage <> new.stage or t.round <> new.round then
    raise exception 'the task went on' using errcode = 'CV005';
  end if;
  new.lasts_until := null;
  if new.kind in ('lease', 'examine') then
    if (new.kind = 'lease') <> (new.stage = 'LABEL') then
      raise exception 'of another stage' using errcode = 'CV005';
    end if;
    if s.state = 'DONE' or (s.state = 'LEASED' and s.lasts_until > new.created_at) or new.epoch <> s.epoch + 1
       or not access.may_take(new.task_id, new.round, new.stage, new.person_id, new.created_at) then
      raise exception 'somebody else took it' using errcode = 'CV005';
    end if;
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

-- Where the task stands after the act.
create function access.advance_task() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  p data.project;
  to_stage text;
begin
  select o.* into p from data.project o where o.id = new.project_id;
  if new.kind = 'skip' then
    if (select count(distinct a.person_id) from data.task_act a
        where a.task_id = new.task_id and a.kind = 'skip' and a.round = new.round and a.stage = new.stage) >= p.skip_limit then
      update data.task set stage = 'SET_ASIDE', leased_until = null where id = new.task_id;
    end if;
    return null;
  elsif new.kind = 'submit' then
    if exists (select from access.task_slot s where s.task_id = new.task_id and s.round = new.round and s.stage = 'LABEL' and s.state <> 'DONE') then
      return null;
    end if;
    to_stage := case when p.opinions > 1 then 'ADJUDICATE' when p.reviewed then 'REVIEW' else 'DONE' end;
  elsif new.kind = 'reject' then
    update data.task set stage = 'LABEL', round = new.round + 1, leased_until = null where id = new.task_id;
    perform access.open_slots(new.task_id, new.round + 1, 'LABEL', p.opinions);
    return null;
  else
    to_stage := 'DONE';
  end if;
  update data.task set stage = to_stage, leased_until = null where id = new.task_id;
  if to_stage <> 'DONE' then
    perform access.open_slots(new.task_id, new.round, to_stage, 1);
  end if;
  return null;
end $$;
create trigger advanced after insert on data.task_act for each row
  when (new.kind in ('submit', 'skip', 'accept', 'reject', 'choose')) execute function access.advance_task();

-- A draft is of somebody who had the task; a newer one takes the place of that at the same marking. One that was kept higher up
-- stays, so that nothing below tells of it.
create function access.keep_draft() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from data.task_act a where a.task_id = new.task_id and a.person_id = new.person_id and a.kind in ('lease', 'examine')) then
    raise exception 'he never had it' using errcode = 'CV005';
  end if;
  delete from data.task_draft f where f.task_id = new.task_id and f.person_id = new.person_id and f.marking_id = new.marking_id;
  return new;
end $$;
create trigger kept before insert on data.task_draft for each row execute function access.keep_draft();

reset role;
