set local role caveat_owner;

-- Every row is written once: what people of different clearance share (revisions, reviews, approvals) are rows of their
-- own, each with its own marking. The markings of the objects above a row are carried in it through composite keys, so
-- that one row holds all that row security needs, and a raised parent takes its children along.
create table data.program (
  id uuid primary key,
  marking_id uuid not null references access.marking (id),
  name text not null,
  unique (id, marking_id),
  unique (marking_id, name)
);
alter table access.membership add foreign key (program_id) references data.program (id);

create table data.ontology (
  id uuid primary key,
  program_id uuid not null references data.program (id),
  marking_id uuid not null references access.marking (id),
  author_id uuid not null references access.person (id),
  name text not null,
  unique (id, program_id, marking_id),
  unique (program_id, marking_id, name)
);

create table data.ontology_version (
  id uuid primary key,
  ontology_id uuid not null,
  program_id uuid not null,
  ontology_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  author_id uuid not null references access.person (id),
  version int not null check (version > 0),
  foreign key (ontology_id, program_id, ontology_marking_id) references data.ontology (id, program_id, marking_id) on update cascade,
  unique (id, program_id, ontology_marking_id),
  unique (ontology_id, marking_id, version)
);

create table data.ontology_class (
  id uuid primary key,
  version_id uuid not null,
  program_id uuid not null,
  ontology_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  key text not null,
  definition jsonb not null,
  foreign key (version_id, program_id, ontology_marking_id) references data.ontology_version (id, program_id, ontology_marking_id) on update cascade,
  unique (version_id, marking_id, key)
);
create index ontology_class_page on data.ontology_class (version_id, marking_id, id);

create table data.dataset (
  id uuid primary key,
  program_id uuid not null references data.program (id),
  marking_id uuid not null references access.marking (id),
  author_id uuid not null references access.person (id),
  ontology_version_id uuid not null references data.ontology_version (id),
  name text not null,
  created_at timestamptz not null,
  unique (id, program_id, marking_id),
  unique (program_id, marking_id, name)
);
create index dataset_page on data.dataset (program_id, marking_id, id);

create table data.dataset_compilation (
  dataset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  reason text not null,
  primary key (dataset_id, marking_id),
  foreign key (dataset_id, program_id, dataset_marking_id) references data.dataset (id, program_id, marking_id) on update cascade
);

-- Which markings a dataset holds of each noun: a page merges one index range for each visible one.
create table data.dataset_marking (
  dataset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  noun text not null check (noun in ('asset', 'label')),
  marking_id uuid not null references access.marking (id),
  primary key (dataset_id, noun, marking_id),
  foreign key (dataset_id, program_id, dataset_marking_id) references data.dataset (id, program_id, marking_id) on update cascade
);

-- The same for what stands directly below a program.
create table data.program_marking (
  program_id uuid not null references data.program (id),
  noun text not null check (noun in ('dataset', 'ontology', 'delivery')),
  marking_id uuid not null references access.marking (id),
  primary key (program_id, noun, marking_id)
);

create table data.asset (
  id uuid primary key,
  dataset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  author_id uuid not null references access.person (id),
  title text not null,
  media_type text not null,
  created_at timestamptz not null,
  foreign key (dataset_id, program_id, dataset_marking_id) references data.dataset (id, program_id, marking_id) on update cascade,
  unique (id, dataset_id, program_id, dataset_marking_id, marking_id)
);
create index asset_page on data.asset (dataset_id, marking_id, id);

-- A sealed blob: where it lies and the facts needed to open it. The data key itself is behind data_key.
create table data.blob (
  id uuid primary key,
  asset_id uuid,
  delivery_id uuid,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  kind text not null check (kind in ('original', 'display', 'package')),
  address text not null,
  media_type text not null,
  bytes bigint not null,
  sha256 bytea not null,
  sha384 bytea not null,
  check ((asset_id is null) <> (delivery_id is null))
);
create index blob_asset on data.blob (asset_id, kind);
create index blob_delivery on data.blob (delivery_id);

create table data.asset_content (
  asset_id uuid primary key,
  dataset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  marking_id uuid not null,
  width int not null check (width > 0),
  height int not null check (height > 0),
  original_blob_id uuid not null references data.blob (id),
  display_blob_id uuid not null references data.blob (id),
  uploaded_at timestamptz not null,
  foreign key (asset_id, dataset_id, program_id, dataset_marking_id, marking_id)
    references data.asset (id, dataset_id, program_id, dataset_marking_id, marking_id) on update cascade
);

create table data.data_key (
  marking_id uuid primary key references access.marking (id),
  wrapped bytea not null
);

create table data.label (
  id uuid primary key,
  dataset_id uuid not null,
  asset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  asset_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  author_id uuid not null references access.person (id),
  origin text not null check (origin in ('human', 'model')),
  created_at timestamptz not null,
  foreign key (asset_id, dataset_id, program_id, dataset_marking_id, asset_marking_id)
    references data.asset (id, dataset_id, program_id, dataset_marking_id, marking_id) on update cascade,
  unique (id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, marking_id, author_id)
);
create index label_page on data.label (dataset_id, marking_id, id);
create index label_asset_page on data.label (asset_id, marking_id, id);

create table data.label_revision (
  id uuid primary key,
  label_id uuid not null,
  dataset_id uuid not null,
  asset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  asset_marking_id uuid not null,
  label_marking_id uuid not null,
  label_author_id uuid not null,
  marking_id uuid not null references access.marking (id),
  author_id uuid not null references access.person (id),
  kind text not null check (kind in ('create', 'import', 'revise', 'retract')),
  previous_id uuid references data.label_revision (id),
  ordinal int not null check (ordinal > 0),
  ontology_version_id uuid not null references data.ontology_version (id),
  class_id uuid not null references data.ontology_class (id),
  shape jsonb not null,
  attributes jsonb not null,
  score double precision check (score between 0 and 1),
  created_at timestamptz not null,
  foreign key (label_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, label_marking_id, label_author_id)
    references data.label (id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, marking_id, author_id) on update cascade,
  unique (label_id, marking_id, ordinal),
  unique (id, label_id, marking_id, author_id)
);
create index label_revision_latest on data.label_revision (label_id, ordinal desc);

create table data.label_review (
  id uuid primary key,
  label_id uuid not null,
  revision_id uuid not null,
  dataset_id uuid not null,
  asset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  asset_marking_id uuid not null,
  label_marking_id uuid not null,
  label_author_id uuid not null,
  revision_marking_id uuid not null,
  revision_author_id uuid not null,
  marking_id uuid not null references access.marking (id),
  reviewer_id uuid not null references access.person (id),
  verdict text not null check (verdict in ('accept', 'reject')),
  comment text not null,
  created_at timestamptz not null,
  foreign key (label_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, label_marking_id, label_author_id)
    references data.label (id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, marking_id, author_id) on update cascade,
  foreign key (revision_id, label_id, revision_marking_id, revision_author_id)
    references data.label_revision (id, label_id, marking_id, author_id) on update cascade,
  unique (revision_id, reviewer_id, marking_id)
);
create index label_review_page on data.label_review (label_id, id);

create table data.recipient (
  id uuid primary key,
  name text not null,
  country text not null,
  organization text not null,
  profile jsonb not null,
  log_id smallint not null
);

create table data.delivery (
  id uuid primary key,
  program_id uuid not null,
  dataset_id uuid not null,
  dataset_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  requester_id uuid not null references access.person (id),
  recipient_id uuid not null references data.recipient (id),
  purpose text not null,
  version_digest text not null,
  manifest bytea not null,
  manifest_sha384 text not null,
  files jsonb not null,
  requested_at timestamptz not null,
  foreign key (dataset_id, program_id, dataset_marking_id) references data.dataset (id, program_id, marking_id) on update cascade,
  unique (id, program_id, marking_id, requester_id)
);
create index delivery_page on data.delivery (program_id, marking_id, id);

create table data.delivery_approval (
  id uuid primary key,
  delivery_id uuid not null,
  program_id uuid not null,
  delivery_marking_id uuid not null,
  requester_id uuid not null,
  approver_id uuid not null references access.person (id),
  manifest_sha384 text not null,
  entry_id uuid not null,
  approved_at timestamptz not null,
  foreign key (delivery_id, program_id, delivery_marking_id, requester_id)
    references data.delivery (id, program_id, marking_id, requester_id) on update cascade,
  check (approver_id <> requester_id),
  unique (delivery_id, approver_id)
);

create table data.delivery_release (
  delivery_id uuid primary key,
  program_id uuid not null,
  delivery_marking_id uuid not null,
  requester_id uuid not null,
  releaser_id uuid not null references access.person (id),
  release_entry_id uuid not null,
  released_at timestamptz not null,
  foreign key (delivery_id, program_id, delivery_marking_id, requester_id)
    references data.delivery (id, program_id, marking_id, requester_id) on update cascade
);

create table data.delivery_proof (
  delivery_id uuid primary key,
  program_id uuid not null,
  delivery_marking_id uuid not null,
  requester_id uuid not null,
  files jsonb not null,
  foreign key (delivery_id, program_id, delivery_marking_id, requester_id)
    references data.delivery (id, program_id, marking_id, requester_id) on update cascade
);

create table data.idempotency (
  person_id uuid not null references access.person (id),
  profile_id uuid not null references access.profile (id),
  key text not null,
  command text not null,
  input_digest bytea not null,
  result jsonb not null,
  made_at timestamptz not null default now(),
  primary key (person_id, profile_id, key)
);

grant select, insert on all tables in schema data to caveat_app;
revoke insert on data.program, data.recipient from caveat_app;

alter table data.idempotency enable row level security;
alter table data.idempotency force row level security;
create policy own_read on data.idempotency for select to caveat_app
  using (person_id = (select gate.person()) and profile_id = (select gate.profile()));
create policy own_write on data.idempotency for insert to caveat_app
  with check (person_id = (select gate.person()) and profile_id = (select gate.profile()));

alter table data.data_key enable row level security;
alter table data.data_key force row level security;
create policy key_read on data.data_key for select to caveat_app using (
  marking_id = any ((select gate.markings('asset.read'))::uuid[]) or marking_id = any ((select gate.markings('delivery.read'))::uuid[]));
create policy key_write on data.data_key for insert to caveat_app with check (
  marking_id = any ((select gate.markings('asset.create'))::uuid[]) or marking_id = any ((select gate.markings('delivery.request'))::uuid[]));

-- Recipient offices are known to whoever may request a delivery at all: any person in a program.
alter table data.recipient enable row level security;
alter table data.recipient force row level security;
create policy recipient_read on data.recipient for select to caveat_app using (cardinality((select gate.programs())::uuid[]) > 0);

-- Where an object stands (never what it holds), so that the door can record why something was refused: the policy role
-- reads identifiers and markings of these columns and nothing else.
grant select (id, marking_id) on data.program to caveat_policy;
grant select (id, program_id, marking_id, author_id) on data.dataset, data.ontology to caveat_policy;
grant select (dataset_id, marking_id) on data.dataset_compilation to caveat_policy;
grant select (id, program_id, dataset_marking_id, marking_id, author_id) on data.asset to caveat_policy;
grant select (id, program_id, dataset_marking_id, asset_marking_id, marking_id, author_id) on data.label to caveat_policy;
grant select (id, program_id, dataset_marking_id, marking_id, requester_id) on data.delivery to caveat_policy;
do $$
declare
  t text;
begin
  foreach t in array array['program', 'dataset', 'dataset_compilation', 'ontology', 'asset', 'label', 'delivery'] loop
    execute format('alter table data.%I enable row level security', t);
    execute format('alter table data.%I force row level security', t);
    execute format('create policy %I on data.%I for select to caveat_policy using (marking_id is not null)', t || '_locate', t);
  end loop;
end $$;

reset role;
