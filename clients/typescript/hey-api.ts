// The life of an order, told with the client that @hey-api/openapi-ts makes of the contract.
import { randomUUID } from "node:crypto";
import { createClient } from "./generated/hey-api/client/index.js";
import { createOrder, getOrder, listOrders, updateOrder } from "./generated/hey-api/sdk.gen.js";
import { OrderStatus, type NewOrder, type OrderPage } from "./generated/hey-api/types.gen.js";
import { given, good, refused, when } from "./story.js";

const baseUrl = given("ORDERS_URL");
const client = createClient({ baseUrl, auth: given("TOKEN") });
const stranger = createClient({ baseUrl, auth: "not-a-token" });
const customerId = `hey-api-${randomUUID()}`;

/** The customer's orders, two at a time. */
async function* pages(): AsyncGenerator<OrderPage> {
  let cursor: string | undefined;
  do {
    const query = { customerId, limit: 2, cursor };
    const page: OrderPage = good(await listOrders({ client, query }));
    yield page;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

const wish: NewOrder = { customerId, items: ["item-1", "item-2"] };
const headers = { "Idempotency-Key": randomUUID() };
const order = good(await createOrder({ client, headers, body: wish }));
console.log(`created: ${order.status}, version ${order.version}, ${when(order.createdAt)}`);

const again = good(await createOrder({ client, headers, body: wish }));
console.log(`sent again: ${again.id === order.id ? "the same order" : "another order"}`);

const path = { id: order.id };
const got = await getOrder({ client, path });
console.log(`got: ${good(got).items.join(", ")}`);

for (let more = 0; more < 4; more++) good(await createOrder({ client, body: wish }));
const sizes: number[] = [];
for await (const page of pages()) sizes.push(page.items.length);
console.log(`listed: ${sizes.reduce((sum, size) => sum + size)} orders on ${sizes.length} pages`);

const seen = { "If-Match": got.response?.headers.get("ETag") ?? "*" };
const advance = { client, path, headers: seen, body: { status: OrderStatus.PAID } };
const advanced = good(await updateOrder(advance));
console.log(`advanced: ${advanced.status}, version ${advanced.version}`);

const stale = await updateOrder(advance);
console.log(`from a version that is gone: ${refused(stale)}`);

const back = await updateOrder({ client, path, body: { status: OrderStatus.PENDING } });
console.log(`back to pending: ${refused(back)}`);

const empty = await createOrder({ client, body: { customerId: "", items: [] } });
console.log(`an empty order: ${refused(empty)}`);

const anonymous = await getOrder({ client: stranger, path });
console.log(`without a token that is valid: ${refused(anonymous)}`);

const unknown = await getOrder({ client, path: { id: "unknown" } });
console.log(`an unknown order: ${refused(unknown)}`);
