set local role caveat_owner;

-- Sessions of browsers (AC-11, AC-12): somebody signs in once, and his browser keeps a secret of which only the SHA-256 is
-- here. A session ends by itself when it was not used for a quarter of an hour, and after eight hours; by its person's word at
-- once, in every process. What a person may see is not here: it is read anew for each request. The MAC is by a key of the key
-- folder over the secret and all that a session stands for: rows that somebody else wrote let nobody in.
create table access.browser_session (
  secret_hash bytea primary key check (octet_length(secret_hash) = 32),
  mac bytea not null check (octet_length(mac) = 32),
  session_id uuid not null,  -- of the token that it was opened with
  person_id uuid not null references access.person (id),
  client_id text not null,
  issuer text not null,
  level text not null check (level in ('U', 'R', 'C', 'S', 'TS')),
  purpose text not null,
  authenticated_at bigint,  -- Unix seconds
  opened_at timestamptz not null,
  used_at timestamptz not null
);
create index browser_session_person on access.browser_session (person_id, used_at);
create index browser_session_opened on access.browser_session (opened_at);

-- What is open at a moment: neither idle nor old, nor used at a time that has not come.
create function access.session_open(p_opened timestamptz, p_used timestamptz, p_now timestamptz) returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp as $$
  select p_used > p_now - interval '15 minutes' and p_used <= p_now + interval '1 minute' and p_opened > p_now - interval '8 hours'
$$;

-- Opens a session, and forgets those that are over: of everybody the ones that are old, of its person all.
create function access.open_session(
  p_secret_hash bytea, p_mac bytea, p_session uuid, p_person uuid, p_client text, p_issuer text, p_level text, p_purpose text,
  p_authenticated bigint, p_now timestamptz)
  returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from access.browser_session s where s.opened_at <= p_now - interval '8 hours';
  delete from access.browser_session s where s.person_id = p_person and not access.session_open(s.opened_at, s.used_at, p_now);
  insert into access.browser_session (secret_hash, mac, session_id, person_id, client_id, issuer, level, purpose, authenticated_at, opened_at, used_at)
    values (p_secret_hash, p_mac, p_session, p_person, p_client, p_issuer, p_level, p_purpose, p_authenticated, p_now, p_now);
end $$;

-- Of one person at most five sessions stay (AC-10): the new one, and those that were used last.
create function access.keep_sessions(p_person uuid, p_new bytea) returns void
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from access.browser_session s
  where s.person_id = p_person and s.secret_hash in (
    select o.secret_hash from access.browser_session o where o.person_id = p_person 
    order by o.secret_hash = p_new desc, o.used_at desc, o.opened_at desc, o.secret_hash offset 5)
$$;

-- The session of a secret, if it is open.
create function access.find_session(p_secret_hash bytea, p_now timestamptz)
  returns table (mac bytea, session_id uuid, person_id uuid, client_id text, issuer text, level text, purpose text, authenticated_at bigint,
    opened_at timestamptz, used_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.mac, s.session_id, s.person_id, s.client_id, s.issuer, s.level, s.purpose, s.authenticated_at, s.opened_at, s.used_at
  from access.browser_session s
  where s.secret_hash = p_secret_hash and access.session_open(s.opened_at, s.used_at, p_now)
$$;

-- Notes that an open session is being used.
create function access.use_session(p_secret_hash bytea, p_now timestamptz) returns void
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  update access.browser_session s set used_at = p_now
  where s.secret_hash = p_secret_hash and s.used_at < p_now and access.session_open(s.opened_at, s.used_at, p_now)
$$;

-- Ends a session, at once.
create function access.end_session(p_secret_hash bytea) returns void
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from access.browser_session s where s.secret_hash = p_secret_hash
$$;

grant execute on function access.open_session(bytea, bytea, uuid, uuid, text, text, text, text, bigint, timestamptz) to caveat_policy;
grant execute on function access.keep_sessions(uuid, bytea) to caveat_policy;
grant execute on function access.find_session(bytea, timestamptz) to caveat_policy;
grant execute on function access.use_session(bytea, timestamptz) to caveat_policy;
grant execute on function access.end_session(bytea) to caveat_policy;
reset role;
