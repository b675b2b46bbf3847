set local role caveat_owner;

-- The pack of tiles of an image: derived like the copy for looking at, sealed like it, and like it of the image's marking. Images
-- that were received before have none.
alter table data.blob drop constraint blob_kind_check;
alter table data.blob add constraint blob_kind_check check (kind in ('original', 'display', 'tiles', 'package'));
alter table data.asset_content add column tiles_blob_id uuid references data.blob (id);

reset role;
