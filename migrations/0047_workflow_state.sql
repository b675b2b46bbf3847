set local role caveat_owner;

-- The workflow state of deliveries and labels, for rules that depend on it. It follows from approvals, releases and retractions
-- and is kept in the rows themselves, so that the locks see it; what hangs on a delivery or a label repeats it.
alter table data.delivery add column state text not null default 'REQUESTED'
  check (state in ('REQUESTED', 'APPROVED', 'RELEASED'));
alter table data.delivery_approval add column delivery_state text not null default 'REQUESTED';
alter table data.delivery_hold_lift add column delivery_state text not null default 'REQUESTED';
alter table data.delivery_release add column delivery_state text not null default 'REQUESTED';
alter table data.delivery_proof add column delivery_state text not null default 'REQUESTED';
alter table data.label add column state text not null default 'ACTIVE' check (state in ('ACTIVE', 'RETRACTED'));
alter table data.label_revision add column label_state text not null default 'ACTIVE';
alter table data.label_review add column label_state text not null default 'ACTIVE';

grant select (state) on data.delivery, data.label to caveat_policy;

-- The owner's functions see and change what hangs on a delivery. Nobody logs in as the owner.
create policy delivery_approval_owner_update on data.delivery_approval for update to caveat_owner
  using (delivery_marking_id is not null) with check (delivery_marking_id is not null);
create policy delivery_hold_lift_owner_update on data.delivery_hold_lift for update to caveat_owner
  using (delivery_marking_id is not null) with check (delivery_marking_id is not null);
create policy delivery_release_owner_read on data.delivery_release for select to caveat_owner using (delivery_marking_id is not null);
create policy delivery_release_owner_update on data.delivery_release for update to caveat_owner
  using (delivery_marking_id is not null) with check (delivery_marking_id is not null);
create policy delivery_proof_owner_read on data.delivery_proof for select to caveat_owner using (delivery_marking_id is not null);
create policy delivery_proof_owner_update on data.delivery_proof for update to caveat_owner
  using (delivery_marking_id is not null) with check (delivery_marking_id is not null);

-- What the application says of a state counts for nothing: a new object begins at the beginning, and what hangs on one takes
-- over the state in which it was made.
create function access.begin_delivery() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  new.state := 'REQUESTED';
  return new;
end $$;
create trigger begun before insert on data.delivery for each row execute function access.begin_delivery();

create function access.begin_label() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  new.state := 'ACTIVE';
  return new;
end $$;
create trigger begun before insert on data.label for each row execute function access.begin_label();

create function access.take_delivery_state() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Approvals and releases of one delivery come after each other, and find the state that the one before has made. What is
  -- done at another marking holds up nobody: it takes the state over at its end.
  if tg_table_name in ('delivery_approval', 'delivery_release') then
    select d.state into new.delivery_state from data.delivery d where d.id = new.delivery_id for no key update;
  else
    select d.state into new.delivery_state from data.delivery d where d.id = new.delivery_id;
  end if;
  new.delivery_state := coalesce(new.delivery_state, 'REQUESTED');
  return new;
end $$;
create trigger begun before insert on data.delivery_approval for each row execute function access.take_delivery_state();
create trigger begun before insert on data.delivery_hold_lift for each row execute function access.take_delivery_state();
create trigger begun before insert on data.delivery_release for each row execute function access.take_delivery_state();
create trigger begun before insert on data.delivery_proof for each row execute function access.take_delivery_state();

create function access.take_label_state() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_table_name = 'label_revision' then
    -- In the order in which a raise takes them.
    perform 1 from data.ontology_version where id = new.ontology_version_id for key share;
    -- Only a retraction at the label's own marking changes its state: what is said above it holds up nobody below.
    if new.kind = 'retract' and new.marking_id = new.label_marking_id then
      select l.state into new.label_state from data.label l where l.id = new.label_id for no key update;
      new.label_state := coalesce(new.label_state, 'ACTIVE');
      return new;
    end if;
  end if;
  new.label_state := coalesce((select l.state from data.label l where l.id = new.label_id), 'ACTIVE');
  return new;
end $$;
create trigger begun before insert on data.label_revision for each row execute function access.take_label_state();
create trigger begun before insert on data.label_review for each row execute function access.take_label_state();

create function access.set_delivery_state(p_delivery uuid, p_state text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update data.delivery set state = p_state where id = p_delivery and state <> p_state;
  update data.delivery_approval set delivery_state = p_state where delivery_id = p_delivery and delivery_state <> p_state;
  update data.delivery_hold_lift set delivery_state = p_state where delivery_id = p_delivery and delivery_state <> p_state;
  update data.delivery_release set delivery_state = p_state where delivery_id = p_delivery and delivery_state <> p_state;
  update data.delivery_proof set delivery_state = p_state where delivery_id = p_delivery and delivery_state <> p_state;
end $$;

-- States change when the transaction commits: an act is decided in the state that it found, from its beginning to its end.
create function access.approve_state() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (select count(distinct a.approver_id) from data.delivery_approval a join data.delivery d on d.id = a.delivery_id
      where d.id = new.delivery_id and d.state = 'REQUESTED' and a.manifest_sha384 = d.manifest_sha384) >= 2 then
    perform access.set_delivery_state(new.delivery_id, 'APPROVED');
  end if;
  return null;
end $$;
create constraint trigger stated after insert on data.delivery_approval deferrable initially deferred
  for each row execute function access.approve_state();

create function access.release_state() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform access.set_delivery_state(new.delivery_id, 'RELEASED');
  return null;
end $$;
create constraint trigger stated after insert on data.delivery_release deferrable initially deferred
  for each row execute function access.release_state();

-- A retraction at a higher marking is no state of the label for those below it: the state is that at the label's own marking.
create function access.retract_state() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update data.label set state = 'RETRACTED' where id = new.label_id and marking_id = new.marking_id;
  if found then
    update data.label_revision set label_state = 'RETRACTED' where label_id = new.label_id and label_state <> 'RETRACTED';
    update data.label_review set label_state = 'RETRACTED' where label_id = new.label_id and label_state <> 'RETRACTED';
  end if;
  return null;
end $$;
create constraint trigger stated after insert on data.label_revision deferrable initially deferred
  for each row when (new.kind = 'retract') execute function access.retract_state();

-- Whatever was added while a state changed takes it over at its end: whichever of the two ends first, the other sees it.
create function access.settle_delivery_state() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  of_state text;
begin
  select d.state into of_state from data.delivery d where d.id = new.delivery_id for share;
  if of_state is distinct from new.delivery_state then
    perform access.set_delivery_state(new.delivery_id, of_state);
  end if;
  return null;
end $$;
create constraint trigger settled after insert on data.delivery_hold_lift deferrable initially deferred
  for each row execute function access.settle_delivery_state();
create constraint trigger settled after insert on data.delivery_proof deferrable initially deferred
  for each row execute function access.settle_delivery_state();

create function access.settle_label_state() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  of_state text;
begin
  select l.state into of_state from data.label l where l.id = new.label_id for share;
  if of_state is distinct from new.label_state then
    if tg_table_name = 'label_review' then
      update data.label_review set label_state = of_state where id = new.id;
    else
      update data.label_revision set label_state = of_state where id = new.id;
    end if;
  end if;
  return null;
end $$;
create constraint trigger settled after insert on data.label_review deferrable initially deferred
  for each row execute function access.settle_label_state();
-- A first revision comes with its label, which nobody else can have retracted.
create constraint trigger settled after insert on data.label_revision deferrable initially deferred
  for each row when (new.previous_id is not null) execute function access.settle_label_state();

update data.delivery d set state = case
    when exists (select from data.delivery_release r where r.delivery_id = d.id) then 'RELEASED'
    when (select count(distinct a.approver_id) from data.delivery_approval a
          where a.delivery_id = d.id and a.manifest_sha384 = d.manifest_sha384) >= 2 then 'APPROVED'
    else 'REQUESTED' end;
update data.delivery_approval x set delivery_state = d.state from data.delivery d where d.id = x.delivery_id;
update data.delivery_hold_lift x set delivery_state = d.state from data.delivery d where d.id = x.delivery_id;
update data.delivery_release x set delivery_state = d.state from data.delivery d where d.id = x.delivery_id;
update data.delivery_proof x set delivery_state = d.state from data.delivery d where d.id = x.delivery_id;
update data.label l set state = 'RETRACTED'
  where exists (select from data.label_revision r where r.label_id = l.id and r.kind = 'retract' and r.marking_id = l.marking_id);
update data.label_revision x set label_state = 'RETRACTED' from data.label l where l.id = x.label_id and l.state = 'RETRACTED';
update data.label_review x set label_state = 'RETRACTED' from data.label l where l.id = x.label_id and l.state = 'RETRACTED';
reset role;
