set local role caveat_owner;

-- Appending took most of its time around the records, not for them: nearly every batch has new ids alone, so where each leaf
-- and section begins is counted along with the chain, and both tables take what came as it came. The function of before looks
-- at each record and is kept for the others (a retry after a lost answer, an id that comes twice).
create function audit.append_again(
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
revoke execute on function audit.append_again(smallint, uuid[], text[], bytea[], bytea[], int[], bytea, int[], smallint[], uuid[], int[], bytea) from public;

-- SHA-384 chain: C_n = SHA-384('caveat/audit/chain/v1' || u16be(len origin) || origin || u64be(n) || C_{n-1} || leaf384).
create or replace function audit.append_packed(
  p_log smallint, p_ids uuid[], p_kinds text[], p_tags bytea[], p_gates bytea[], p_lengths int[], p_leaves bytea,
  p_section_of int[], p_section_slots smallint[], p_section_keys uuid[], p_section_lengths int[], p_sections bytea)
  returns table (id uuid, idx bigint, leaf384 bytea)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  head record;
  prefix bytea;
  n bigint;
  c bytea;
  leaf bytea;
  hash bytea;
  leaves bytea[] := '{}';
  hashes bytea[] := '{}';
  chains bytea[] := '{}';
  sealed bytea[] := '{}';
  start int := 1;
  length int;
begin
  select l.origin, l.size, l.chain into head from audit.log l where l.id = p_log for update;
  if not found then
    raise exception 'no such log';
  end if;
  -- What is in the log already, or comes twice, is rare: then each record is looked at.
  if exists (select from unnest(p_ids) as u (id) where exists (select from audit.entry e where e.id = u.id offset 0))
     or (select count(distinct u.id) from unnest(p_ids) as u (id)) < cardinality(p_ids) then
    return query select * from audit.append_again(p_log, p_ids, p_kinds, p_tags, p_gates, p_lengths, p_leaves,
      p_section_of, p_section_slots, p_section_keys, p_section_lengths, p_sections);
    return;
  end if;
  if exists (select from (select distinct u.key from unnest(p_section_keys) as u (key)) s
             where not exists (select from audit.section_key k where k.id = s.key)) then
    raise exception 'no such section key' using errcode = 'foreign_key_violation';
  end if;
  -- A section is of a record of this batch: of none that is in the log already, and of none that comes later.
  if exists (select from unnest(p_section_of) as u (record) where (u.record between 1 and cardinality(p_ids)) is not true) then
    raise exception 'a section of no record' using errcode = 'foreign_key_violation';
  end if;
  prefix := convert_to('caveat/audit/chain/v1', 'UTF8') || int2send(octet_length(head.origin)::smallint) || convert_to(head.origin, 'UTF8');
  n := head.size;
  c := head.chain;
  foreach length in array p_lengths loop
    leaf := substring(p_leaves from start for length);
    hash := sha384('\x00'::bytea || leaf);
    c := sha384(prefix || int8send(n) || c || hash);
    leaves := leaves || leaf;
    hashes := hashes || hash;
    chains := chains || c;
    start := start + length;
    n := n + 1;
  end loop;
  insert into audit.entry (log_id, idx, id, leaf, leaf256, leaf384, chain, kind, person_tag, gate_hash)
    select p_log, head.size + u.nth - 1, u.id, u.leaf, sha256('\x00'::bytea || u.leaf), u.hash, u.chain, u.kind, u.tag, u.gate
    from unnest(p_ids, p_kinds, p_tags, p_gates, leaves, hashes, chains) with ordinality as u (id, kind, tag, gate, leaf, hash, chain, nth);
  if cardinality(p_section_of) > 0 then
    start := 1;
    foreach length in array p_section_lengths loop
      sealed := sealed || substring(p_sections from start for length);
      start := start + length;
    end loop;
    insert into audit.section (log_id, idx, slot, key_id, sealed)
      select p_log, head.size + u.record - 1, u.slot, u.key, u.sealed
      from unnest(p_section_of, p_section_slots, p_section_keys, sealed) as u (record, slot, key, sealed);
  end if;
  if n > head.size then
    update audit.log l set size = n, chain = c where l.id = p_log;
  end if;
  return query
    select u.id, head.size + u.nth - 1, u.hash from unnest(p_ids, hashes) with ordinality as u (id, hash, nth);
end $$;

reset role;
