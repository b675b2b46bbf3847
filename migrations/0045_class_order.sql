set local role caveat_owner;

-- Classes of a version in the order in which they are read: nothing is left to sort, whatever the statistics say.
create index ontology_class_order on data.ontology_class (version_id, marking_id, key, id);

reset role;
