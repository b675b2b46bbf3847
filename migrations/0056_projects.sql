set local role caveat_owner;

-- Projects and their tasks. A task has a marking of its own, never below image, classes and guidelines; what is done to it is a
-- row at that marking, so that nobody learns from a task what was done above it. Rows are written once: where a task stands
-- follows from the acts, and is kept in the task, where the locks see it, and in its slots, which nobody reads at all.
create table data.project (
  id uuid primary key,
  dataset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  author_id uuid not null references access.person (id),
  ontology_version_id uuid not null references data.ontology_version (id),
  name text not null,
  opinions int not null check (opinions between 1 and 9),
  reviewed boolean not null,
  lease_seconds int not null check (lease_seconds between 10 and 28800),
  skip_limit int not null check (skip_limit between 0 and 9),
  created_at timestamptz not null,
  foreign key (dataset_id, program_id, dataset_marking_id) references data.dataset (id, program_id, marking_id) on update cascade,
  unique (id, dataset_id, marking_id)
);
create index project_page on data.project (dataset_id, marking_id, id);

-- Versions of the guidelines of a project, counted at the marking under which they were written.
create table data.guideline (
  id uuid primary key,
  project_id uuid not null,
  dataset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  project_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  author_id uuid not null references access.person (id),
  counted_marking_id uuid not null,  -- the marking under which it was written, until it is raised
  version int not null check (version > 0),
  body text not null,
  created_at timestamptz not null,
  foreign key (project_id, dataset_id, project_marking_id) references data.project (id, dataset_id, marking_id) on update cascade,
  foreign key (dataset_id, program_id, dataset_marking_id) references data.dataset (id, program_id, marking_id) on update cascade,
  unique (project_id, counted_marking_id, version)
);
create index guideline_history on data.guideline (project_id, marking_id, created_at desc, id);

create table data.task (
  id uuid primary key,
  project_id uuid not null,
  dataset_id uuid not null,
  asset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  asset_marking_id uuid not null,
  project_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  author_id uuid not null references access.person (id),
  made_marking_id uuid not null,  -- the marking under which it was made, until it is raised: one task of an image for each
  priority int not null check (priority between 0 and 9),
  stage text not null check (stage in ('LABEL', 'ADJUDICATE', 'REVIEW', 'DONE', 'SET_ASIDE')),
  round int not null,
  leased_until timestamptz,
  created_at timestamptz not null,
  foreign key (project_id, dataset_id, project_marking_id) references data.project (id, dataset_id, marking_id) on update cascade,
  foreign key (asset_id, dataset_id, program_id, dataset_marking_id, asset_marking_id)
    references data.asset (id, dataset_id, program_id, dataset_marking_id, marking_id) on update cascade,
  unique (project_id, asset_id, made_marking_id),
  unique (id, project_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, project_marking_id, marking_id)
);
create index task_page on data.task (project_id, marking_id, id);
create index task_next on data.task (project_id, stage, marking_id, priority desc, id);

-- What somebody did to a task: took it, went on, handed something in, put it back, judged it. At the task's own marking.
create table data.task_act (
  id uuid primary key,
  task_id uuid not null,
  project_id uuid not null,
  dataset_id uuid not null,
  asset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  asset_marking_id uuid not null,
  project_marking_id uuid not null,
  marking_id uuid not null,
  person_id uuid not null references access.person (id),
  round int not null,
  stage text not null check (stage in ('LABEL', 'ADJUDICATE', 'REVIEW')),
  slot int not null,
  epoch int not null,
  kind text not null check (kind in ('lease', 'examine', 'extend', 'submit', 'skip', 'accept', 'reject', 'choose', 'reopen')),
  lasts_until timestamptz,
  comment text not null,
  active_ms int check (active_ms >= 0),
  label_ids jsonb not null,
  chosen_id uuid references data.task_act (id),
  guideline_id uuid references data.guideline (id),
  created_at timestamptz not null,
  foreign key (task_id, project_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, project_marking_id, marking_id)
    references data.task (id, project_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, project_marking_id, marking_id)
    on update cascade
);
create index task_act_history on data.task_act (task_id, marking_id, created_at desc, id);
create index task_act_opinions on data.task_act (task_id, round, created_at, id) where kind = 'submit';
create index task_act_own on data.task_act (task_id, person_id, created_at desc);

-- What somebody has drawn and not handed in: for nobody but him, at the marking of what his session was shown.
create table data.task_draft (
  id uuid primary key,
  task_id uuid not null,
  project_id uuid not null,
  dataset_id uuid not null,
  asset_id uuid not null,
  program_id uuid not null,
  dataset_marking_id uuid not null,
  asset_marking_id uuid not null,
  project_marking_id uuid not null,
  task_marking_id uuid not null,
  marking_id uuid not null references access.marking (id),
  person_id uuid not null references access.person (id),
  body jsonb not null,
  created_at timestamptz not null,
  foreign key (task_id, project_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, project_marking_id, task_marking_id)
    references data.task (id, project_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, project_marking_id, marking_id)
    on update cascade
);
create index task_draft_history on data.task_draft (task_id, marking_id, created_at desc, id);

-- Places in a stage of a task, each for another person. The epoch fences: whoever was overtaken holds an older one.
create table access.task_slot (
  task_id uuid not null references data.task (id),
  round int not null,
  stage text not null,
  slot int not null,
  state text not null default 'FREE' check (state in ('FREE', 'LEASED', 'DONE')),
  person_id uuid,
  epoch int not null default 0,
  lasts_until timestamptz,
  primary key (task_id, round, stage, slot)
);
-- What somebody has just now is found by him, whatever others have, and whatever is hidden from him.
create index task_slot_held on access.task_slot (person_id) where state = 'LEASED';
create unique index task_slot_done on access.task_slot (task_id, round, stage, person_id) where state = 'DONE';

alter table data.dataset_marking drop constraint dataset_marking_noun_check;
alter table data.dataset_marking add constraint dataset_marking_noun_check check (noun in ('asset', 'label', 'project', 'task'));

grant select, insert on data.project, data.guideline, data.task, data.task_act, data.task_draft to caveat_app;
grant select (id, program_id, dataset_marking_id, marking_id, author_id) on data.project to caveat_policy;
grant select (id, program_id, dataset_marking_id, asset_marking_id, project_marking_id, marking_id, author_id) on data.task to caveat_policy;
do $$
declare
  t text;
begin
  foreach t in array array['project', 'task'] loop
    execute format('create policy %I on data.%I for select to caveat_policy using (marking_id is not null)', t || '_locate', t);
  end loop;
  -- For the functions below and for those that change markings. Nobody logs in as the owner.
  foreach t in array array['project', 'guideline', 'task', 'task_act', 'task_draft'] loop
    execute format('create policy %I on data.%I for select to caveat_owner using (marking_id is not null)', t || '_owner_read', t);
    execute format('create policy %I on data.%I for update to caveat_owner using (marking_id is not null) with check (marking_id is not null)',
      t || '_owner_update', t);
  end loop;
  create policy task_draft_owner_delete on data.task_draft for delete to caveat_owner using (marking_id is not null);
end $$;

reset role;
