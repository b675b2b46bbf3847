set local role caveat_owner;

-- A compilation, or a rule about what labels are together, is taken away by two people: that lowers what the dataset is as a
-- whole (standards B.4, B.6).
insert into access.proposal_kind (kind, family) values ('compilation.remove', 'marking');
create policy dataset_compilation_owner_delete on data.dataset_compilation for delete to caveat_owner using (marking_id is not null);
create policy compilation_rule_owner_delete on data.compilation_rule for delete to caveat_owner using (marking_id is not null);

-- What would be taken away, with the marking that goes with it: of a rule that of the whole.
create function access.compiled(p_act jsonb) returns table (program_id uuid, marking_id uuid, parts jsonb)
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select c.program_id, c.marking_id, jsonb_build_array(c.id, c.dataset_id, c.dataset_marking_id, c.marking_id, c.reason)
    from data.dataset_compilation c where p_act ->> 'noun' = 'compilation' and c.id = (p_act ->> 'id')::uuid
  union all
  select r.program_id, r.whole_marking_id,
         jsonb_build_array(r.id, r.dataset_id, r.dataset_marking_id, r.marking_id, r.whole_marking_id, r.class_id, r.at_least, r.window_hours, r.reason)
    from data.compilation_rule r where p_act ->> 'noun' = 'compilationRule' and r.id = (p_act ->> 'id')::uuid
$$;
create function access.state_compilation_remove(p_act jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select encode(sha384(convert_to(c.parts::text, 'UTF8')), 'hex') from access.compiled(p_act) c
$$;

-- Whether whoever asked for an act on something of this marking could ask for it now.
create function access.require_requester(p_proposal uuid, p_marking uuid) returns void
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (
    select from data.proposal p
    join access.clearance c on c.person_id = p.requester_id
    join access.membership m on m.person_id = c.person_id and m.program_id = p.program_id
    join access.marking k on k.id = p_marking
    where p.id = p_proposal
      and array_position(array['U', 'R', 'C', 'S', 'TS'], c.level) >= array_position(array['U', 'R', 'C', 'S', 'TS'], k.effective ->> 'level')
      and not exists (
        select from (select t.token from jsonb_array_elements_text(k.effective -> 'sci') as t (token)
                     union all select 'SAR-' || t.token from jsonb_array_elements_text(k.effective -> 'sar') as t (token)) n
        where not exists (select from access.read_on r where r.person_id = c.person_id and r.token = n.token))) then
    raise exception 'the requester could not ask this now' using errcode = 'CV001';
  end if;
end $$;

create function access.execute_compilation_remove(p_proposal uuid, p_act jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  p data.proposal%rowtype;
  c record;
  of_marking access.marking%rowtype;
begin
  select * into p from data.proposal where id = p_proposal;
  select * into c from access.compiled(p_act);
  if c.marking_id is null then
    raise exception 'it is gone' using errcode = 'CV001';
  end if;
  if p.marking_id is distinct from c.marking_id or p.program_id is distinct from c.program_id
     or p.subject_id is distinct from (p_act ->> 'id')::uuid then
    raise exception 'row and content differ' using errcode = 'CV000';
  end if;
  if access.needs_consent(c.marking_id) is not false then
    raise exception 'this takes the consent of its originator' using errcode = 'CV000';
  end if;
  if not exists (select from access.person r where r.id = gate.person() and 'downgrade-authority' = any (r.roles)) then
    raise exception 'this takes another role' using errcode = 'CV000';
  end if;
  perform access.require_requester(p_proposal, c.marking_id);
  select * into of_marking from access.marking where id = c.marking_id;
  if exists (select from jsonb_array_elements_text(case when of_marking.structure -> 'owners' = '[]' then '["USA"]' else of_marking.structure -> 'owners' end)
               as o (owner) where not access.holds_authority('downgrade', o.owner)) then
    raise exception 'no authority to lower this' using errcode = 'CV000';
  end if;
  delete from access.shown_label where rule_id = (p_act ->> 'id')::uuid;
  delete from data.compilation_rule where id = (p_act ->> 'id')::uuid;
  delete from data.dataset_compilation where id = (p_act ->> 'id')::uuid;
end $$;

reset role;
