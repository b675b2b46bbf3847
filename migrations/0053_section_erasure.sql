set local role caveat_owner;

-- One data key for each marking, person and month: an entry's sections are erased by destroying the wrapped key, and nothing
-- else of the log is ever destroyed. The digest is that of all three; keys made before have no month and no person, stay as
-- they are and cannot be erased, because everybody's entries of their marking hang on them. The subject is the keyed tag of
-- the person whose entry it is, null for entries of nobody.
alter table audit.section_key rename column marking_digest to scope_digest;
alter table audit.section_key
  add column subject bytea,
  add column month date,
  add column erased_at timestamptz,
  add column erased_by uuid,
  alter column wrapped drop not null,
  add constraint section_key_scope check (month is not null or subject is null),
  add constraint section_key_month check (extract(day from month) = 1),
  add constraint section_key_erased check ((wrapped is null) = (erased_at is not null) and (wrapped is null) = (erased_by is not null));
create index section_key_subject on audit.section_key (subject, month) where subject is not null;

-- Whether a month is over everywhere: what is erased must not grow any more while two people decide about it, and no process
-- whose clock is about right seals under its keys. The hour is for clocks that differ.
create function audit.month_over(p_month date) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select (p_month + interval '1 month 1 hour') at time zone 'UTC' <= clock_timestamp()
$$;

-- A key row stays when its key is destroyed, so that what hung on it shows as erased and not as damaged. It changes once, by a
-- proposal that somebody else than its requester approved, of exactly the content that names the key.
create function audit.guard_key() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.wrapped is null then
      raise exception 'a key is not made erased' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end if;
  if tg_op <> 'UPDATE' or old.wrapped is null or new.wrapped is not null or new.erased_at is null
     or (new.id, new.scope_digest, new.marking, new.subject, new.month) is distinct from (old.id, old.scope_digest, old.marking, old.subject, old.month)
     or old.subject is null or audit.month_over(old.month) is not true
     or not exists (
       select from data.proposal p join data.proposal_approval a on a.proposal_id = p.id and a.content_sha384 = p.content_sha384
       where p.id = new.erased_by and p.kind = 'section.erase' and a.approver_id <> p.requester_id
         and a.approver_id <> p.subject_id and p.requester_id <> p.subject_id
         and encode(sha384(convert_to(p.content, 'UTF8')), 'hex') = p.content_sha384
         and (p.content::jsonb -> 'act' -> 'keys') ? old.id::text) then
    raise exception 'a section key is destroyed by two people or not at all' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger guarded before insert or update or delete on audit.section_key for each row execute function audit.guard_key();
create trigger append_only_truncate before truncate on audit.section_key for each statement execute function audit.refuse_change();
alter table audit.section_key enable always trigger guarded;
alter table audit.section_key enable always trigger append_only_truncate;

-- A long list of objects goes with the outcome that carries its digest: it was sealed with the same key. Of sections the sealed
-- bytes stay, because their leaf carries the hash of these; of a list nothing needs them.
alter table audit.object_list alter column sealed drop not null;
create index object_list_key on audit.object_list (key_id);
create function audit.guard_list() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.sealed is null then
      raise exception 'a list is not made erased' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end if;
  if tg_op <> 'UPDATE' or old.sealed is null or new.sealed is not null
     or (new.entry_id, new.place, new.key_id) is distinct from (old.entry_id, old.place, old.key_id)
     or not exists (select from audit.section_key k where k.id = old.key_id and k.wrapped is null) then
    raise exception 'a list is erased with its key or not at all' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
drop trigger append_only on audit.object_list;
create trigger append_only before insert or update or delete on audit.object_list for each row execute function audit.guard_list();
alter table audit.object_list enable always trigger append_only;

-- Takes what hangs on destroyed keys out of what was made from the log: rows of the index, section by section, and long lists.
create function audit.erase_traces(p_keys uuid[]) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  delete from audit.subject s using audit.section_key k, audit.entry e, audit.section x
    where k.id = any (p_keys) and e.person_tag = k.subject and x.log_id = e.log_id and x.idx = e.idx and x.key_id = k.id
      and s.log_id = x.log_id and s.idx = x.idx and s.slot = x.slot;
  update audit.object_list set sealed = null where key_id = any (p_keys) and sealed is not null;
end $$;

alter table access.proposal_kind drop constraint proposal_kind_family_check;
alter table access.proposal_kind
  add constraint proposal_kind_family_check check (family in ('person', 'client', 'policy', 'marking', 'audit'));
insert into access.proposal_kind (kind, family) values ('section.erase', 'audit');

-- Whether one effective marking is at least as restrictive as another in every part, for markings that stand in a text.
create function access.covers(p_a jsonb, p_b jsonb) returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp as $$
  select array_position(array['U', 'R', 'C', 'S', 'TS'], p_a ->> 'level') >= array_position(array['U', 'R', 'C', 'S', 'TS'], p_b ->> 'level')
    and (p_a -> 'sci') @> (p_b -> 'sci') and (p_a -> 'sar') @> (p_b -> 'sar') and (p_a -> 'aea') @> (p_b -> 'aea')
    and (p_a -> 'nato') @> (p_b -> 'nato') and (p_a -> 'fgi') @> (p_b -> 'fgi') and (p_a -> 'controls') @> (p_b -> 'controls')
    and (p_a -> 'lists') @> (p_b -> 'lists') and ((p_a ->> 'noforn')::boolean or not (p_b ->> 'noforn')::boolean)
    and (p_b -> 'relTo') @> (p_a -> 'relTo') and (p_b -> 'displayTo') @> (p_a -> 'displayTo')
    and (p_b -> 'jointOwners' = 'null'::jsonb
         or (p_a -> 'jointOwners' <> 'null'::jsonb and (p_b -> 'jointOwners') @> (p_a -> 'jointOwners')))
$$;

-- The keys that an act names, each as it stands: null unless all of them are there.
create function access.state_section_erase(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select encode(sha384(convert_to(jsonb_agg(jsonb_build_array(k.id, encode(k.scope_digest, 'hex'), k.month, k.erased_at is not null) order by k.id)::text, 'UTF8')), 'hex')
  from audit.section_key k where k.id in (select t.id::uuid from jsonb_array_elements_text(p_act -> 'keys') as t (id))
  having count(*) = jsonb_array_length(p_act -> 'keys') and count(*) > 0
$$;

-- A compliance officer asks and a security officer approves, roles that nobody holds together: neither can do it with somebody
-- of his own kind. What they decide about dominates all that is erased, is one person's, and has its entry.
create function access.execute_section_erase(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  p data.proposal%rowtype;
  own jsonb;
  named uuid[];
begin
  select * into p from data.proposal where id = p_proposal;
  select m.effective into own from access.marking m where m.id = p.marking_id;
  select array_agg(t.id::uuid) into named from jsonb_array_elements_text(p_act -> 'keys') as t (id);
  if p.subject_id is distinct from (p_act ->> 'person')::uuid or coalesce(p_act ->> 'authority', '') = '' then
    raise exception 'row and content differ' using errcode = 'CV000';
  end if;
  if not exists (select from access.person r where r.id = p.requester_id and 'compliance-officer' = any (r.roles))
     or not exists (select from access.person r where r.id = gate.person() and 'security-officer' = any (r.roles)) then
    raise exception 'this takes other roles' using errcode = 'CV000';
  end if;
  if (select count(distinct k.subject) from audit.section_key k where k.id = any (named)) <> 1
     or exists (
       select from audit.section_key k
       where k.id = any (named)
         and (access.covers(own, k.marking::jsonb -> 'effective') is not true
              or not coalesce((p_act -> 'months') ? to_char(k.month, 'YYYY-MM'), false))) then
    raise exception 'row and content differ' using errcode = 'CV000';
  end if;
  if not exists (select from audit.outbox o where o.record ->> 'kind' = 'section.erasure' and o.xmin = pg_current_xact_id()::xid) then
    raise exception 'this act has no entry' using errcode = 'CV000';
  end if;
  -- After any batch of the index that is under way, and before the next one: no row of what is erased here comes later.
  insert into audit.index_state (log_id)
    select l.id from audit.log l
    where exists (select from audit.entry e join audit.section_key k on k.id = any (named) and k.subject = e.person_tag where e.log_id = l.id)
    on conflict do nothing;
  perform 1 from audit.index_state s order by s.log_id for update;
  update audit.section_key set wrapped = null, erased_at = clock_timestamp(), erased_by = p_proposal where id = any (named);
  perform audit.erase_traces(named);
end $$;

reset role;
