set local role caveat_owner;

-- Sessions of browsers (AC-11, AC-12): somebody signs in once, and his browser keeps a secret of which only the SHA-256 is
-- here. A session ends by itself when it was not used for a quarter of an hour, and after eight hours; by its person's word at
-- once, in every process. What a person may see is not here: it is read anew for each request.
create table access.browser_session (
  id uuid primary key,
  secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
  person_id uuid not null references access.person (id),
  client_id text not null,
  level text not null check (level in ('U', 'R', 'C', 'S', 'TS')),
  purpose text not null,
  authenticated_at timestamptz,
  opened_at timestamptz not null,
  used_at timestamptz not null,
  ended_at timestamptz
);
create index browser_session_person on access.browser_session (person_id, opened_at);

-- Opens a session; of one person at most five are open (AC-10): a sixth ends the oldest. What is long over is forgotten.
create function access.open_session(
  p_id uuid, p_secret_hash bytea, p_person uuid, p_client text, p_level text, p_purpose text, p_authenticated timestamptz, p_now timestamptz)
  returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from access.person p where p.id = p_person for no key update;
  delete from access.browser_session s where s.person_id = p_person and s.opened_at < p_now - interval '2 days';
  update access.browser_session s set ended_at = p_now
    where s.id in (
      select o.id from access.browser_session o
      where o.person_id = p_person and o.ended_at is null order by o.opened_at desc, o.id offset 4);
  insert into access.browser_session (id, secret_hash, person_id, client_id, level, purpose, authenticated_at, opened_at, used_at)
    values (p_id, p_secret_hash, p_person, p_client, p_level, p_purpose, p_authenticated, p_now, p_now);
end $$;

-- The session of a secret, if it is open; using it renews it, written down at most every half minute.
create function access.use_session(p_secret_hash bytea, p_now timestamptz)
  returns table (id uuid, person_id uuid, client_id text, level text, purpose text, authenticated_at timestamptz)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  found_session access.browser_session%rowtype;
begin
  select * into found_session from access.browser_session s
    where s.secret_hash = p_secret_hash and s.ended_at is null
      and s.used_at > p_now - interval '15 minutes' and s.opened_at > p_now - interval '8 hours';
  if not found then
    return;
  end if;
  if found_session.used_at < p_now - interval '30 seconds' then
    update access.browser_session s set used_at = p_now where s.id = found_session.id and s.ended_at is null and s.used_at < p_now;
  end if;
  return query select found_session.id, found_session.person_id, found_session.client_id, found_session.level, found_session.purpose,
    found_session.authenticated_at;
end $$;

-- Ends a session of a person, at once.
create function access.end_session(p_id uuid, p_person uuid, p_now timestamptz) returns void
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  update access.browser_session s set ended_at = p_now where s.id = p_id and s.person_id = p_person and s.ended_at is null
$$;

grant execute on function access.open_session(uuid, bytea, uuid, text, text, text, timestamptz, timestamptz) to caveat_policy;
grant execute on function access.use_session(bytea, timestamptz) to caveat_policy;
grant execute on function access.end_session(uuid, uuid, timestamptz) to caveat_policy;
reset role;
