set local role caveat_owner;

-- Compilations can be told apart, so that it can be said of one that it does not speak of a delivery.
alter table data.dataset_compilation add column id uuid not null unique default gen_random_uuid();

-- What labels of a dataset are together (standards B.6): at least so many of a class, shown to one person in so many hours or
-- in one delivery, are marked like the whole. Without a class: nothing of the dataset is to be taken together. The rule is
-- data of its own marking: only who reads that is told of it, or refused anything because of it.
create table data.compilation_rule (
  id uuid primary key,
  dataset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  whole_marking_id uuid not null references access.marking (id),
  class_id uuid references data.ontology_class (id),
  at_least int check (at_least > 1),
  window_hours int check (window_hours between 1 and 87600),
  reason text not null,
  author_id uuid not null references access.person (id),
  created_at timestamptz not null,
  check ((class_id is null) = (at_least is null) and (class_id is null) = (window_hours is null)),
  foreign key (dataset_id, program_id, dataset_marking_id) references data.dataset (id, program_id, marking_id) on update cascade
);
create index compilation_rule_dataset on data.compilation_rule (dataset_id, marking_id, id);

-- How many labels of each class a delivery holds; null where it was built before they were counted, and then every rule speaks of it.
alter table data.delivery add column class_counts jsonb;

-- An approver who reads what holds a delivery below it says why what is in the delivery does not reveal it.
create table data.delivery_hold_lift (
  id uuid primary key,
  delivery_id uuid not null,
  program_id uuid not null,
  delivery_marking_id uuid not null,
  requester_id uuid not null,
  marking_id uuid not null references access.marking (id),
  about_id uuid not null,
  approver_id uuid not null references access.person (id),
  reason text not null,
  entry_id uuid not null,
  lifted_at timestamptz not null,
  foreign key (delivery_id, program_id, delivery_marking_id, requester_id)
    references data.delivery (id, program_id, marking_id, requester_id) on update cascade,
  check (approver_id <> requester_id),
  unique (delivery_id, about_id, approver_id)
);
grant select, insert on data.compilation_rule, data.delivery_hold_lift to caveat_app;

create policy compilation_rule_owner_read on data.compilation_rule for select to caveat_owner using (marking_id is not null);
create policy delivery_hold_lift_owner_read on data.delivery_hold_lift for select to caveat_owner using (marking_id is not null);
create policy delivery_approval_owner_read on data.delivery_approval for select to caveat_owner using (delivery_marking_id is not null);
-- Until a policy's own row security stands on them.
alter table data.compilation_rule enable row level security;
alter table data.compilation_rule force row level security;
alter table data.delivery_hold_lift enable row level security;
alter table data.delivery_hold_lift force row level security;

-- Which labels each person was shown that a rule counts, by the level of the session: what was shown in a higher session
-- changes nothing in a lower one.
create table access.shown_label (
  person_id uuid not null references access.person (id),
  rule_id uuid not null references data.compilation_rule (id),
  level text not null check (level in ('U', 'R', 'C', 'S', 'TS')),
  label_id uuid not null,
  shown_at timestamptz not null,
  primary key (person_id, rule_id, level, label_id)
);

create function access.level_rank(p_level text) returns int
  language sql immutable set search_path = pg_catalog, pg_temp as $$
  select array_position(array['U', 'R', 'C', 'S', 'TS'], p_level)
$$;

-- Ids, markings and numbers of the rules of a dataset, whoever may see them: what they say is behind the locks.
create function access.compilation_rules(p_dataset uuid) returns table (id uuid, marking_id uuid, whole_marking_id uuid, class_id uuid, at_least int)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select r.id, r.marking_id, r.whole_marking_id, r.class_id, r.at_least from data.compilation_rule r
  where r.dataset_id = p_dataset order by r.id
$$;

-- Of these labels those that a person may be shown under a rule: what he was shown in its window, and others as long as there
-- are no more than p_most in all (null: without limit). Counts them as shown. One at a time, so that two requests at once
-- are counted after each other.
create function access.admit_labels(p_person uuid, p_rule uuid, p_level text, p_labels uuid[], p_most int, p_at timestamptz) returns table (admitted uuid[], total int)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  since timestamptz;
  seen uuid[];
  fresh uuid[];
begin
  perform pg_advisory_xact_lock(hashtextextended(p_person || ' ' || p_rule, 41));
  select p_at - make_interval(hours => r.window_hours) into since from data.compilation_rule r where r.id = p_rule;
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

-- The same for rules that the reader does not know: counts, and limits nothing. Whatever was ever said of the label counts.
create function access.note_labels(p_person uuid, p_rules uuid[], p_level text, p_labels uuid[], p_at timestamptz) returns void
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into access.shown_label as s (person_id, rule_id, level, label_id, shown_at)
  select distinct p_person, r.id, p_level, v.label_id, p_at
  from data.compilation_rule r join data.label_revision v on v.dataset_id = r.dataset_id and v.class_id = r.class_id
  where r.id = any (p_rules) and v.label_id = any (p_labels)
  order by r.id, v.label_id
  on conflict (person_id, rule_id, level, label_id) do update set shown_at = greatest(excluded.shown_at, s.shown_at)
$$;

-- Who was shown, in its window, as many labels as a rule speaks of; only what was shown in sessions no higher than the whole.
create function access.rule_reached_by(p_rule uuid, p_at timestamptz) returns table (person_id uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.person_id from access.shown_label s
  join data.compilation_rule r on r.id = s.rule_id
  join access.marking m on m.id = r.whole_marking_id
  where r.id = p_rule and s.shown_at > p_at - make_interval(hours => r.window_hours)
    and access.level_rank(s.level) <= access.level_rank(m.effective ->> 'level')
  group by s.person_id, r.at_least having count(distinct s.label_id) >= r.at_least
  order by s.person_id
$$;

-- What could hold a delivery: the compilations of its dataset, and its rules where the delivery, or what its requester was
-- shown, reaches them. Ids and markings, with who lifted it.
create function access.delivery_holds(p_delivery uuid, p_at timestamptz) returns table (id uuid, is_rule boolean, marking_id uuid, lifted_by uuid[])
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select h.id, h.is_rule, h.marking_id,
         coalesce((select array_agg(l.approver_id order by l.approver_id) from data.delivery_hold_lift l
                   where l.delivery_id = p_delivery and l.about_id = h.id), '{}')
  from data.delivery d
  cross join lateral (
    select c.id, false as is_rule, c.marking_id from data.dataset_compilation c where c.dataset_id = d.dataset_id
    union all
    select r.id, true, r.whole_marking_id from data.compilation_rule r
    where r.dataset_id = d.dataset_id
      and (r.class_id is null or d.class_counts is null
           or (d.class_counts ->> r.class_id::text)::int >= r.at_least
           or (d.class_counts ? r.class_id::text
               and exists (select from access.rule_reached_by(r.id, p_at) p where p.person_id = d.requester_id)))
  ) h
  where d.id = p_delivery order by h.id
$$;

-- No delivery leaves below what it is together, unless two who approved it lifted that (I3, I7): whatever the application says.
create function access.require_lifted() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (
    select from data.delivery d cross join access.delivery_holds(d.id, new.released_at) h
    where d.id = new.delivery_id and access.dominates(d.marking_id, h.marking_id) is not true
      and (select count(distinct a.approver_id) from data.delivery_approval a
           where a.delivery_id = d.id and a.manifest_sha384 = d.manifest_sha384 and a.approver_id = any (h.lifted_by)) < 2) then
    raise exception 'something holds this delivery' using errcode = 'CV000';
  end if;
  return null;
end $$;
create constraint trigger lifted after insert on data.delivery_release deferrable initially deferred
  for each row execute function access.require_lifted();

grant execute on function access.compilation_rules(uuid), access.admit_labels(uuid, uuid, text, uuid[], int, timestamptz),
  access.note_labels(uuid, uuid[], text, uuid[], timestamptz), access.rule_reached_by(uuid, timestamptz),
  access.delivery_holds(uuid, timestamptz) to caveat_policy;
reset role;
