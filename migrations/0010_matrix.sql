set local role caveat_owner;

-- A matrix of a million cells is filled in seconds when its references are checked once for a statement: a foreign key asks
-- three times for each row. What is refused is the same, and nobody may remove a policy, a profile or a marking.
alter table access.profile_marking
  drop constraint profile_marking_policy_id_fkey,
  drop constraint profile_marking_profile_id_fkey,
  drop constraint profile_marking_marking_id_fkey;

create function access.refuse_loose_cells() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from (select distinct marking_id from cells) c
             where not exists (select from access.marking m where m.id = c.marking_id))
    or exists (select from (select distinct profile_id from cells) c
             where not exists (select from access.profile p where p.id = c.profile_id))
    or exists (select from (select distinct policy_id from cells) c
             where not exists (select from access.policy p where p.id = c.policy_id)) then
    raise exception 'a cell of the matrix names what is not there' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;

create trigger loose_cells after insert on access.profile_marking
  referencing new table as cells for each statement execute function access.refuse_loose_cells();
alter table access.profile_marking enable always trigger loose_cells;
reset role;
