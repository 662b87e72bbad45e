// Makes of the contract of the events the types of what it sends, and the schema by which an event is read.
import { bundle, parse } from "@apidevtools/json-schema-ref-parser";
import { compile } from "json-schema-to-typescript";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";

const contract = resolve(process.env.CONTRACTS ?? "../..", "asyncapi/orders.yaml");
const { channels, components } = await parse(contract);
const payloads = Object.keys(channels.orderEvents.messages).map((name) => components.messages[name].payload.$ref);
const event = () => ({ title: "Event", oneOf: payloads.map((payload) => ({ $ref: contract + payload })) });

await writeFile("generated/events.ts", await compile(event(), "Event", { additionalProperties: false }));
await writeFile("generated/events.json", JSON.stringify(await bundle(event())));
