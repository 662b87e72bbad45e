// Makes of the contract of the events the types and the schema by which one event is read.
import { bundle } from "@apidevtools/json-schema-ref-parser";
import { compile } from "json-schema-to-typescript";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";

const contract = resolve(process.env.CONTRACTS ?? "../..", "asyncapi/orders.yaml");
const EVENTS = ["OrderCreated", "OrderUpdated"];
const wanted = { title: "Event", oneOf: EVENTS.map((name) => ({ $ref: `${contract}#/components/schemas/${name}` })) };

const schema = await bundle(wanted);
await writeFile("generated/events.json", JSON.stringify(schema));
await writeFile("generated/events.ts", await compile(schema, "Event", { additionalProperties: false }));
