set local role caveat_owner;

-- What was interned before markings had lists and profiles had hours and duties is read as the code reads it now. A control
-- that needs a list has none (standards B.1 #9, #10): nobody read such a marking before, and nobody does after.
update access.marking set effective = effective || jsonb_build_object('lists', coalesce((
  select jsonb_agg(control || ':-' order by control collate "C")
  from jsonb_array_elements_text(effective -> 'controls') as held (control)
  where control in ('OC', 'OC-USGOV', 'PR', 'XD', 'ND')), '[]'))
where not effective ? 'lists';

update access.profile set profile = profile || jsonb_build_object('lists', jsonb_build_array(), 'environment',
  profile -> 'environment' || '{"timeWindow": "open", "honors": ["BANNER", "NO_CACHE", "VIEW_ONLY"]}')
where not profile ? 'lists';

alter table data.recipient no force row level security;
update data.recipient set profile = profile || jsonb_build_object('lists', jsonb_build_array(), 'environment',
  profile -> 'environment' || '{"timeWindow": "open", "honors": []}')
where not profile ? 'lists';
alter table data.recipient force row level security;

reset role;
