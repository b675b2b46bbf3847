-- Row level security, generated from policies/rules by `npm run generate`. Do not edit: change the rules.
-- Policy sha384:e35c04a1903a3917f02369fbefcbc1a6c2d20effca7d482b9c4fa7a06df88e6e5286b3dd6cf22412190804bd5004ddda

alter table data.program enable row level security;
alter table data.program force row level security;
drop policy if exists program_read on data.program;
create policy program_read on data.program for select to caveat_app using (
  (marking_id = any((select gate.markings('program.read'))::uuid[])
    and id = any((select gate.programs())::uuid[]))
);
drop policy if exists program_insert on data.program;

alter table data.dataset enable row level security;
alter table data.dataset force row level security;
drop policy if exists dataset_read on data.dataset;
create policy dataset_read on data.dataset for select to caveat_app using (
  (marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists dataset_insert on data.dataset;
create policy dataset_insert on data.dataset for insert to caveat_app with check (
  author_id = (select gate.person()) and
  (
  (marking_id = any((select gate.markings('dataset.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.dataset_compilation enable row level security;
alter table data.dataset_compilation force row level security;
drop policy if exists dataset_compilation_read on data.dataset_compilation;
create policy dataset_compilation_read on data.dataset_compilation for select to caveat_app using (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists dataset_compilation_insert on data.dataset_compilation;
create policy dataset_compilation_insert on data.dataset_compilation for insert to caveat_app with check (
  (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('dataset.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('marking.raise'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.compilation_rule enable row level security;
alter table data.compilation_rule force row level security;
drop policy if exists compilation_rule_read on data.compilation_rule;
create policy compilation_rule_read on data.compilation_rule for select to caveat_app using (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists compilation_rule_insert on data.compilation_rule;
create policy compilation_rule_insert on data.compilation_rule for insert to caveat_app with check (
  author_id = (select gate.person()) and
  (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('marking.raise'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.program_marking enable row level security;
alter table data.program_marking force row level security;
drop policy if exists program_marking_read on data.program_marking;
create policy program_marking_read on data.program_marking for select to caveat_app using (
  (noun in ('dataset')
    and marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (noun in ('ontology')
    and marking_id = any((select gate.markings('ontology.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (noun in ('delivery')
    and marking_id = any((select gate.markings('delivery.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists program_marking_insert on data.program_marking;
create policy program_marking_insert on data.program_marking for insert to caveat_app with check (
  (
  (noun in ('dataset')
    and marking_id = any((select gate.markings('dataset.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (noun in ('ontology')
    and marking_id = any((select gate.markings('ontology.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (noun in ('delivery')
    and marking_id = any((select gate.markings('delivery.request'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.dataset_marking enable row level security;
alter table data.dataset_marking force row level security;
drop policy if exists dataset_marking_read on data.dataset_marking;
create policy dataset_marking_read on data.dataset_marking for select to caveat_app using (
  (noun in ('asset')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('asset.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (noun in ('label')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('label.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists dataset_marking_insert on data.dataset_marking;
create policy dataset_marking_insert on data.dataset_marking for insert to caveat_app with check (
  (
  (noun in ('asset')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('asset.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (noun in ('label')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('label.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (noun in ('label')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('label.import'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.ontology enable row level security;
alter table data.ontology force row level security;
drop policy if exists ontology_read on data.ontology;
create policy ontology_read on data.ontology for select to caveat_app using (
  (marking_id = any((select gate.markings('ontology.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists ontology_insert on data.ontology;
create policy ontology_insert on data.ontology for insert to caveat_app with check (
  author_id = (select gate.person()) and
  (
  (marking_id = any((select gate.markings('ontology.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.ontology_version enable row level security;
alter table data.ontology_version force row level security;
drop policy if exists ontology_version_read on data.ontology_version;
create policy ontology_version_read on data.ontology_version for select to caveat_app using (
  (ontology_marking_id = any((select gate.markings('ontology.read'))::uuid[])
    and marking_id = any((select gate.markings('ontology.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists ontology_version_insert on data.ontology_version;
create policy ontology_version_insert on data.ontology_version for insert to caveat_app with check (
  author_id = (select gate.person()) and
  (
  (ontology_marking_id = any((select gate.markings('ontology.read'))::uuid[])
    and marking_id = any((select gate.markings('ontology.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.ontology_class enable row level security;
alter table data.ontology_class force row level security;
drop policy if exists ontology_class_read on data.ontology_class;
create policy ontology_class_read on data.ontology_class for select to caveat_app using (
  (ontology_marking_id = any((select gate.markings('ontology.read'))::uuid[])
    and marking_id = any((select gate.markings('ontology.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists ontology_class_insert on data.ontology_class;
create policy ontology_class_insert on data.ontology_class for insert to caveat_app with check (
  (
  (ontology_marking_id = any((select gate.markings('ontology.read'))::uuid[])
    and marking_id = any((select gate.markings('ontology.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.asset enable row level security;
alter table data.asset force row level security;
drop policy if exists asset_read on data.asset;
create policy asset_read on data.asset for select to caveat_app using (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('asset.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists asset_insert on data.asset;
create policy asset_insert on data.asset for insert to caveat_app with check (
  author_id = (select gate.person()) and
  (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('asset.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.asset_content enable row level security;
alter table data.asset_content force row level security;
drop policy if exists asset_content_read on data.asset_content;
create policy asset_content_read on data.asset_content for select to caveat_app using (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('asset.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists asset_content_insert on data.asset_content;
create policy asset_content_insert on data.asset_content for insert to caveat_app with check (
  (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('asset.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.blob enable row level security;
alter table data.blob force row level security;
drop policy if exists blob_read on data.blob;
create policy blob_read on data.blob for select to caveat_app using (
  (kind in ('original', 'display')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('asset.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (kind in ('package')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('delivery.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists blob_insert on data.blob;
create policy blob_insert on data.blob for insert to caveat_app with check (
  (
  (kind in ('original', 'display')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('asset.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (kind in ('package')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('delivery.request'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.label enable row level security;
alter table data.label force row level security;
drop policy if exists label_read on data.label;
create policy label_read on data.label for select to caveat_app using (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and asset_marking_id = any((select gate.markings('asset.read'))::uuid[])
    and marking_id = any((select gate.markings('label.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists label_insert on data.label;
create policy label_insert on data.label for insert to caveat_app with check (
  author_id = (select gate.person()) and
  (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and asset_marking_id = any((select gate.markings('asset.read'))::uuid[])
    and marking_id = any((select gate.markings('label.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and asset_marking_id = any((select gate.markings('asset.read'))::uuid[])
    and marking_id = any((select gate.markings('label.import'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.label_revision enable row level security;
alter table data.label_revision force row level security;
drop policy if exists label_revision_read on data.label_revision;
create policy label_revision_read on data.label_revision for select to caveat_app using (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and asset_marking_id = any((select gate.markings('asset.read'))::uuid[])
    and label_marking_id = any((select gate.markings('label.read'))::uuid[])
    and marking_id = any((select gate.markings('label.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists label_revision_insert on data.label_revision;
create policy label_revision_insert on data.label_revision for insert to caveat_app with check (
  author_id = (select gate.person()) and
  label_author_id = (select gate.person()) and
  (
  (kind in ('create')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and asset_marking_id = any((select gate.markings('asset.read'))::uuid[])
    and label_marking_id = any((select gate.markings('label.create'))::uuid[])
    and marking_id = any((select gate.markings('label.create'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  or
  (kind in ('revise')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and asset_marking_id = any((select gate.markings('asset.read'))::uuid[])
    and label_marking_id = any((select gate.markings('label.revise'))::uuid[])
    and marking_id = any((select gate.markings('label.revise'))::uuid[])
    and (program_id = any((select gate.programs())::uuid[]) and label_author_id = (select gate.person())))
  or
  (kind in ('retract')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and asset_marking_id = any((select gate.markings('asset.read'))::uuid[])
    and label_marking_id = any((select gate.markings('label.retract'))::uuid[])
    and marking_id = any((select gate.markings('label.retract'))::uuid[])
    and (program_id = any((select gate.programs())::uuid[]) and label_author_id = (select gate.person())))
  or
  (kind in ('import')
    and dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and asset_marking_id = any((select gate.markings('asset.read'))::uuid[])
    and label_marking_id = any((select gate.markings('label.import'))::uuid[])
    and marking_id = any((select gate.markings('label.import'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.label_review enable row level security;
alter table data.label_review force row level security;
drop policy if exists label_review_read on data.label_review;
create policy label_review_read on data.label_review for select to caveat_app using (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and asset_marking_id = any((select gate.markings('asset.read'))::uuid[])
    and label_marking_id = any((select gate.markings('label.read'))::uuid[])
    and revision_marking_id = any((select gate.markings('label.read'))::uuid[])
    and marking_id = any((select gate.markings('label.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists label_review_insert on data.label_review;
create policy label_review_insert on data.label_review for insert to caveat_app with check (
  reviewer_id = (select gate.person()) and
  (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and asset_marking_id = any((select gate.markings('asset.read'))::uuid[])
    and label_marking_id = any((select gate.markings('label.review'))::uuid[])
    and revision_marking_id = any((select gate.markings('label.review'))::uuid[])
    and marking_id = any((select gate.markings('label.review'))::uuid[])
    and (program_id = any((select gate.programs())::uuid[]) and not (revision_author_id = (select gate.person()))))
  )
);

alter table data.delivery enable row level security;
alter table data.delivery force row level security;
drop policy if exists delivery_read on data.delivery;
create policy delivery_read on data.delivery for select to caveat_app using (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('delivery.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists delivery_insert on data.delivery;
create policy delivery_insert on data.delivery for insert to caveat_app with check (
  requester_id = (select gate.person()) and
  (
  (dataset_marking_id = any((select gate.markings('dataset.read'))::uuid[])
    and marking_id = any((select gate.markings('delivery.request'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.delivery_approval enable row level security;
alter table data.delivery_approval force row level security;
drop policy if exists delivery_approval_read on data.delivery_approval;
create policy delivery_approval_read on data.delivery_approval for select to caveat_app using (
  (delivery_marking_id = any((select gate.markings('delivery.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists delivery_approval_insert on data.delivery_approval;
create policy delivery_approval_insert on data.delivery_approval for insert to caveat_app with check (
  approver_id = (select gate.person()) and
  (
  (delivery_marking_id = any((select gate.markings('delivery.approve'))::uuid[])
    and (program_id = any((select gate.programs())::uuid[]) and not (requester_id = (select gate.person()))))
  )
);

alter table data.delivery_hold_lift enable row level security;
alter table data.delivery_hold_lift force row level security;
drop policy if exists delivery_hold_lift_read on data.delivery_hold_lift;
create policy delivery_hold_lift_read on data.delivery_hold_lift for select to caveat_app using (
  (delivery_marking_id = any((select gate.markings('delivery.read'))::uuid[])
    and marking_id = any((select gate.markings('delivery.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists delivery_hold_lift_insert on data.delivery_hold_lift;
create policy delivery_hold_lift_insert on data.delivery_hold_lift for insert to caveat_app with check (
  approver_id = (select gate.person()) and
  (
  (delivery_marking_id = any((select gate.markings('delivery.approve'))::uuid[])
    and marking_id = any((select gate.markings('delivery.approve'))::uuid[])
    and (program_id = any((select gate.programs())::uuid[]) and not (requester_id = (select gate.person()))))
  )
);

alter table data.delivery_release enable row level security;
alter table data.delivery_release force row level security;
drop policy if exists delivery_release_read on data.delivery_release;
create policy delivery_release_read on data.delivery_release for select to caveat_app using (
  (delivery_marking_id = any((select gate.markings('delivery.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists delivery_release_insert on data.delivery_release;
create policy delivery_release_insert on data.delivery_release for insert to caveat_app with check (
  releaser_id = (select gate.person()) and
  (
  (delivery_marking_id = any((select gate.markings('delivery.release'))::uuid[])
    and (program_id = any((select gate.programs())::uuid[]) and not (requester_id = (select gate.person()))))
  )
);

alter table data.delivery_proof enable row level security;
alter table data.delivery_proof force row level security;
drop policy if exists delivery_proof_read on data.delivery_proof;
create policy delivery_proof_read on data.delivery_proof for select to caveat_app using (
  (delivery_marking_id = any((select gate.markings('delivery.read'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists delivery_proof_insert on data.delivery_proof;
create policy delivery_proof_insert on data.delivery_proof for insert to caveat_app with check (
  (
  (delivery_marking_id = any((select gate.markings('delivery.release'))::uuid[])
    and (program_id = any((select gate.programs())::uuid[]) and not (requester_id = (select gate.person()))))
  )
);

alter table data.proposal enable row level security;
alter table data.proposal force row level security;
drop policy if exists proposal_read on data.proposal;
create policy proposal_read on data.proposal for select to caveat_app using (
  (family in ('person')
    and marking_id = any((select gate.markings('person.administer'))::uuid[])
    and true)
  or
  (family in ('client')
    and marking_id = any((select gate.markings('client.administer'))::uuid[])
    and true)
  or
  (family in ('policy')
    and marking_id = any((select gate.markings('policy.administer'))::uuid[])
    and true)
  or
  (family in ('marking')
    and marking_id = any((select gate.markings('marking.administer'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists proposal_insert on data.proposal;
create policy proposal_insert on data.proposal for insert to caveat_app with check (
  requester_id = (select gate.person()) and
  (
  (family in ('person')
    and marking_id = any((select gate.markings('person.administer'))::uuid[])
    and true)
  or
  (family in ('client')
    and marking_id = any((select gate.markings('client.administer'))::uuid[])
    and true)
  or
  (family in ('policy')
    and marking_id = any((select gate.markings('policy.administer'))::uuid[])
    and true)
  or
  (family in ('marking')
    and marking_id = any((select gate.markings('marking.administer'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.proposal_marking enable row level security;
alter table data.proposal_marking force row level security;
drop policy if exists proposal_marking_read on data.proposal_marking;
create policy proposal_marking_read on data.proposal_marking for select to caveat_app using (
  (family in ('person')
    and marking_id = any((select gate.markings('person.administer'))::uuid[])
    and true)
  or
  (family in ('client')
    and marking_id = any((select gate.markings('client.administer'))::uuid[])
    and true)
  or
  (family in ('policy')
    and marking_id = any((select gate.markings('policy.administer'))::uuid[])
    and true)
  or
  (family in ('marking')
    and marking_id = any((select gate.markings('marking.administer'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists proposal_marking_insert on data.proposal_marking;
create policy proposal_marking_insert on data.proposal_marking for insert to caveat_app with check (
  (
  (family in ('person')
    and marking_id = any((select gate.markings('person.administer'))::uuid[])
    and true)
  or
  (family in ('client')
    and marking_id = any((select gate.markings('client.administer'))::uuid[])
    and true)
  or
  (family in ('policy')
    and marking_id = any((select gate.markings('policy.administer'))::uuid[])
    and true)
  or
  (family in ('marking')
    and marking_id = any((select gate.markings('marking.administer'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.proposal_approval enable row level security;
alter table data.proposal_approval force row level security;
drop policy if exists proposal_approval_read on data.proposal_approval;
create policy proposal_approval_read on data.proposal_approval for select to caveat_app using (
  (family in ('person')
    and proposal_marking_id = any((select gate.markings('person.administer'))::uuid[])
    and true)
  or
  (family in ('client')
    and proposal_marking_id = any((select gate.markings('client.administer'))::uuid[])
    and true)
  or
  (family in ('policy')
    and proposal_marking_id = any((select gate.markings('policy.administer'))::uuid[])
    and true)
  or
  (family in ('marking')
    and proposal_marking_id = any((select gate.markings('marking.administer'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists proposal_approval_insert on data.proposal_approval;
create policy proposal_approval_insert on data.proposal_approval for insert to caveat_app with check (
  approver_id = (select gate.person()) and
  (
  (family in ('person')
    and proposal_marking_id = any((select gate.markings('person.approve'))::uuid[])
    and not (requester_id = (select gate.person())))
  or
  (family in ('client')
    and proposal_marking_id = any((select gate.markings('client.approve'))::uuid[])
    and not (requester_id = (select gate.person())))
  or
  (family in ('policy')
    and proposal_marking_id = any((select gate.markings('policy.approve'))::uuid[])
    and not (requester_id = (select gate.person())))
  or
  (family in ('marking')
    and proposal_marking_id = any((select gate.markings('marking.approve'))::uuid[])
    and (program_id = any((select gate.programs())::uuid[]) and not (requester_id = (select gate.person()))))
  )
);

alter table data.proposal_withdrawal enable row level security;
alter table data.proposal_withdrawal force row level security;
drop policy if exists proposal_withdrawal_read on data.proposal_withdrawal;
create policy proposal_withdrawal_read on data.proposal_withdrawal for select to caveat_app using (
  (family in ('person')
    and proposal_marking_id = any((select gate.markings('person.administer'))::uuid[])
    and true)
  or
  (family in ('client')
    and proposal_marking_id = any((select gate.markings('client.administer'))::uuid[])
    and true)
  or
  (family in ('policy')
    and proposal_marking_id = any((select gate.markings('policy.administer'))::uuid[])
    and true)
  or
  (family in ('marking')
    and proposal_marking_id = any((select gate.markings('marking.administer'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists proposal_withdrawal_insert on data.proposal_withdrawal;
create policy proposal_withdrawal_insert on data.proposal_withdrawal for insert to caveat_app with check (
  withdrawer_id = (select gate.person()) and
  (
  (family in ('person')
    and proposal_marking_id = any((select gate.markings('person.administer'))::uuid[])
    and true)
  or
  (family in ('client')
    and proposal_marking_id = any((select gate.markings('client.administer'))::uuid[])
    and true)
  or
  (family in ('policy')
    and proposal_marking_id = any((select gate.markings('policy.administer'))::uuid[])
    and true)
  or
  (family in ('marking')
    and proposal_marking_id = any((select gate.markings('marking.administer'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.marking_change enable row level security;
alter table data.marking_change force row level security;
drop policy if exists marking_change_read on data.marking_change;
create policy marking_change_read on data.marking_change for select to caveat_app using (
  (from_marking_id = any((select gate.markings('marking.administer'))::uuid[])
    and marking_id = any((select gate.markings('marking.administer'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
);
drop policy if exists marking_change_insert on data.marking_change;
create policy marking_change_insert on data.marking_change for insert to caveat_app with check (
  changer_id = (select gate.person()) and
  (
  (from_marking_id = any((select gate.markings('marking.raise'))::uuid[])
    and marking_id = any((select gate.markings('marking.raise'))::uuid[])
    and program_id = any((select gate.programs())::uuid[]))
  )
);

alter table data.revocation enable row level security;
alter table data.revocation force row level security;
drop policy if exists revocation_read on data.revocation;
create policy revocation_read on data.revocation for select to caveat_app using (
  (family in ('person')
    and marking_id = any((select gate.markings('person.administer'))::uuid[])
    and true)
  or
  (family in ('client')
    and marking_id = any((select gate.markings('client.administer'))::uuid[])
    and true)
);
drop policy if exists revocation_insert on data.revocation;
create policy revocation_insert on data.revocation for insert to caveat_app with check (
  revoker_id = (select gate.person()) and
  (
  (family in ('person')
    and marking_id = any((select gate.markings('person.administer'))::uuid[])
    and true)
  or
  (family in ('client')
    and marking_id = any((select gate.markings('client.administer'))::uuid[])
    and true)
  )
);
