// The life of an order, told with openapi-fetch and the types that openapi-typescript makes of the contract.
import createClient from "openapi-fetch";
import { randomUUID } from "node:crypto";
import type { components, paths } from "./generated/openapi-typescript.js";
import { given, good, refused, when } from "./story.js";

const baseUrl = given("ORDERS_URL");
const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${given("TOKEN")}` } });
const stranger = createClient<paths>({ baseUrl, headers: { Authorization: "Bearer not-a-token" } });
const customerId = `openapi-fetch-${randomUUID()}`;

/** The customer's orders, two at a time. */
async function* pages(): AsyncGenerator<components["schemas"]["OrderPage"]> {
  let cursor: string | undefined;
  do {
    const query = { customerId, limit: 2, cursor };
    const page = good(await client.GET("/orders", { params: { query } }));
    yield page;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

const wish: components["schemas"]["NewOrder"] = { customerId, items: ["item-1", "item-2"] };
const header = { "Idempotency-Key": randomUUID() };
const order = good(await client.POST("/orders", { params: { header }, body: wish }));
console.log(`created: ${order.status}, version ${order.version}, ${when(new Date(order.createdAt))}`);

const again = good(await client.POST("/orders", { params: { header }, body: wish }));
console.log(`sent again: ${again.id === order.id ? "the same order" : "another order"}`);

const path = { id: order.id };
const got = await client.GET("/orders/{id}", { params: { path } });
console.log(`got: ${good(got).items.join(", ")}`);

for (let more = 0; more < 4; more++) good(await client.POST("/orders", { body: wish }));
const sizes: number[] = [];
for await (const page of pages()) sizes.push(page.items.length);
console.log(`listed: ${sizes.reduce((sum, size) => sum + size)} orders on ${sizes.length} pages`);

const seen = { "If-Match": got.response.headers.get("ETag") ?? "*" };
const advance = { params: { path, header: seen }, body: { status: "paid" } } as const;
const advanced = good(await client.PATCH("/orders/{id}", advance));
console.log(`advanced: ${advanced.status}, version ${advanced.version}`);

const stale = await client.PATCH("/orders/{id}", advance);
console.log(`from a version that is gone: ${refused(stale)}`);

const back = await client.PATCH("/orders/{id}", { params: { path }, body: { status: "pending" } });
console.log(`back to pending: ${refused(back)}`);

const empty = await client.POST("/orders", { body: { customerId: "", items: [] } });
console.log(`an empty order: ${refused(empty)}`);

const anonymous = await stranger.GET("/orders/{id}", { params: { path } });
console.log(`without a token that is valid: ${refused(anonymous)}`);

const unknown = await client.GET("/orders/{id}", { params: { path: { id: "unknown" } } });
console.log(`an unknown order: ${refused(unknown)}`);
