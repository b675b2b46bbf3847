set local role caveat_owner;

-- The index of the log, a row for each thing that a batch of entries names instead of one for each entry that names it: people
-- who turn the same pages name the same labels. `places` has three bytes for each entry: its distance from `first`, the first
-- entry of the batch, as two bytes, and the slot of the section. What was there is made again from the log.
drop function audit.index_entries(smallint, bigint, bigint, int, bytea[], bigint[], smallint[], smallint[], uuid[], int[]);
delete from audit.index_section;
delete from audit.index_state;
drop table audit.subject;

-- Which entries were taken in at once: `first` to `next` - 1.
create table audit.index_batch (
  log_id smallint not null,
  first bigint not null check (first >= 0),
  next bigint not null,
  primary key (log_id, first),
  check (next > first and next - first <= 65536)
);

create table audit.posting (
  log_id smallint not null,
  subject bytea not null check (octet_length(subject) = 16),
  first bigint not null,
  places bytea not null check (octet_length(places) > 0 and octet_length(places) % 3 = 0),
  primary key (log_id, subject, first)
);
create index posting_batch on audit.posting (log_id, first);

-- What three bytes of a posting say.
create function audit.place_of(p_first bigint, p_places bytea, p_nth int) returns table (idx bigint, slot smallint)
  language sql immutable set search_path = pg_catalog, pg_temp as $$
  select p_first + get_byte(p_places, 3 * p_nth) * 256 + get_byte(p_places, 3 * p_nth + 1), get_byte(p_places, 3 * p_nth + 2)::smallint
$$;

-- Takes what sections of destroyed keys named out of the batches of entries that have such sections; of one log, from an entry
-- on, where these are given.
create function audit.unindex(p_keys uuid[], p_log smallint, p_from bigint) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  b record;
begin
  for b in
    select x.log_id, i.first, array_agg(x.idx) as indexes, array_agg(x.slot) as slots
    from audit.section_key k
    join audit.entry e on e.person_tag = k.subject
    join audit.section x on x.log_id = e.log_id and x.idx = e.idx and x.key_id = k.id
    cross join lateral (
      select c.first, c.next from audit.index_batch c where c.log_id = x.log_id and c.first <= x.idx order by c.first desc limit 1) i
    where k.id = any (p_keys) and k.wrapped is null and x.idx < i.next
      and (p_log is null or (x.log_id = p_log and x.idx >= p_from))
    group by x.log_id, i.first
  loop
    with kept as (
      select p.subject, string_agg(substring(p.places from 3 * n + 1 for 3), ''::bytea order by n) filter (where g.idx is null) as places
      from audit.posting p
      cross join lateral generate_series(0, octet_length(p.places) / 3 - 1) as n
      cross join lateral audit.place_of(p.first, p.places, n) as w
      left join unnest(b.indexes, b.slots) as g (idx, slot) on g.idx = w.idx and g.slot = w.slot
      where p.log_id = b.log_id and p.first = b.first
      group by p.subject
      having count(g.idx) > 0
    ), gone as (
      delete from audit.posting p using kept k
        where p.log_id = b.log_id and p.first = b.first and p.subject = k.subject and k.places is null
    )
    update audit.posting p set places = k.places from kept k
      where p.log_id = b.log_id and p.first = b.first and p.subject = k.subject and k.places is not null;
  end loop;
end $$;

-- Takes entries p_from to p_to - 1 into the index if they are the next ones, and says up to where it is complete: of two
-- processes that worked out the same entries the second one's work is thrown away. Subjects have 16 bytes each, one after
-- another, and so have their places, of the given lengths. What was erased since they were worked out is left out: the lock on
-- the state makes an erasure wait for this, or this for the erasure.
create function audit.index_entries(
  p_log smallint, p_from bigint, p_to bigint, p_unread int, p_subjects bytea, p_lengths int[], p_places bytea,
  p_slots smallint[], p_keys uuid[], p_counts int[])
  returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  reached bigint;
  erased uuid[];
begin
  insert into audit.index_state (log_id) values (p_log) on conflict do nothing;
  select s.complete_to into reached from audit.index_state s where s.log_id = p_log for update;
  if reached <> p_from then
    return reached;
  end if;
  if p_to < p_from or p_to > (select l.size from audit.log l where l.id = p_log) then
    raise exception 'not the next entries of this log' using errcode = 'check_violation';
  end if;
  if p_to = p_from then
    return reached;
  end if;
  insert into audit.index_batch (log_id, first, next) values (p_log, p_from, p_to);
  insert into audit.posting (log_id, subject, first, places)
    select p_log, substring(p_subjects from 16 * (g.nth - 1)::int + 1 for 16), p_from, substring(p_places from g.start for g.length)
    from (
      select u.nth, u.length, (1 + sum(u.length) over (order by u.nth) - u.length)::int as start
      from unnest(p_lengths) with ordinality as u (length, nth)
    ) g;
  insert into audit.index_section (log_id, slot, key_id, entries)
    select p_log, e.slot, e.key, e.n from unnest(p_slots, p_keys, p_counts) as e (slot, key, n)
    on conflict (log_id, slot, key_id) do update set entries = audit.index_section.entries + excluded.entries;
  -- Whatever key the batch rests on, it is of one of its sections.
  select array_agg(distinct x.key_id) into erased
    from audit.section x join audit.section_key k on k.id = x.key_id and k.wrapped is null
    where x.log_id = p_log and x.idx >= p_from and x.idx < p_to;
  if erased is not null then
    perform audit.unindex(erased, p_log, p_from);
  end if;
  update audit.index_state s set complete_to = p_to, unread = s.unread + p_unread where s.log_id = p_log;
  return p_to;
end $$;
grant execute on function audit.index_entries(smallint, bigint, bigint, int, bytea, int[], bytea, smallint[], uuid[], int[]) to caveat_ledger;

create or replace function audit.forget_index(p_log smallint) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from audit.index_state s where s.log_id = p_log for update;
  delete from audit.posting p where p.log_id = p_log;
  delete from audit.index_batch b where b.log_id = p_log;
  delete from audit.index_section s where s.log_id = p_log;
  delete from audit.index_state s where s.log_id = p_log;
end $$;

create or replace function audit.erase_traces(p_keys uuid[]) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform audit.unindex(p_keys, null, null);
  update audit.object_list set sealed = null where key_id = any (p_keys) and sealed is not null;
end $$;

grant select on audit.posting, audit.index_batch to caveat_ledger;
reset role;
