set local role caveat_owner;

-- The browser's session that asked for a place last, by the SHA-256 of its secret: where it ends, the place is given back. Null
-- where a token asked, which nobody signs out.
alter table access.task_slot add column taken_in bytea check (octet_length(taken_in) = 32);

-- Notes in which session the token's holder asked for the task that he has. A session that has ended meanwhile takes nothing: its
-- end waits for this one, or this one finds it gone.
create function access.take_in_session(p_task uuid, p_session bytea) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  who constant uuid := gate.person();
begin
  if who is null then
    return;
  end if;
  if p_session is not null then
    perform 1 from access.browser_session b where b.secret_hash = p_session and b.person_id = who for key share;
    if not found then
      raise exception 'the session is over' using errcode = 'CV005';
    end if;
  end if;
  update access.task_slot s set taken_in = p_session where s.task_id = p_task and s.person_id = who and s.state = 'LEASED';
end $$;

-- The tasks that the token's holder has in these sessions, as far as he reaches them. What was raised above him stays until its lease
-- is over: nothing below is to tell what becomes of it.
create function access.held_in(p_sessions bytea[], p_now timestamptz) returns table (task_id uuid, stage text)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.task_id, s.stage
  from gate.scope(array['dataset.read', 'asset.read', 'project.read', 'task.read', 'task.work', 'task.review']) c
  join access.task_slot s on s.person_id = c.person and s.state = 'LEASED' and s.lasts_until > p_now and s.taken_in = any (p_sessions)
  join data.task t on t.id = s.task_id and t.stage = s.stage and t.round = s.round
  where t.program_id = any (c.programs) and t.dataset_marking_id = any (c.markings_1) and t.asset_marking_id = any (c.markings_2)
    and t.project_marking_id = any (c.markings_3) and t.marking_id = any (c.markings_4)
    and t.marking_id = any (case s.stage when 'LABEL' then c.markings_5 else c.markings_6 end)
  order by s.task_id
$$;

-- Gives a task back that the token's holder has in one of these sessions, as if its lease were over: his draft stays, he may take it
-- again, and nobody counts it as put back. The place is free and not only late, so that no clock that goes behind takes what he
-- hands in now. Answers whether he had it.
create function access.leave_task(p_task uuid, p_sessions bytea[], p_now timestamptz) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  who constant uuid := gate.person();
  s access.task_slot;
  t data.task;
begin
  if who is null or access.told_now(p_now) is not true then
    return false;
  end if;
  -- The place before the task, as acts take them.
  select o.* into s from access.task_slot o
    where o.task_id = p_task and o.person_id = who and o.state = 'LEASED' and o.lasts_until > p_now and o.taken_in = any (p_sessions)
    order by o.round desc limit 1 for update;
  if not found then
    return false;
  end if;
  select o.* into t from data.task o where o.id = p_task for no key update;
  if not access.reaches_task(
      case s.stage when 'LABEL' then 'task.work' else 'task.review' end, who, t.id, t.project_id, t.dataset_id, t.asset_id, t.program_id,
      t.dataset_marking_id, t.asset_marking_id, t.project_marking_id, t.marking_id) then
    raise exception 'no act of this person on this task now' using errcode = 'insufficient_privilege';
  end if;
  update access.task_slot o set state = 'FREE', person_id = null, lasts_until = null, taken_in = null
    where o.task_id = s.task_id and o.round = s.round and o.stage = s.stage and o.slot = s.slot;
  update data.task_act a set lasts_until = p_now
    where a.task_id = p_task and a.person_id = who and a.epoch = s.epoch and a.lasts_until > p_now;
  update data.task o
    set leased_until = (select max(l.lasts_until) from access.task_slot l where l.task_id = o.id and l.round = o.round and l.state = 'LEASED')
    where o.id = p_task;
  return true;
end $$;
grant execute on function access.take_in_session(uuid, bytea), access.held_in(bytea[], timestamptz),
  access.leave_task(uuid, bytea[], timestamptz) to caveat_app;

-- As before; and answers which ones ended, with what each stood for: as that its tasks are given back.
drop function access.keep_sessions(uuid, bytea);
create function access.keep_sessions(p_person uuid, p_new bytea)
  returns table (secret_hash bytea, session_id uuid, client_id text, issuer text, level text, purpose text, authenticated_at bigint)
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from access.browser_session s
  where s.person_id = p_person and s.secret_hash in (
    select o.secret_hash from access.browser_session o where o.person_id = p_person
    order by o.secret_hash = p_new desc, o.used_at desc, o.opened_at desc, o.secret_hash offset 5)
  returning s.secret_hash, s.session_id, s.client_id, s.issuer, s.level, s.purpose, s.authenticated_at
$$;
grant execute on function access.keep_sessions(uuid, bytea) to caveat_policy;
reset role;
