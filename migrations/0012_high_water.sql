set local role caveat_owner;

-- What each session was shown, by marking: the high-water of a session is their join (standards B.2). A row is there
-- before the reply leaves that shows the marking for the first time.
create table access.session_shown (
  person_id uuid not null references access.person (id),
  session_id text not null check (length(session_id) between 1 and 200),
  marking_id uuid not null references access.marking (id),
  shown_at timestamptz not null default now(),
  primary key (person_id, session_id, marking_id)
);

grant select, insert on access.session_shown to caveat_policy;
reset role;
