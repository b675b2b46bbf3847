set local role caveat_owner;

-- A compilation, or a rule about what labels are together, is taken away by two people: that lowers what the dataset is as a
-- whole (standards B.4, B.6).
insert into access.proposal_kind (kind, family) values ('compilation.remove', 'marking');
create policy dataset_compilation_owner_delete on data.dataset_compilation for delete to caveat_owner using (marking_id is not null);
-- A row is locked by whoever may change it.
create policy compilation_rule_owner_update on data.compilation_rule for update to caveat_owner
  using (marking_id is not null) with check (marking_id is not null);
create policy compilation_rule_owner_delete on data.compilation_rule for delete to caveat_owner using (marking_id is not null);

-- Which counters a rule has.
create index shown_label_rule on access.shown_label (rule_id);

-- What would be taken away, with the markings that go with it and of what it is about: a rule may stand below its dataset.
create function access.compiled(p_act jsonb) returns table (program_id uuid, markings uuid[], parts jsonb)
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select c.program_id, array[c.dataset_marking_id, c.marking_id],
         jsonb_build_array(c.id, c.dataset_id, c.dataset_marking_id, c.marking_id, c.reason)
    from data.dataset_compilation c where p_act ->> 'noun' = 'compilation' and c.id = (p_act ->> 'id')::uuid
  union all
  select r.program_id, array[r.dataset_marking_id, r.marking_id, r.whole_marking_id],
         jsonb_build_array(r.id, r.dataset_id, r.dataset_marking_id, r.marking_id, r.whole_marking_id, r.class_id, r.at_least, r.window_hours, r.reason)
    from data.compilation_rule r where p_act ->> 'noun' = 'compilationRule' and r.id = (p_act ->> 'id')::uuid
$$;
create function access.state_compilation_remove(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select encode(sha384(convert_to(c.parts::text, 'UTF8')), 'hex') from access.compiled(p_act) c
$$;

-- Whether whoever asked for an act on something of this marking could ask for it now.
create function access.require_requester(p_proposal uuid, p_marking uuid) returns void
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (
    select from data.proposal p
    join access.clearance c on c.person_id = p.requester_id
    join access.membership m on m.person_id = c.person_id and m.program_id = p.program_id
    join access.marking k on k.id = p_marking
    where p.id = p_proposal
      and array_position(array['U', 'R', 'C', 'S', 'TS'], c.level) >= array_position(array['U', 'R', 'C', 'S', 'TS'], k.effective ->> 'level')
      and not exists (
        select from (select t.token from jsonb_array_elements_text(k.effective -> 'sci') as t (token)
                     union all select 'SAR-' || t.token from jsonb_array_elements_text(k.effective -> 'sar') as t (token)) n
        where not exists (select from access.read_on r where r.person_id = c.person_id and r.token = n.token))) then
    raise exception 'the requester could not ask this now' using errcode = 'CV001';
  end if;
end $$;

create function access.execute_compilation_remove(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  p data.proposal%rowtype;
  c record;
begin
  -- Whoever is counting for the rule waits, or is waited for.
  perform 1 from data.compilation_rule where id = (p_act ->> 'id')::uuid for update;
  select * into p from data.proposal where id = p_proposal;
  select * into c from access.compiled(p_act);
  if c.markings is null then
    raise exception 'it is gone' using errcode = 'CV001';
  end if;
  if p.program_id is distinct from c.program_id or p.subject_id is distinct from (p_act ->> 'id')::uuid
     or exists (select from unnest(c.markings) as m (id) where access.dominates(p.marking_id, m.id) is not true) then
    raise exception 'row and content differ' using errcode = 'CV000';
  end if;
  if exists (select from unnest(c.markings || p.marking_id) as m (id) where access.needs_consent(m.id) is not false) then
    raise exception 'this takes the consent of its originator' using errcode = 'CV000';
  end if;
  if not exists (select from access.person r where r.id = gate.person() and 'downgrade-authority' = any (r.roles)) then
    raise exception 'this takes another role' using errcode = 'CV000';
  end if;
  perform access.require_requester(p_proposal, p.marking_id);
  if exists (
    select from access.marking k
    cross join lateral jsonb_array_elements_text(case when k.structure -> 'owners' = '[]' then '["USA"]' else k.structure -> 'owners' end) as o (owner)
    where k.id = any (c.markings || p.marking_id) and not access.holds_authority('downgrade', o.owner)) then
    raise exception 'no authority to lower this' using errcode = 'CV000';
  end if;
  delete from access.shown_label where rule_id = (p_act ->> 'id')::uuid;
  delete from data.compilation_rule where id = (p_act ->> 'id')::uuid;
  delete from data.dataset_compilation where id = (p_act ->> 'id')::uuid;
end $$;

-- As before, but for a rule that was taken away meanwhile: it withholds nothing and counts nothing.
create or replace function access.admit_labels(p_person uuid, p_rule uuid, p_level text, p_labels uuid[], p_most int, p_at timestamptz) returns table (admitted uuid[], total int)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  since timestamptz;
  seen uuid[];
  fresh uuid[];
begin
  perform pg_advisory_xact_lock(hashtextextended(p_person || ' ' || p_rule, 41));
  select p_at - make_interval(hours => r.window_hours) into since from data.compilation_rule r where r.id = p_rule for key share;
  if not found then
    admitted := p_labels;
    total := 0;
    return next;
    return;
  end if;
  select coalesce(array_agg(distinct s.label_id), '{}') into seen from access.shown_label s
    where s.person_id = p_person and s.rule_id = p_rule and s.shown_at > since
      and access.level_rank(s.level) <= access.level_rank(p_level);
  select coalesce(array_agg(l.id order by l.nth), '{}') into fresh
    from (select id, min(nth) as nth from unnest(p_labels) with ordinality as u (id, nth) where id <> all (seen) group by id
          order by 2 limit case when p_most is not null then greatest(p_most - cardinality(seen), 0) end) l;
  select coalesce(array_agg(distinct id), '{}') into admitted from unnest(p_labels) as u (id) where id = any (seen) or id = any (fresh);
  total := cardinality(seen) + cardinality(fresh);
  insert into access.shown_label (person_id, rule_id, level, label_id, shown_at)
    select p_person, p_rule, p_level, id, p_at from unnest(admitted) as u (id) order by id
    on conflict (person_id, rule_id, level, label_id) do update set shown_at = greatest(excluded.shown_at, shown_label.shown_at);
  return next;
end $$;

reset role;
