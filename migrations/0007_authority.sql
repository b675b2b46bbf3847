set local role caveat_owner;

-- Classification authority blocks stand on the row that they are about, so that they are read and written with its marking.
-- Null on what is unclassified; what was written before has none and is read with the block that it would have been given.
alter table data.asset add column authority jsonb, add column review_on text check (review_on ~ '^[0-9]{8}$');
alter table data.label_revision add column authority jsonb;
alter table data.delivery add column authority jsonb;

-- Assets whose day has come, below each marking that a dataset holds: the work depends on what is due and visible.
create index asset_review on data.asset (dataset_id, marking_id, review_on, id) where review_on is not null;

reset role;
