set local role caveat_owner;

-- Ids that are too many for an entry. The entry's outcome carries their number and SHA-384; the ids themselves stand here,
-- sealed with the key of that outcome's marking, and are written before the entry is: who saw an object can be asked for ever.
create table audit.object_list (
  entry_id uuid not null,
  place smallint not null check (place >= 0),  -- of the decision in the outcome, from 0
  key_id uuid not null,
  sealed bytea not null,
  primary key (entry_id, place)
);
create trigger append_only before update or delete on audit.object_list for each row execute function audit.refuse_change();
create trigger append_only_truncate before truncate on audit.object_list for each statement execute function audit.refuse_change();
alter table audit.object_list enable always trigger append_only;
alter table audit.object_list enable always trigger append_only_truncate;

-- From what an entry is about to the entry: hashes keyed with a secret of the key folder and the marking of the section that
-- names it, so that one object under two markings has two, and nobody without that folder can try one. Rows are of a section
-- and go with it when it is erased. Made from the log alone, behind it, and so no part of what is append-only: it can be
-- forgotten and made again.
create table audit.subject (
  log_id smallint not null,
  slot smallint not null check (slot between 0 and 3),
  subject bytea not null check (octet_length(subject) = 16),
  idx bigint not null,
  primary key (log_id, subject, idx)
);
create index subject_entry on audit.subject (log_id, idx);

-- Entries 0 to complete_to - 1 are in the index; of `unread` among them something could not be read that is not erased.
create table audit.index_state (
  log_id smallint primary key references audit.log (id),
  complete_to bigint not null default 0 check (complete_to >= 0),
  unread bigint not null default 0
);

-- How many indexed entries have a section of this slot and key: what is withheld from somebody is counted without the log.
create table audit.index_section (
  log_id smallint not null,
  slot smallint not null check (slot between 0 and 3),
  key_id uuid not null,
  entries bigint not null,
  primary key (log_id, slot, key_id)
);

-- Takes entries p_from to p_to - 1 into the index if they are the next ones, and says up to where it is complete: of two
-- processes that worked out the same entries the second one's work is thrown away. What was erased since they were worked out
-- is left out: the lock on the state makes an erasure wait for this, or this for the erasure.
create function audit.index_entries(
  p_log smallint, p_from bigint, p_to bigint, p_unread int, p_subjects bytea[], p_places bigint[], p_parts smallint[],
  p_slots smallint[], p_keys uuid[], p_counts int[])
  returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  reached bigint;
begin
  insert into audit.index_state (log_id) values (p_log) on conflict do nothing;
  select s.complete_to into reached from audit.index_state s where s.log_id = p_log for update;
  if reached <> p_from then
    return reached;
  end if;
  if p_to < p_from or p_to > (select l.size from audit.log l where l.id = p_log)
     or exists (select from unnest(p_places) as e (idx) where e.idx < p_from or e.idx >= p_to) then
    raise exception 'not the next entries of this log' using errcode = 'check_violation';
  end if;
  insert into audit.subject (log_id, slot, subject, idx)
    select p_log, e.slot, e.subject, e.idx from unnest(p_subjects, p_places, p_parts) as e (subject, idx, slot)
    where not exists (
      select from audit.section x join audit.section_key k on k.id = x.key_id
      where x.log_id = p_log and x.idx = e.idx and x.slot = e.slot and k.wrapped is null)
    on conflict do nothing;
  insert into audit.index_section (log_id, slot, key_id, entries)
    select p_log, e.slot, e.key, e.n from unnest(p_slots, p_keys, p_counts) as e (slot, key, n)
    on conflict (log_id, slot, key_id) do update set entries = audit.index_section.entries + excluded.entries;
  update audit.index_state s set complete_to = p_to, unread = s.unread + p_unread where s.log_id = p_log;
  return p_to;
end $$;

-- Forgets the index of a log, for whoever owns the tables: running servers make it again from the log.
create function audit.forget_index(p_log smallint) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from audit.index_state s where s.log_id = p_log for update;
  delete from audit.subject s where s.log_id = p_log;
  delete from audit.index_section s where s.log_id = p_log;
  delete from audit.index_state s where s.log_id = p_log;
end $$;

grant select on audit.object_list, audit.subject, audit.index_state, audit.index_section to caveat_ledger;
grant insert on audit.object_list to caveat_ledger;
grant execute on function audit.index_entries(smallint, bigint, bigint, int, bytea[], bigint[], smallint[], smallint[], uuid[], int[]) to caveat_ledger;
reset role;
