set local role caveat_owner;

-- What was handed in with a task is its labels: each knows the act by which it came, and how it stands. While it is to be judged
-- it is PENDING; what was accepted, chosen or kept STANDS; what was sent back or not chosen is SET_ASIDE and is no part of a
-- delivery. A label that was made outside tasks stands from its beginning.
alter table data.label
  add column task_act_id uuid references data.task_act (id) deferrable initially deferred,
  add column standing text not null default 'STANDS' check (standing in ('STANDS', 'PENDING', 'SET_ASIDE')),
  add column judged_by uuid references access.person (id),
  add column judged_at timestamptz,
  add column taken_from uuid references data.label (id);
create index label_handed_in on data.label (task_act_id) where task_act_id is not null;
create index label_taken_from on data.label (taken_from) where taken_from is not null;
-- Pre-labels of an image, by marking as pages are.
create index label_proposed on data.label (asset_id, marking_id, id) where origin = 'model';

-- Places on the image that a verdict points at, and what a fix keeps of the opinions.
alter table data.task_act
  add column pins jsonb not null default '[]',
  add column kept_ids jsonb not null default '[]',
  drop constraint task_act_kind_check,
  add constraint task_act_kind_check check (kind in ('lease', 'examine', 'extend', 'submit', 'skip', 'accept', 'reject', 'choose', 'fix', 'reopen'));

-- While several people label an image apart from each other, what one of them handed in is BLIND: his alone, by the policy.
alter table data.label drop constraint label_state_check,
  add constraint label_state_check check (state in ('ACTIVE', 'BLIND', 'RETRACTED'));

-- What the application says of how a label stands counts for nothing.
create or replace function access.begin_label() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  new.state := 'ACTIVE';
  new.standing := case when new.task_act_id is null then 'STANDS' else 'PENDING' end;
  new.judged_by := null;
  new.judged_at := null;
  return new;
end $$;

-- A label that says by which act it came was handed in by its own author with that act, of the same image.
create function access.check_handed_in() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (
    select from data.task_act a
    where a.id = new.task_act_id and a.person_id = new.author_id and a.asset_id = new.asset_id
      and a.kind in ('submit', 'fix') and a.label_ids @> to_jsonb(new.id::text)) then
    raise exception 'not handed in by that act' using errcode = 'insufficient_privilege';
  end if;
  return null;
end $$;
create constraint trigger handed_in after insert on data.label deferrable initially deferred
  for each row when (new.task_act_id is not null) execute function access.check_handed_in();

-- Makes what was handed in in a round its authors' alone, or everybody's again who may read it. What was retracted meanwhile is
-- told as that only then.
create function access.blind_labels(p_act data.task_act, p_blind boolean) returns void
  language sql set search_path = pg_catalog, pg_temp as $$
  with of_round as (
    update data.label l
      set state = case
        when p_blind then 'BLIND'
        when exists (select from data.label_revision r where r.label_id = l.id and r.kind = 'retract' and r.marking_id = l.marking_id) then 'RETRACTED'
        else 'ACTIVE' end
    from data.task_act a
    where a.task_id = p_act.task_id and a.round = p_act.round and a.kind = 'submit' and l.task_act_id = a.id
      and l.state = case when p_blind then 'ACTIVE' else 'BLIND' end and access.dominates(l.marking_id, p_act.marking_id)
    returning l.id, l.state),
  of_revisions as (
    update data.label_revision r set label_state = o.state from of_round o where r.label_id = o.id)
  update data.label_review v set label_state = o.state from of_round o where v.label_id = o.id
$$;

create or replace function access.retract_state() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update data.label set state = 'RETRACTED' where id = new.label_id and marking_id = new.marking_id and state <> 'BLIND';
  if found then
    update data.label_revision set label_state = 'RETRACTED' where label_id = new.label_id and label_state <> 'RETRACTED';
    update data.label_review set label_state = 'RETRACTED' where label_id = new.label_id and label_state <> 'RETRACTED';
  end if;
  return null;
end $$;

-- How the labels of a round stand after its last act. One that was lowered below the task since is left as it is: nothing of
-- what was done up there is to be told by it.
create function access.settle_labels(p_act data.task_act) returns void
  language sql set search_path = pg_catalog, pg_temp as $$
  update data.label l
    set standing = case
          when p_act.kind in ('reject', 'reopen') then 'SET_ASIDE'
          when p_act.kind = 'choose' and l.task_act_id <> p_act.chosen_id then 'SET_ASIDE'
          when p_act.kind = 'fix' and l.task_act_id <> p_act.id and not p_act.kept_ids @> to_jsonb(l.id::text) then 'SET_ASIDE'
          else 'STANDS' end,
        judged_by = case when p_act.kind in ('accept', 'reject', 'choose') or (p_act.kind = 'fix' and l.task_act_id <> p_act.id) then p_act.person_id end,
        judged_at = case when p_act.kind in ('accept', 'reject', 'choose') or (p_act.kind = 'fix' and l.task_act_id <> p_act.id) then p_act.created_at end
  from data.task_act a
  where a.task_id = p_act.task_id and a.round = p_act.round and a.kind in ('submit', 'fix') and l.task_act_id = a.id
    and l.standing = 'PENDING' and access.dominates(l.marking_id, p_act.marking_id)
$$;

-- An act is checked against its place, and changes it. Whoever was overtaken, or came too late, changes nothing. Epochs are those
-- of the task and only grow, so that none of an earlier lease is good for a later one, of whichever place and stage.
create or replace function access.perform_act() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  s access.task_slot;
  t data.task;
  p data.project;
begin
  if not access.reaches_task(
      case when new.kind in ('examine', 'accept', 'reject', 'choose', 'fix') then 'task.review' when new.kind = 'reopen' then 'task.create' else 'task.work' end,
      new.person_id, new.task_id, new.project_id, new.dataset_id, new.asset_id, new.program_id,
      new.dataset_marking_id, new.asset_marking_id, new.project_marking_id, new.marking_id)
     or access.told_now(new.created_at) is not true then
    raise exception 'no act of this person on this task now' using errcode = 'insufficient_privilege';
  end if;
  -- Labels before tasks, in the order in which a raise takes them.
  if new.kind in ('submit', 'accept', 'reject', 'choose', 'fix', 'reopen') then
    perform 1 from data.label l join data.task_act a on a.id = l.task_act_id
      where a.task_id = new.task_id and l.standing = 'PENDING' order by l.id for no key update of l;
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
     or (new.kind = 'choose') <> (new.chosen_id is not null)
     or (new.kind <> 'fix' and new.kept_ids <> '[]') then
    raise exception 'of another stage' using errcode = 'CV006';
  end if;
  if new.kind = 'choose' and not exists (
    select from data.task_act a where a.id = new.chosen_id and a.task_id = new.task_id and a.round = new.round and a.kind = 'submit') then
    raise exception 'not one of the opinions' using errcode = 'CV006';
  end if;
  if new.kind = 'fix' and exists (
    select from jsonb_array_elements_text(new.kept_ids) k
    where not exists (
      select from data.label l join data.task_act a on a.id = l.task_act_id
      where l.id = k::uuid and a.task_id = new.task_id and a.round = new.round and a.kind = 'submit')) then
    raise exception 'not of one of the opinions' using errcode = 'CV006';
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

-- Where the task stands after the act. It is set aside when as many as the project says put it back and nobody has it any more.
create or replace function access.advance_task() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  p data.project;
  to_stage text;
begin
  select o.* into p from data.project o where o.id = new.project_id;
  if new.kind in ('reject', 'reopen') then
    perform access.settle_labels(new);
    perform access.blind_labels(new, false);
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

drop trigger advanced on data.task_act;
create trigger advanced after insert on data.task_act for each row
  when (new.kind in ('submit', 'skip', 'accept', 'reject', 'choose', 'fix', 'reopen')) execute function access.advance_task();

-- What was done on a project, for who plans its tasks: by time, at markings that he may read.
create index task_act_work on data.task_act (project_id, marking_id, created_at) where kind in ('submit', 'skip', 'accept', 'reject', 'choose', 'fix');

-- Handles of people, for who may plan tasks somewhere: he is told who did what.
create function access.handles_of(p_people uuid[]) returns table (person_id uuid, handle text)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select p.id, p.handle from access.person p
  where p.id = any (p_people)
    and exists (select from gate.scope(array['task.create']) c where c.person is not null and cardinality(c.markings_1) > 0)
$$;
grant execute on function access.handles_of(uuid[]) to caveat_app;

-- What was handed in before labels knew of it.
update data.label l set task_act_id = h.act_id,
    standing = case
      when t.stage <> 'DONE' and h.round = t.round then 'PENDING'
      when h.round <> t.round or (c.id is not null and c.chosen_id <> h.act_id) then 'SET_ASIDE'
      else 'STANDS' end,
    judged_by = c.person_id, judged_at = c.created_at
  from (select a.id as act_id, a.task_id, a.round, e.value::uuid as label_id
        from data.task_act a cross join lateral jsonb_array_elements_text(a.label_ids) e where a.kind = 'submit') h
    join data.task t on t.id = h.task_id
    left join lateral (
      select a.* from data.task_act a where a.task_id = h.task_id and a.round = h.round and a.kind in ('accept', 'reject', 'choose')
      order by a.created_at desc limit 1) c on true
  where l.id = h.label_id and access.dominates(l.marking_id, t.marking_id);
reset role;
