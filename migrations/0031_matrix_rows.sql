set local role caveat_owner;

-- Of the matrix the application role sees what its token's own profile may do under the token's own policy, and no cell that
-- allows nothing: without a token it is empty, and its size tells nobody which markings there are.
create function gate.reader() returns gate.claim
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return gate.claims();
end $$;
revoke execute on function gate.reader() from public;
grant execute on function gate.reader() to caveat_app;

-- The owner, as whom the gate reads it, is not bound: nobody logs in as the owner.
alter table access.profile_marking enable row level security;
create policy own_cells on access.profile_marking for select to caveat_app using (
  actions <> 0 and (policy_id, profile_id) = (select r.policy_id, r.profile_id from gate.reader() r));
create policy every_cell on access.profile_marking for select to caveat_policy using (policy_id is not null);
create policy add_cells on access.profile_marking for insert to caveat_policy with check (policy_id is not null);

-- Names and bits of the actions are the same in every installation; the application role has no use for the table.
revoke select on access.action from caveat_app;
reset role;
