import type { Client } from "pg";

/** SQL of what the index of the log holds of each section, a row for each place: log_id, idx, slot and subject. */
export const PLACES = `select p.log_id, w.idx, w.slot, p.subject from audit.posting p
    cross join lateral generate_series(0, octet_length(p.places) / 3 - 1) as n
    cross join lateral audit.place_of(p.first, p.places, n) as w`;

/** Destroys the keys of a person's sections, as two people do (test/administration has who may); of one marking where it is given. */
export async function eraseKeys(admin: Client, tag: Buffer, marking: string | null): Promise<void> {
  await admin.query("alter table audit.section_key disable trigger guarded");
  const { rows } = await admin.query<{ id: string }>(
    `update audit.section_key set wrapped = null, erased_at = now(), erased_by = gen_random_uuid()
     where subject = $1 and ($2::text is null or marking = $2) returning id`,
    [tag, marking],
  );
  await admin.query("alter table audit.section_key enable always trigger guarded");
  await admin.query("select audit.erase_traces($1)", [rows.map(({ id }) => id)]);
}

/** Everything that the index holds, as text in one order. */
export async function wholeIndex(admin: Client): Promise<string[]> {
  const { rows } = await admin.query<{ line: string }>(
    `select 's ' || idx || ' ' || slot || ' ' || encode(subject, 'hex') as line from (${PLACES}) s
     union all select 'k ' || slot || ' ' || key_id || ' ' || entries from audit.index_section
     union all select 'c ' || complete_to || ' ' || unread from audit.index_state order by 1`,
  );
  return rows.map(({ line }) => line);
}
