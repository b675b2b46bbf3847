import { EVENTS } from "../auditing/event-catalogue.ts";
import type { EventName, EventRecord } from "../auditing/event-catalogue.ts";
import { COMMAND_EVENTS, JOB_EVENTS, ROOT_FIELD_EVENTS, ROUTE_EVENTS } from "../auditing/event-sources.ts";
import { say, sayJson } from "./door-command.ts";

const SOURCES = { ...ROOT_FIELD_EVENTS, ...ROUTE_EVENTS, ...COMMAND_EVENTS, ...JOB_EVENTS };

/** Writes the catalogue of events: what the log records, by which kinds of entries, of which sources, and what it does not. */
export function sayEvents(json: boolean): void {
  for (const [event, record] of Object.entries(EVENTS) as [EventName, EventRecord][]) {
    const sources = Object.keys(SOURCES).filter((source) => SOURCES[source] === event);
    if (json) sayJson({ event, ...record, sources });
    else if ("kinds" in record) say(`${event}  in ${record.kinds.join(", ")}: ${record.tells}`);
    else say(`${event}  is not recorded: ${record.notRecorded}`);
    if (json) continue;
    if (record.covers.length > 0) say(`  covers ${record.covers.join("; ")}`);
    if (sources.length > 0) say(`  of ${sources.join(", ")}`);
  }
}
