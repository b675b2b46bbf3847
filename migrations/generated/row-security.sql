-- Row level security, generated from policies/rules by `npm run generate`. Do not edit: change the rules.
-- Policy sha384:d9e79660b77be2058ee54063021728b1fe63c9642efce988270ae95a473a8e4260ae79d994298a275e56b6ecb1d929a0

alter table data.program enable row level security;
alter table data.program force row level security;
drop policy if exists program_read on data.program;
create policy program_read on data.program for select to caveat_app using (
  exists (select from gate.scope(array['program.read']) as caller (person, programs, program_read) where
    ((marking_id = any(caller.program_read)
      and id = any(caller.programs))))
);
drop policy if exists program_insert on data.program;

alter table data.dataset enable row level security;
alter table data.dataset force row level security;
drop policy if exists dataset_read on data.dataset;
create policy dataset_read on data.dataset for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read']) as caller (person, programs, dataset_read) where
    ((marking_id = any(caller.dataset_read)
      and program_id = any(caller.programs))))
);
drop policy if exists dataset_insert on data.dataset;
create policy dataset_insert on data.dataset for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.create']) as caller (person, programs, dataset_create) where
    author_id = caller.person and
    ((marking_id = any(caller.dataset_create)
      and program_id = any(caller.programs))))
);

alter table data.dataset_compilation enable row level security;
alter table data.dataset_compilation force row level security;
drop policy if exists dataset_compilation_read on data.dataset_compilation;
create policy dataset_compilation_read on data.dataset_compilation for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read']) as caller (person, programs, dataset_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.dataset_read)
      and program_id = any(caller.programs))))
);
drop policy if exists dataset_compilation_insert on data.dataset_compilation;
create policy dataset_compilation_insert on data.dataset_compilation for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'dataset.create', 'marking.raise']) as caller (person, programs, dataset_read, dataset_create, marking_raise) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.dataset_create)
      and program_id = any(caller.programs))
    or (dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.marking_raise)
      and program_id = any(caller.programs))))
);

alter table data.compilation_rule enable row level security;
alter table data.compilation_rule force row level security;
drop policy if exists compilation_rule_read on data.compilation_rule;
create policy compilation_rule_read on data.compilation_rule for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read']) as caller (person, programs, dataset_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.dataset_read)
      and program_id = any(caller.programs))))
);
drop policy if exists compilation_rule_insert on data.compilation_rule;
create policy compilation_rule_insert on data.compilation_rule for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'marking.raise']) as caller (person, programs, dataset_read, marking_raise) where
    author_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.marking_raise)
      and program_id = any(caller.programs))))
);

alter table data.program_marking enable row level security;
alter table data.program_marking force row level security;
drop policy if exists program_marking_read on data.program_marking;
create policy program_marking_read on data.program_marking for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'ontology.read', 'delivery.read']) as caller (person, programs, dataset_read, ontology_read, delivery_read) where
    ((noun in ('dataset')
      and marking_id = any(caller.dataset_read)
      and program_id = any(caller.programs))
    or (noun in ('ontology')
      and marking_id = any(caller.ontology_read)
      and program_id = any(caller.programs))
    or (noun in ('delivery')
      and marking_id = any(caller.delivery_read)
      and program_id = any(caller.programs))))
);
drop policy if exists program_marking_insert on data.program_marking;
create policy program_marking_insert on data.program_marking for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.create', 'ontology.create', 'delivery.request']) as caller (person, programs, dataset_create, ontology_create, delivery_request) where
    ((noun in ('dataset')
      and marking_id = any(caller.dataset_create)
      and program_id = any(caller.programs))
    or (noun in ('ontology')
      and marking_id = any(caller.ontology_create)
      and program_id = any(caller.programs))
    or (noun in ('delivery')
      and marking_id = any(caller.delivery_request)
      and program_id = any(caller.programs))))
);

alter table data.dataset_marking enable row level security;
alter table data.dataset_marking force row level security;
drop policy if exists dataset_marking_read on data.dataset_marking;
create policy dataset_marking_read on data.dataset_marking for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'label.read', 'project.read', 'task.read']) as caller (person, programs, dataset_read, asset_read, label_read, project_read, task_read) where
    ((noun in ('asset')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_read)
      and program_id = any(caller.programs))
    or (noun in ('label')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.label_read)
      and program_id = any(caller.programs))
    or (noun in ('project')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.project_read)
      and program_id = any(caller.programs))
    or (noun in ('task')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.task_read)
      and program_id = any(caller.programs))))
);
drop policy if exists dataset_marking_insert on data.dataset_marking;
create policy dataset_marking_insert on data.dataset_marking for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.create', 'label.create', 'label.import', 'project.create', 'task.create']) as caller (person, programs, dataset_read, asset_create, label_create, label_import, project_create, task_create) where
    ((noun in ('asset')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_create)
      and program_id = any(caller.programs))
    or (noun in ('label')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.label_create)
      and program_id = any(caller.programs))
    or (noun in ('label')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.label_import)
      and program_id = any(caller.programs))
    or (noun in ('project')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.project_create)
      and program_id = any(caller.programs))
    or (noun in ('task')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.task_create)
      and program_id = any(caller.programs))))
);

alter table data.ontology enable row level security;
alter table data.ontology force row level security;
drop policy if exists ontology_read on data.ontology;
create policy ontology_read on data.ontology for select to caveat_app using (
  exists (select from gate.scope(array['ontology.read']) as caller (person, programs, ontology_read) where
    ((marking_id = any(caller.ontology_read)
      and program_id = any(caller.programs))))
);
drop policy if exists ontology_insert on data.ontology;
create policy ontology_insert on data.ontology for insert to caveat_app with check (
  exists (select from gate.scope(array['ontology.create']) as caller (person, programs, ontology_create) where
    author_id = caller.person and
    ((marking_id = any(caller.ontology_create)
      and program_id = any(caller.programs))))
);

alter table data.ontology_version enable row level security;
alter table data.ontology_version force row level security;
drop policy if exists ontology_version_read on data.ontology_version;
create policy ontology_version_read on data.ontology_version for select to caveat_app using (
  exists (select from gate.scope(array['ontology.read']) as caller (person, programs, ontology_read) where
    ((ontology_marking_id = any(caller.ontology_read)
      and marking_id = any(caller.ontology_read)
      and program_id = any(caller.programs))))
);
drop policy if exists ontology_version_insert on data.ontology_version;
create policy ontology_version_insert on data.ontology_version for insert to caveat_app with check (
  exists (select from gate.scope(array['ontology.read', 'ontology.create']) as caller (person, programs, ontology_read, ontology_create) where
    author_id = caller.person and
    ((ontology_marking_id = any(caller.ontology_read)
      and marking_id = any(caller.ontology_create)
      and program_id = any(caller.programs))))
);

alter table data.ontology_class enable row level security;
alter table data.ontology_class force row level security;
drop policy if exists ontology_class_read on data.ontology_class;
create policy ontology_class_read on data.ontology_class for select to caveat_app using (
  exists (select from gate.scope(array['ontology.read']) as caller (person, programs, ontology_read) where
    ((ontology_marking_id = any(caller.ontology_read)
      and marking_id = any(caller.ontology_read)
      and program_id = any(caller.programs))))
);
drop policy if exists ontology_class_insert on data.ontology_class;
create policy ontology_class_insert on data.ontology_class for insert to caveat_app with check (
  exists (select from gate.scope(array['ontology.read', 'ontology.create']) as caller (person, programs, ontology_read, ontology_create) where
    ((ontology_marking_id = any(caller.ontology_read)
      and marking_id = any(caller.ontology_create)
      and program_id = any(caller.programs))))
);

alter table data.asset enable row level security;
alter table data.asset force row level security;
drop policy if exists asset_read on data.asset;
create policy asset_read on data.asset for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read']) as caller (person, programs, dataset_read, asset_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_read)
      and program_id = any(caller.programs))))
);
drop policy if exists asset_insert on data.asset;
create policy asset_insert on data.asset for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.create']) as caller (person, programs, dataset_read, asset_create) where
    author_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_create)
      and program_id = any(caller.programs))))
);

alter table data.asset_content enable row level security;
alter table data.asset_content force row level security;
drop policy if exists asset_content_read on data.asset_content;
create policy asset_content_read on data.asset_content for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read']) as caller (person, programs, dataset_read, asset_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_read)
      and program_id = any(caller.programs))))
);
drop policy if exists asset_content_insert on data.asset_content;
create policy asset_content_insert on data.asset_content for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.create']) as caller (person, programs, dataset_read, asset_create) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_create)
      and program_id = any(caller.programs))))
);

alter table data.asset_quarantine enable row level security;
alter table data.asset_quarantine force row level security;
drop policy if exists asset_quarantine_read on data.asset_quarantine;
create policy asset_quarantine_read on data.asset_quarantine for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read']) as caller (person, programs, dataset_read, asset_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_read)
      and program_id = any(caller.programs))))
);
drop policy if exists asset_quarantine_insert on data.asset_quarantine;
create policy asset_quarantine_insert on data.asset_quarantine for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.create']) as caller (person, programs, dataset_read, asset_create) where
    receiver_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_create)
      and program_id = any(caller.programs))))
);

alter table data.asset_quarantine_reading enable row level security;
alter table data.asset_quarantine_reading force row level security;
drop policy if exists asset_quarantine_reading_read on data.asset_quarantine_reading;
create policy asset_quarantine_reading_read on data.asset_quarantine_reading for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.examine']) as caller (person, programs, dataset_read, asset_examine) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_examine)
      and program_id = any(caller.programs))))
);
drop policy if exists asset_quarantine_reading_insert on data.asset_quarantine_reading;
create policy asset_quarantine_reading_insert on data.asset_quarantine_reading for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.create']) as caller (person, programs, dataset_read, asset_create) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_create)
      and program_id = any(caller.programs))))
);

alter table data.asset_quarantine_lift enable row level security;
alter table data.asset_quarantine_lift force row level security;
drop policy if exists asset_quarantine_lift_read on data.asset_quarantine_lift;
create policy asset_quarantine_lift_read on data.asset_quarantine_lift for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read']) as caller (person, programs, dataset_read, asset_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_read)
      and program_id = any(caller.programs))))
);
drop policy if exists asset_quarantine_lift_insert on data.asset_quarantine_lift;
create policy asset_quarantine_lift_insert on data.asset_quarantine_lift for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.lift']) as caller (person, programs, dataset_read, asset_lift) where
    lifter_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_lift)
      and (program_id = any(caller.programs) and not (receiver_id = caller.person)))))
);

alter table data.blob enable row level security;
alter table data.blob force row level security;
drop policy if exists blob_read on data.blob;
create policy blob_read on data.blob for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'delivery.read']) as caller (person, programs, dataset_read, asset_read, delivery_read) where
    ((kind in ('original', 'display', 'tiles')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_read)
      and program_id = any(caller.programs))
    or (kind in ('package')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.delivery_read)
      and program_id = any(caller.programs))))
);
drop policy if exists blob_insert on data.blob;
create policy blob_insert on data.blob for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.create', 'delivery.request']) as caller (person, programs, dataset_read, asset_create, delivery_request) where
    ((kind in ('original', 'display', 'tiles')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.asset_create)
      and program_id = any(caller.programs))
    or (kind in ('package')
      and dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.delivery_request)
      and program_id = any(caller.programs))))
);

alter table data.label enable row level security;
alter table data.label force row level security;
drop policy if exists label_read on data.label;
create policy label_read on data.label for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'label.read']) as caller (person, programs, dataset_read, asset_read, label_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and marking_id = any(caller.label_read)
      and (program_id = any(caller.programs) and (author_id = caller.person or state not in ('BLIND'))))))
);
drop policy if exists label_insert on data.label;
create policy label_insert on data.label for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'label.create', 'label.import']) as caller (person, programs, dataset_read, asset_read, label_create, label_import) where
    author_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and marking_id = any(caller.label_create)
      and program_id = any(caller.programs))
    or (dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and marking_id = any(caller.label_import)
      and program_id = any(caller.programs))))
);

alter table data.label_revision enable row level security;
alter table data.label_revision force row level security;
drop policy if exists label_revision_read on data.label_revision;
create policy label_revision_read on data.label_revision for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'label.read']) as caller (person, programs, dataset_read, asset_read, label_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and label_marking_id = any(caller.label_read)
      and marking_id = any(caller.label_read)
      and (program_id = any(caller.programs) and (label_author_id = caller.person or label_state not in ('BLIND'))))))
);
drop policy if exists label_revision_insert on data.label_revision;
create policy label_revision_insert on data.label_revision for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'label.create', 'label.revise', 'label.retract', 'label.import']) as caller (person, programs, dataset_read, asset_read, label_create, label_revise, label_retract, label_import) where
    author_id = caller.person and
    label_author_id = caller.person and
    ((kind in ('create')
      and dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and label_marking_id = any(caller.label_create)
      and marking_id = any(caller.label_create)
      and program_id = any(caller.programs))
    or (kind in ('revise')
      and dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and label_marking_id = any(caller.label_revise)
      and marking_id = any(caller.label_revise)
      and (program_id = any(caller.programs) and label_author_id = caller.person))
    or (kind in ('retract')
      and dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and label_marking_id = any(caller.label_retract)
      and marking_id = any(caller.label_retract)
      and (program_id = any(caller.programs) and label_author_id = caller.person))
    or (kind in ('import')
      and dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and label_marking_id = any(caller.label_import)
      and marking_id = any(caller.label_import)
      and program_id = any(caller.programs))))
);

alter table data.label_review enable row level security;
alter table data.label_review force row level security;
drop policy if exists label_review_read on data.label_review;
create policy label_review_read on data.label_review for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'label.read']) as caller (person, programs, dataset_read, asset_read, label_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and label_marking_id = any(caller.label_read)
      and revision_marking_id = any(caller.label_read)
      and marking_id = any(caller.label_read)
      and (program_id = any(caller.programs) and (revision_author_id = caller.person or label_state not in ('BLIND'))))))
);
drop policy if exists label_review_insert on data.label_review;
create policy label_review_insert on data.label_review for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'label.review']) as caller (person, programs, dataset_read, asset_read, label_review) where
    reviewer_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and label_marking_id = any(caller.label_review)
      and revision_marking_id = any(caller.label_review)
      and marking_id = any(caller.label_review)
      and (program_id = any(caller.programs) and not (revision_author_id = caller.person)))))
);

alter table data.project enable row level security;
alter table data.project force row level security;
drop policy if exists project_read on data.project;
create policy project_read on data.project for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'project.read']) as caller (person, programs, dataset_read, project_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.project_read)
      and program_id = any(caller.programs))))
);
drop policy if exists project_insert on data.project;
create policy project_insert on data.project for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'project.create']) as caller (person, programs, dataset_read, project_create) where
    author_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.project_create)
      and program_id = any(caller.programs))))
);

alter table data.guideline enable row level security;
alter table data.guideline force row level security;
drop policy if exists guideline_read on data.guideline;
create policy guideline_read on data.guideline for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'project.read']) as caller (person, programs, dataset_read, project_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and project_marking_id = any(caller.project_read)
      and marking_id = any(caller.project_read)
      and program_id = any(caller.programs))))
);
drop policy if exists guideline_insert on data.guideline;
create policy guideline_insert on data.guideline for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'project.read', 'project.create']) as caller (person, programs, dataset_read, project_read, project_create) where
    author_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and project_marking_id = any(caller.project_read)
      and marking_id = any(caller.project_create)
      and program_id = any(caller.programs))))
);

alter table data.task enable row level security;
alter table data.task force row level security;
drop policy if exists task_read on data.task;
create policy task_read on data.task for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'project.read', 'task.read']) as caller (person, programs, dataset_read, asset_read, project_read, task_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and project_marking_id = any(caller.project_read)
      and marking_id = any(caller.task_read)
      and program_id = any(caller.programs))))
);
drop policy if exists task_insert on data.task;
create policy task_insert on data.task for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'project.read', 'task.create']) as caller (person, programs, dataset_read, asset_read, project_read, task_create) where
    author_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and project_marking_id = any(caller.project_read)
      and marking_id = any(caller.task_create)
      and program_id = any(caller.programs))))
);

alter table data.task_act enable row level security;
alter table data.task_act force row level security;
drop policy if exists task_act_read on data.task_act;
create policy task_act_read on data.task_act for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'project.read', 'task.read']) as caller (person, programs, dataset_read, asset_read, project_read, task_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and project_marking_id = any(caller.project_read)
      and marking_id = any(caller.task_read)
      and program_id = any(caller.programs))))
);
drop policy if exists task_act_insert on data.task_act;
create policy task_act_insert on data.task_act for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'project.read', 'task.work', 'task.review', 'task.create']) as caller (person, programs, dataset_read, asset_read, project_read, task_work, task_review, task_create) where
    person_id = caller.person and
    ((kind in ('lease', 'extend', 'submit', 'skip')
      and dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and project_marking_id = any(caller.project_read)
      and marking_id = any(caller.task_work)
      and program_id = any(caller.programs))
    or (kind in ('examine', 'accept', 'reject', 'choose', 'fix')
      and dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and project_marking_id = any(caller.project_read)
      and marking_id = any(caller.task_review)
      and program_id = any(caller.programs))
    or (kind in ('reopen')
      and dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and project_marking_id = any(caller.project_read)
      and marking_id = any(caller.task_create)
      and program_id = any(caller.programs))))
);

alter table data.task_remark enable row level security;
alter table data.task_remark force row level security;
drop policy if exists task_remark_read on data.task_remark;
create policy task_remark_read on data.task_remark for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'project.read', 'task.read']) as caller (person, programs, dataset_read, asset_read, project_read, task_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and project_marking_id = any(caller.project_read)
      and marking_id = any(caller.task_read)
      and (program_id = any(caller.programs) and (person_id = caller.person or state not in ('BLIND'))))))
);
drop policy if exists task_remark_insert on data.task_remark;
create policy task_remark_insert on data.task_remark for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'project.read', 'task.work']) as caller (person, programs, dataset_read, asset_read, project_read, task_work) where
    person_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and project_marking_id = any(caller.project_read)
      and marking_id = any(caller.task_work)
      and program_id = any(caller.programs))))
);

alter table data.task_draft enable row level security;
alter table data.task_draft force row level security;
drop policy if exists task_draft_read on data.task_draft;
create policy task_draft_read on data.task_draft for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'project.read', 'task.draft']) as caller (person, programs, dataset_read, asset_read, project_read, task_draft) where
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and project_marking_id = any(caller.project_read)
      and task_marking_id = any(caller.task_draft)
      and marking_id = any(caller.task_draft)
      and (program_id = any(caller.programs) and person_id = caller.person))))
);
drop policy if exists task_draft_insert on data.task_draft;
create policy task_draft_insert on data.task_draft for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'asset.read', 'project.read', 'task.draft']) as caller (person, programs, dataset_read, asset_read, project_read, task_draft) where
    person_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and asset_marking_id = any(caller.asset_read)
      and project_marking_id = any(caller.project_read)
      and task_marking_id = any(caller.task_draft)
      and marking_id = any(caller.task_draft)
      and (program_id = any(caller.programs) and person_id = caller.person))))
);

alter table data.delivery enable row level security;
alter table data.delivery force row level security;
drop policy if exists delivery_read on data.delivery;
create policy delivery_read on data.delivery for select to caveat_app using (
  exists (select from gate.scope(array['dataset.read', 'delivery.read']) as caller (person, programs, dataset_read, delivery_read) where
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.delivery_read)
      and program_id = any(caller.programs))))
);
drop policy if exists delivery_insert on data.delivery;
create policy delivery_insert on data.delivery for insert to caveat_app with check (
  exists (select from gate.scope(array['dataset.read', 'delivery.request']) as caller (person, programs, dataset_read, delivery_request) where
    requester_id = caller.person and
    ((dataset_marking_id = any(caller.dataset_read)
      and marking_id = any(caller.delivery_request)
      and program_id = any(caller.programs))))
);

alter table data.delivery_approval enable row level security;
alter table data.delivery_approval force row level security;
drop policy if exists delivery_approval_read on data.delivery_approval;
create policy delivery_approval_read on data.delivery_approval for select to caveat_app using (
  exists (select from gate.scope(array['delivery.read']) as caller (person, programs, delivery_read) where
    ((delivery_marking_id = any(caller.delivery_read)
      and program_id = any(caller.programs))))
);
drop policy if exists delivery_approval_insert on data.delivery_approval;
create policy delivery_approval_insert on data.delivery_approval for insert to caveat_app with check (
  exists (select from gate.scope(array['delivery.approve']) as caller (person, programs, delivery_approve) where
    approver_id = caller.person and
    ((delivery_marking_id = any(caller.delivery_approve)
      and (program_id = any(caller.programs) and not (requester_id = caller.person)))))
);

alter table data.delivery_hold_lift enable row level security;
alter table data.delivery_hold_lift force row level security;
drop policy if exists delivery_hold_lift_read on data.delivery_hold_lift;
create policy delivery_hold_lift_read on data.delivery_hold_lift for select to caveat_app using (
  exists (select from gate.scope(array['delivery.read']) as caller (person, programs, delivery_read) where
    ((delivery_marking_id = any(caller.delivery_read)
      and marking_id = any(caller.delivery_read)
      and program_id = any(caller.programs))))
);
drop policy if exists delivery_hold_lift_insert on data.delivery_hold_lift;
create policy delivery_hold_lift_insert on data.delivery_hold_lift for insert to caveat_app with check (
  exists (select from gate.scope(array['delivery.approve']) as caller (person, programs, delivery_approve) where
    approver_id = caller.person and
    ((delivery_marking_id = any(caller.delivery_approve)
      and marking_id = any(caller.delivery_approve)
      and (program_id = any(caller.programs) and not (requester_id = caller.person)))))
);

alter table data.delivery_release enable row level security;
alter table data.delivery_release force row level security;
drop policy if exists delivery_release_read on data.delivery_release;
create policy delivery_release_read on data.delivery_release for select to caveat_app using (
  exists (select from gate.scope(array['delivery.read']) as caller (person, programs, delivery_read) where
    ((delivery_marking_id = any(caller.delivery_read)
      and program_id = any(caller.programs))))
);
drop policy if exists delivery_release_insert on data.delivery_release;
create policy delivery_release_insert on data.delivery_release for insert to caveat_app with check (
  exists (select from gate.scope(array['delivery.release']) as caller (person, programs, delivery_release) where
    releaser_id = caller.person and
    ((delivery_marking_id = any(caller.delivery_release)
      and (program_id = any(caller.programs) and not (requester_id = caller.person)))))
);

alter table data.delivery_proof enable row level security;
alter table data.delivery_proof force row level security;
drop policy if exists delivery_proof_read on data.delivery_proof;
create policy delivery_proof_read on data.delivery_proof for select to caveat_app using (
  exists (select from gate.scope(array['delivery.read']) as caller (person, programs, delivery_read) where
    ((delivery_marking_id = any(caller.delivery_read)
      and program_id = any(caller.programs))))
);
drop policy if exists delivery_proof_insert on data.delivery_proof;
create policy delivery_proof_insert on data.delivery_proof for insert to caveat_app with check (
  exists (select from gate.scope(array['delivery.release']) as caller (person, programs, delivery_release) where
    ((delivery_marking_id = any(caller.delivery_release)
      and (program_id = any(caller.programs) and not (requester_id = caller.person)))))
);

alter table data.proposal enable row level security;
alter table data.proposal force row level security;
drop policy if exists proposal_read on data.proposal;
create policy proposal_read on data.proposal for select to caveat_app using (
  exists (select from gate.scope(array['person.administer', 'client.administer', 'policy.administer', 'marking.administer', 'audit.administer']) as caller (person, programs, person_administer, client_administer, policy_administer, marking_administer, audit_administer) where
    ((family in ('person')
      and marking_id = any(caller.person_administer)
      and true)
    or (family in ('client')
      and marking_id = any(caller.client_administer)
      and true)
    or (family in ('policy')
      and marking_id = any(caller.policy_administer)
      and true)
    or (family in ('marking')
      and marking_id = any(caller.marking_administer)
      and program_id = any(caller.programs))
    or (family in ('audit')
      and marking_id = any(caller.audit_administer)
      and true)))
);
drop policy if exists proposal_insert on data.proposal;
create policy proposal_insert on data.proposal for insert to caveat_app with check (
  exists (select from gate.scope(array['person.administer', 'client.administer', 'policy.administer', 'marking.administer', 'audit.administer']) as caller (person, programs, person_administer, client_administer, policy_administer, marking_administer, audit_administer) where
    requester_id = caller.person and
    ((family in ('person')
      and marking_id = any(caller.person_administer)
      and true)
    or (family in ('client')
      and marking_id = any(caller.client_administer)
      and true)
    or (family in ('policy')
      and marking_id = any(caller.policy_administer)
      and true)
    or (family in ('marking')
      and marking_id = any(caller.marking_administer)
      and program_id = any(caller.programs))
    or (family in ('audit')
      and marking_id = any(caller.audit_administer)
      and true)))
);

alter table data.proposal_marking enable row level security;
alter table data.proposal_marking force row level security;
drop policy if exists proposal_marking_read on data.proposal_marking;
create policy proposal_marking_read on data.proposal_marking for select to caveat_app using (
  exists (select from gate.scope(array['person.administer', 'client.administer', 'policy.administer', 'marking.administer', 'audit.administer']) as caller (person, programs, person_administer, client_administer, policy_administer, marking_administer, audit_administer) where
    ((family in ('person')
      and marking_id = any(caller.person_administer)
      and true)
    or (family in ('client')
      and marking_id = any(caller.client_administer)
      and true)
    or (family in ('policy')
      and marking_id = any(caller.policy_administer)
      and true)
    or (family in ('marking')
      and marking_id = any(caller.marking_administer)
      and program_id = any(caller.programs))
    or (family in ('audit')
      and marking_id = any(caller.audit_administer)
      and true)))
);
drop policy if exists proposal_marking_insert on data.proposal_marking;
create policy proposal_marking_insert on data.proposal_marking for insert to caveat_app with check (
  exists (select from gate.scope(array['person.administer', 'client.administer', 'policy.administer', 'marking.administer', 'audit.administer']) as caller (person, programs, person_administer, client_administer, policy_administer, marking_administer, audit_administer) where
    ((family in ('person')
      and marking_id = any(caller.person_administer)
      and true)
    or (family in ('client')
      and marking_id = any(caller.client_administer)
      and true)
    or (family in ('policy')
      and marking_id = any(caller.policy_administer)
      and true)
    or (family in ('marking')
      and marking_id = any(caller.marking_administer)
      and program_id = any(caller.programs))
    or (family in ('audit')
      and marking_id = any(caller.audit_administer)
      and true)))
);

alter table data.proposal_approval enable row level security;
alter table data.proposal_approval force row level security;
drop policy if exists proposal_approval_read on data.proposal_approval;
create policy proposal_approval_read on data.proposal_approval for select to caveat_app using (
  exists (select from gate.scope(array['person.administer', 'client.administer', 'policy.administer', 'marking.administer', 'audit.administer']) as caller (person, programs, person_administer, client_administer, policy_administer, marking_administer, audit_administer) where
    ((family in ('person')
      and proposal_marking_id = any(caller.person_administer)
      and true)
    or (family in ('client')
      and proposal_marking_id = any(caller.client_administer)
      and true)
    or (family in ('policy')
      and proposal_marking_id = any(caller.policy_administer)
      and true)
    or (family in ('marking')
      and proposal_marking_id = any(caller.marking_administer)
      and program_id = any(caller.programs))
    or (family in ('audit')
      and proposal_marking_id = any(caller.audit_administer)
      and true)))
);
drop policy if exists proposal_approval_insert on data.proposal_approval;
create policy proposal_approval_insert on data.proposal_approval for insert to caveat_app with check (
  exists (select from gate.scope(array['person.approve', 'client.approve', 'policy.approve', 'marking.approve', 'audit.approve']) as caller (person, programs, person_approve, client_approve, policy_approve, marking_approve, audit_approve) where
    approver_id = caller.person and
    ((family in ('person')
      and proposal_marking_id = any(caller.person_approve)
      and not (requester_id = caller.person))
    or (family in ('client')
      and proposal_marking_id = any(caller.client_approve)
      and not (requester_id = caller.person))
    or (family in ('policy')
      and proposal_marking_id = any(caller.policy_approve)
      and not (requester_id = caller.person))
    or (family in ('marking')
      and proposal_marking_id = any(caller.marking_approve)
      and (program_id = any(caller.programs) and not (requester_id = caller.person)))
    or (family in ('audit')
      and proposal_marking_id = any(caller.audit_approve)
      and not (requester_id = caller.person))))
);

alter table data.proposal_withdrawal enable row level security;
alter table data.proposal_withdrawal force row level security;
drop policy if exists proposal_withdrawal_read on data.proposal_withdrawal;
create policy proposal_withdrawal_read on data.proposal_withdrawal for select to caveat_app using (
  exists (select from gate.scope(array['person.administer', 'client.administer', 'policy.administer', 'marking.administer', 'audit.administer']) as caller (person, programs, person_administer, client_administer, policy_administer, marking_administer, audit_administer) where
    ((family in ('person')
      and proposal_marking_id = any(caller.person_administer)
      and true)
    or (family in ('client')
      and proposal_marking_id = any(caller.client_administer)
      and true)
    or (family in ('policy')
      and proposal_marking_id = any(caller.policy_administer)
      and true)
    or (family in ('marking')
      and proposal_marking_id = any(caller.marking_administer)
      and program_id = any(caller.programs))
    or (family in ('audit')
      and proposal_marking_id = any(caller.audit_administer)
      and true)))
);
drop policy if exists proposal_withdrawal_insert on data.proposal_withdrawal;
create policy proposal_withdrawal_insert on data.proposal_withdrawal for insert to caveat_app with check (
  exists (select from gate.scope(array['person.administer', 'client.administer', 'policy.administer', 'marking.administer', 'audit.administer']) as caller (person, programs, person_administer, client_administer, policy_administer, marking_administer, audit_administer) where
    withdrawer_id = caller.person and
    ((family in ('person')
      and proposal_marking_id = any(caller.person_administer)
      and true)
    or (family in ('client')
      and proposal_marking_id = any(caller.client_administer)
      and true)
    or (family in ('policy')
      and proposal_marking_id = any(caller.policy_administer)
      and true)
    or (family in ('marking')
      and proposal_marking_id = any(caller.marking_administer)
      and program_id = any(caller.programs))
    or (family in ('audit')
      and proposal_marking_id = any(caller.audit_administer)
      and true)))
);

alter table data.marking_change enable row level security;
alter table data.marking_change force row level security;
drop policy if exists marking_change_read on data.marking_change;
create policy marking_change_read on data.marking_change for select to caveat_app using (
  exists (select from gate.scope(array['marking.administer']) as caller (person, programs, marking_administer) where
    ((from_marking_id = any(caller.marking_administer)
      and marking_id = any(caller.marking_administer)
      and program_id = any(caller.programs))))
);
drop policy if exists marking_change_insert on data.marking_change;
create policy marking_change_insert on data.marking_change for insert to caveat_app with check (
  exists (select from gate.scope(array['marking.raise']) as caller (person, programs, marking_raise) where
    changer_id = caller.person and
    ((from_marking_id = any(caller.marking_raise)
      and marking_id = any(caller.marking_raise)
      and program_id = any(caller.programs))))
);

alter table data.revocation enable row level security;
alter table data.revocation force row level security;
drop policy if exists revocation_read on data.revocation;
create policy revocation_read on data.revocation for select to caveat_app using (
  exists (select from gate.scope(array['person.administer', 'client.administer']) as caller (person, programs, person_administer, client_administer) where
    ((family in ('person')
      and marking_id = any(caller.person_administer)
      and true)
    or (family in ('client')
      and marking_id = any(caller.client_administer)
      and true)))
);
drop policy if exists revocation_insert on data.revocation;
create policy revocation_insert on data.revocation for insert to caveat_app with check (
  exists (select from gate.scope(array['person.administer', 'client.administer']) as caller (person, programs, person_administer, client_administer) where
    revoker_id = caller.person and
    ((family in ('person')
      and marking_id = any(caller.person_administer)
      and true)
    or (family in ('client')
      and marking_id = any(caller.client_administer)
      and true)))
);
