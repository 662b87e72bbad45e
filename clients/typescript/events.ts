// What the service tells, read by the schema and with the types that are made of the contract of the events.
import { Ajv2020 } from "ajv/dist/2020.js";
import { readFile } from "node:fs/promises";
import schema from "./generated/events.json" with { type: "json" };
import type { Event } from "./generated/events.js";
import { when } from "./story.js";

// Another type is not for this program, or newer than it.
const known = new Set(["order.created", "order.updated"]);
const isEvent = new Ajv2020({ strict: false, validateFormats: false }).compile<Event>(schema);

/** What happened to the order. */
function told(event: Event): string {
  switch (event.type) {
    case "order.created":
      return `an order of ${event.data.items.length} items is ${event.data.status}`;
    case "order.updated":
      return `${event.data.previousStatus} became ${event.data.status}`;
    default:
      return "something else";
  }
}

const batch: { type: string }[] = JSON.parse(await readFile(process.argv[2] ?? "events.json", "utf8"));
for (const event of batch.filter(({ type }) => known.has(type))) {
  if (!isEvent(event)) throw new Error(JSON.stringify(isEvent.errors));
  console.log(`${event.type}: ${told(event)}, ${when(new Date(event.time))}`);
}
