-- Roles are cluster-wide and may already exist (several databases on one cluster, or an owner without CREATEROLE).
-- caveat_owner   owns every object, cannot log in
-- caveat_app     the only role that domain code uses: SELECT and INSERT under row security, nothing else
-- caveat_policy  interns markings and profiles, fills the matrix, reads people; never sees a labeled column
-- caveat_ledger  appends to and reads the log; sees no labeled table
do $$
declare
  role_name text;
begin
  foreach role_name in array array['caveat_owner', 'caveat_app', 'caveat_policy', 'caveat_ledger'] loop
    begin
      if not exists (select from pg_roles where rolname = role_name) then
        execute format('create role %I nosuperuser nocreatedb nocreaterole noreplication nobypassrls %s',
          role_name, case when role_name = 'caveat_owner' then 'nologin' else 'login' end);
      end if;
    exception when duplicate_object or unique_violation then
      null; -- another database on this cluster made it a moment ago
    end;
  end loop;
  -- The migrating login must be able to hand objects to the owner; a superuser always can. From PostgreSQL 16 on whoever made
  -- a role may grant it but not yet become it. One who was granted it by somebody else may not grant it, and need not.
  if not (select rolsuper from pg_roles where rolname = current_user) then
    begin
      execute format('grant caveat_owner to %I', current_user);
    exception when insufficient_privilege then
      if not pg_has_role(current_user, 'caveat_owner', 'member') then
        raise;
      end if;
    end;
  end if;
end $$;

create schema access authorization caveat_owner;
create schema gate authorization caveat_owner;
create schema audit authorization caveat_owner;
create schema data authorization caveat_owner;

revoke all on schema public from public;
grant usage on schema access to caveat_policy, caveat_app;
grant usage on schema gate to caveat_app, caveat_policy;
grant usage on schema data to caveat_app, caveat_policy;
grant usage on schema audit to caveat_ledger, caveat_app;
alter default privileges revoke execute on functions from public;
alter default privileges for role caveat_owner revoke execute on functions from public;
