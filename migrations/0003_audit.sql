set local role caveat_owner;

-- One head row for each log: locked by every append, so the index never has gaps or forks.
create table audit.log (
  id smallint primary key,
  origin text not null unique,
  purpose text not null check (purpose in ('activity', 'recipient')),
  recipient_id uuid,
  size bigint not null default 0 check (size >= 0),
  chain bytea not null default decode(repeat('00', 48), 'hex') check (octet_length(chain) = 48)
);

create table audit.section_key (
  id uuid primary key default gen_random_uuid(),
  marking_digest bytea not null unique,
  marking text not null,
  wrapped bytea not null
);

-- No foreign key to the log: nothing but audit.append writes entries, under the locked head of an existing log, and a check
-- for each row would cost a fifth of what can be appended.
create table audit.entry (
  log_id smallint not null,
  idx bigint not null,
  id uuid not null,
  leaf bytea not null check (octet_length(leaf) <= 16384),
  leaf256 bytea not null,
  leaf384 bytea not null,
  chain bytea not null,
  kind text not null,
  person_tag bytea,
  gate_hash bytea,
  xid xid8 not null default pg_current_xact_id(),
  appended_at timestamptz not null default clock_timestamp(),
  primary key (log_id, idx)
);
-- Ids are random and unique over all logs; every look-up by id (gate tokens, retries, drains) is one probe here.
create unique index entry_id on audit.entry (id);
create index entry_person on audit.entry (log_id, person_tag, idx) where person_tag is not null;

create table audit.section (
  log_id smallint not null,
  idx bigint not null,
  slot smallint not null check (slot between 0 and 3),
  key_id uuid not null,  -- of audit.section_key: looked up once a batch by append_packed, since a foreign key asks for every row
  sealed bytea not null,
  primary key (log_id, idx, slot)
);

create table audit.checkpoint (
  log_id smallint not null references audit.log (id),
  size bigint not null,
  note text not null,
  frontier bytea not null,
  signed_at timestamptz not null default clock_timestamp(),
  primary key (log_id, size)
);

-- A mutation writes its outcome here in its own transaction: both commit or neither does.
create table audit.outbox (
  id uuid primary key,
  log_id smallint not null references audit.log (id),
  record jsonb not null,
  written_at timestamptz not null default clock_timestamp()
);

create function audit.refuse_change() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'the log is append-only: % on %.% refused', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;

do $$
declare
  t text;
begin
  foreach t in array array['entry', 'section', 'checkpoint'] loop
    execute format('create trigger append_only before update or delete on audit.%I for each row execute function audit.refuse_change()', t);
    execute format('create trigger append_only_truncate before truncate on audit.%I for each statement execute function audit.refuse_change()', t);
    -- ALWAYS: an ordinary trigger is skipped when session_replication_role is replica
    execute format('alter table audit.%I enable always trigger append_only', t);
    execute format('alter table audit.%I enable always trigger append_only_truncate', t);
  end loop;
end $$;

create function audit.guard_head() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'UPDATE' or new.size < old.size or new.id <> old.id or new.origin <> old.origin
     or (new.size = old.size and new.chain <> old.chain) then
    raise exception 'the head of a log only grows' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger head_only_grows before update or delete on audit.log for each row execute function audit.guard_head();
create trigger head_no_truncate before truncate on audit.log for each statement execute function audit.refuse_change();
alter table audit.log enable always trigger head_only_grows;
alter table audit.log enable always trigger head_no_truncate;

-- Appends a batch of records under the locked head row and returns where each one stands. Leaves and sealed sections come
-- one behind another in one value each, with their lengths beside: text forms of bytes would cost more than all hashing.
-- Of an id that comes twice the first counts; one that is in the log keeps its first place (idempotent retry).
-- SHA-384 chain: C_n = SHA-384('caveat/audit/chain/v1' || u16be(len origin) || origin || u64be(n) || C_{n-1} || leaf384).
create function audit.append_packed(
  p_log smallint, p_ids uuid[], p_kinds text[], p_tags bytea[], p_gates bytea[], p_lengths int[], p_leaves bytea,
  p_section_of int[], p_section_slots smallint[], p_section_keys uuid[], p_section_lengths int[], p_sections bytea)
  returns table (id uuid, idx bigint, leaf384 bytea)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  head audit.log%rowtype;
  prefix bytea;
  n bigint;
  c bytea;
  hash bytea;
  places int[]; leaves bytea[]; hashes bytea[];
  chains bytea[] := '{}';
begin
  select * into head from audit.log l where l.id = p_log for update;
  if not found then
    raise exception 'no such log';
  end if;
  if exists (select from unnest(p_section_keys) as s (key) where not exists (select from audit.section_key k where k.id = s.key)) then
    raise exception 'no such section key' using errcode = 'foreign_key_violation';
  end if;
  prefix := convert_to('caveat/audit/chain/v1', 'UTF8') || int2send(octet_length(head.origin)::smallint) || convert_to(head.origin, 'UTF8');
  n := head.size;
  c := head.chain;
  -- Everything is done for the batch at once but the chain, which is one hash after another. Nothing looks at more of the
  -- log than one index probe for each record, so that appending costs the same however long the log is.
  select array_agg(x.place order by x.place), array_agg(x.leaf order by x.place),
         array_agg(sha384('\x00'::bytea || x.leaf) order by x.place)
    into places, leaves, hashes
    from (
      select g.place, substring(p_leaves from g.start for g.length) as leaf
      from (
        select u.id, u.length, u.place::int, (1 + sum(u.length) over (order by u.place) - u.length)::int as start,
               row_number() over (partition by u.id order by u.place) as nth
        from unnest(p_ids, p_lengths) with ordinality as u (id, length, place)
      ) g
      where g.nth = 1 and not exists (select from audit.entry e where e.id = g.id offset 0)
    ) x;
  foreach hash in array coalesce(hashes, '{}') loop
    c := sha384(prefix || int8send(n) || c || hash);
    chains := chains || c;
    n := n + 1;
  end loop;
  insert into audit.entry (log_id, idx, id, leaf, leaf256, leaf384, chain, kind, person_tag, gate_hash)
    select p_log, head.size + u.nth - 1, p_ids[u.place], u.leaf, sha256('\x00'::bytea || u.leaf), u.hash, u.chain,
           p_kinds[u.place], g.tag, g.gate
    from unnest(places, leaves, hashes, chains) with ordinality as u (place, leaf, hash, chain, nth)
    join unnest(p_tags, p_gates) with ordinality as g (tag, gate, place) on g.place = u.place;
  insert into audit.section (log_id, idx, slot, key_id, sealed)
    select p_log, head.size + u.nth - 1, s.slot, s.key, substring(p_sections from s.start for s.length)
    from (
      select v.record, v.slot, v.key, v.length, (1 + sum(v.length) over (order by v.place) - v.length)::int as start
      from unnest(p_section_of, p_section_slots, p_section_keys, p_section_lengths) with ordinality
        as v (record, slot, key, length, place)
    ) s
    join unnest(places) with ordinality as u (place, nth) on u.place = s.record;
  if n > head.size then
    update audit.log l set size = n, chain = c where l.id = p_log;
  end if;
  return query
    select g.id, e.idx, e.leaf384
    from (select distinct r.id from unnest(p_ids) as r (id)) g
    cross join lateral (select * from audit.entry f where f.id = g.id and f.log_id = p_log offset 0) e;
end $$;

-- The same for records as JSON, as they stand in the outbox: {"id","leaf" (base64),"kind","personTag" (base64|null),
-- "gateHash" (base64|null),"sections":[{"slot","keyId","sealed" (base64)}]}.
create function audit.append(p_log smallint, p_records jsonb)
  returns table (id uuid, idx bigint, leaf384 bytea)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  ids uuid[]; kinds text[]; tags bytea[]; gates bytea[]; lengths int[]; leaves bytea;
  section_of int[]; slots smallint[]; keys uuid[]; section_lengths int[]; sealed bytea;
begin
  select array_agg(x.id order by x.place), array_agg(x.kind order by x.place), array_agg(x.tag order by x.place),
         array_agg(x.gate order by x.place), array_agg(octet_length(x.leaf) order by x.place),
         string_agg(x.leaf, ''::bytea order by x.place)
    into ids, kinds, tags, gates, lengths, leaves
    from (
      select g.id, g.kind, decode(g."personTag", 'base64') as tag, decode(g."gateHash", 'base64') as gate,
             decode(g.leaf, 'base64') as leaf, g.place
      from rows from (jsonb_to_recordset(p_records) as (id uuid, leaf text, kind text, "personTag" text, "gateHash" text))
        with ordinality as g (id, leaf, kind, "personTag", "gateHash", place)
    ) x;
  if ids is null then
    return;
  end if;
  select array_agg(x.record order by x.record, x.place), array_agg(x.slot order by x.record, x.place),
         array_agg(x.key order by x.record, x.place), array_agg(octet_length(x.bytes) order by x.record, x.place),
         string_agg(x.bytes, ''::bytea order by x.record, x.place)
    into section_of, slots, keys, section_lengths, sealed
    from (
      select r.place::int as record, s.slot, s."keyId" as key, decode(s.sealed, 'base64') as bytes, s.place
      from jsonb_array_elements(p_records) with ordinality as r (record, place)
      cross join lateral rows from (jsonb_to_recordset(r.record -> 'sections') as (slot smallint, "keyId" uuid, sealed text))
        with ordinality as s (slot, "keyId", sealed, place)
    ) x;
  return query select * from audit.append_packed(p_log, ids, kinds, tags, gates, lengths, leaves,
    coalesce(section_of, '{}'), coalesce(slots, '{}'), coalesce(keys, '{}'), coalesce(section_lengths, '{}'), coalesce(sealed, ''));
end $$;

-- Moves outbox rows into their logs; rows of transactions that are still open are not visible here and stay.
create function audit.drain(p_ids uuid[])
  returns table (id uuid, log_id smallint, idx bigint, leaf384 bytea)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  target smallint;
  batch jsonb;
  moved uuid[];
begin
  for target in
    select distinct o.log_id from audit.outbox o where p_ids is null or o.id = any (p_ids) order by 1
  loop
    -- the head lock first: two drains of one log follow one another
    perform 1 from audit.log l where l.id = target for update;
    select coalesce(jsonb_agg(o.record order by o.written_at, o.id), '[]'::jsonb), coalesce(array_agg(o.id), '{}') into batch, moved
      from audit.outbox o where o.log_id = target and (p_ids is null or o.id = any (p_ids));
    perform audit.append(target, batch);
    delete from audit.outbox o where o.id = any (moved);
  end loop;
  return query select e.id, e.log_id, e.idx, e.leaf384 from audit.entry e where e.id = any (p_ids);
end $$;

create function audit.open_log(p_origin text, p_purpose text, p_recipient uuid) returns smallint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  found_id smallint;
begin
  lock table audit.log in share row exclusive mode;
  select l.id into found_id from audit.log l where l.origin = p_origin;
  if found_id is null then
    select coalesce(max(l.id), -1) + 1 into found_id from audit.log l;
    insert into audit.log (id, origin, purpose, recipient_id) values (found_id, p_origin, p_purpose, p_recipient);
  end if;
  return found_id;
end $$;

grant select on audit.log, audit.entry, audit.section, audit.checkpoint, audit.section_key to caveat_ledger;
grant insert on audit.checkpoint, audit.section_key to caveat_ledger;
grant execute on function audit.append_packed(smallint, uuid[], text[], bytea[], bytea[], int[], bytea, int[], smallint[], uuid[], int[], bytea) to caveat_ledger;
grant execute on function audit.append(smallint, jsonb), audit.drain(uuid[]), audit.open_log(text, text, uuid) to caveat_ledger;
reset role;
