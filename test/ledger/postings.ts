/** SQL of what the index of the log holds of each section, a row for each place: log_id, idx, slot and subject. */
export const PLACES = `select p.log_id, w.idx, w.slot, p.subject from audit.posting p
    cross join lateral generate_series(0, octet_length(p.places) / 3 - 1) as n
    cross join lateral audit.place_of(p.first, p.places, n) as w`;
