set local role caveat_owner;

-- One index for each order and each equality that lists offer, always below the marking: a page reads one range of it for
-- each visible marking, in the order of the list, and never passes over a hidden row.
create index label_created on data.label (dataset_id, marking_id, created_at, id);
create index label_author on data.label (dataset_id, marking_id, author_id, id);
create index label_author_created on data.label (dataset_id, marking_id, author_id, created_at, id);
create index label_asset_created on data.label (asset_id, marking_id, created_at, id);
create index asset_created on data.asset (dataset_id, marking_id, created_at, id);
create index asset_author on data.asset (dataset_id, marking_id, author_id, id);
create index asset_author_created on data.asset (dataset_id, marking_id, author_id, created_at, id);

-- Histories, newest first; revisions and ontology versions have their index by uniqueness.
create index label_review_newest on data.label_review (label_id, marking_id, created_at desc, id);
drop index data.label_review_page;
drop index data.label_revision_latest;

-- What a profile may read at all, without the cells that are closed to it.
create index profile_marking_open on access.profile_marking (policy_id, profile_id) include (marking_id, actions) where actions <> 0;

reset role;
