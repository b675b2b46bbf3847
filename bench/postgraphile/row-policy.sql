-- What PostGraphile gets for the comparison: a role of its own with the cheapest row policy that shows the same rows as
-- ours. The visible markings of the caller come as arrays in settings of the transaction, put there by a process that keeps
-- them in memory, and each policy reads an array once for a statement (form D of the usual advice: a dictionary of markings
-- and `= any ((select ...))`). No token is checked, nothing is looked up, nothing is logged: all of that would cost it more.
do $$
begin
  if not exists (select from pg_roles where rolname = 'bench_postgraphile') then
    create role bench_postgraphile login nosuperuser nobypassrls;
  end if;
end $$;

create schema if not exists bench;
grant usage on schema bench, data, access to bench_postgraphile;

create or replace function bench.seen(setting text) returns uuid[]
  language sql stable parallel safe as $$
  select coalesce(nullif(current_setting('bench.' || setting, true), ''), '{}')::uuid[]
$$;
grant execute on function bench.seen(text) to bench_postgraphile;

grant select on data.dataset, data.asset, data.label to bench_postgraphile;
grant select (id, banner, portion) on access.marking to bench_postgraphile;

drop policy if exists bench_read on data.dataset;
create policy bench_read on data.dataset for select to bench_postgraphile using (
  marking_id = any ((select bench.seen('datasets'))::uuid[])
  and program_id = any ((select bench.seen('programs'))::uuid[]));

drop policy if exists bench_read on data.asset;
create policy bench_read on data.asset for select to bench_postgraphile using (
  marking_id = any ((select bench.seen('assets'))::uuid[])
  and dataset_marking_id = any ((select bench.seen('datasets'))::uuid[])
  and program_id = any ((select bench.seen('programs'))::uuid[]));

drop policy if exists bench_read on data.label;
create policy bench_read on data.label for select to bench_postgraphile using (
  marking_id = any ((select bench.seen('labels'))::uuid[])
  and asset_marking_id = any ((select bench.seen('assets'))::uuid[])
  and dataset_marking_id = any ((select bench.seen('datasets'))::uuid[])
  and program_id = any ((select bench.seen('programs'))::uuid[]));
