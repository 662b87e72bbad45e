//! The life of an order, told with the client that openapi-generator makes of the contract.

use jiff::{SignedDuration, Timestamp};
use orders_client::apis::Error;
use orders_client::apis::configuration::Configuration;
use orders_client::apis::orders_api::{
    CreateOrderParams, GetOrderParams, ListOrdersError, ListOrdersParams, UpdateOrderParams,
};
use orders_client::apis::orders_api::{create_order, get_order, list_orders, update_order};
use orders_client::models::{NewOrder, OrderPage, OrderStatus, OrderUpdate, Problem};
use std::env;
use uuid::Uuid;

/// What ends the story before its end.
type Trouble = Box<dyn std::error::Error>;

fn main() -> Result<(), Trouble> {
    let client = caller(env::var("TOKEN")?)?;
    let stranger = caller("not-a-token".into())?;
    let customer = format!("rust-{}", Uuid::new_v4());

    let items = Some(vec!["item-1".into(), "item-2".into()]);
    let wish = NewOrder { items, ..NewOrder::new(customer.clone()) };
    let key = Some(Uuid::new_v4().to_string());
    let creation = CreateOrderParams { new_order: wish.clone(), idempotency_key: key };
    let order = create_order(&client, creation.clone())?;
    println!("created: {}, version {}, {}", order.status, order.version, when(order.created_at));

    let again = create_order(&client, creation)?;
    println!("sent again: {}", if again.id == order.id { "the same order" } else { "another order" });

    let wanted = GetOrderParams { id: order.id.clone() };
    let got = get_order(&client, wanted.clone())?;
    println!("got: {}", got.items.join(", "));

    for _ in 0..4 {
        create_order(&client, CreateOrderParams { new_order: wish.clone(), idempotency_key: None })?;
    }
    let pages = pages(&client, &customer)?;
    let listed: usize = pages.iter().map(|page| page.items.len()).sum();
    println!("listed: {listed} orders on {} pages", pages.len());

    let tag = Some(format!("\"{}\"", got.version));
    let advance = UpdateOrderParams { if_match: tag, ..change(&order.id, OrderStatus::Paid) };
    let advanced = update_order(&client, advance.clone())?;
    println!("advanced: {}, version {}", advanced.status, advanced.version);

    let stale = update_order(&client, advance);
    println!("from a version that is gone: {}", refused(stale)?);

    let back = update_order(&client, change(&order.id, OrderStatus::Pending));
    println!("back to pending: {}", refused(back)?);

    let nothing = NewOrder { items: Some(vec![]), ..NewOrder::new(String::new()) };
    let empty = create_order(&client, CreateOrderParams { new_order: nothing, idempotency_key: None });
    println!("an empty order: {}", refused(empty)?);

    let anonymous = get_order(&stranger, wanted);
    println!("without a token that is valid: {}", refused(anonymous)?);

    let unknown = get_order(&client, GetOrderParams { id: "unknown".into() });
    println!("an unknown order: {}", refused(unknown)?);
    Ok(())
}

fn caller(token: String) -> Result<Configuration, Trouble> {
    let base_path = env::var("ORDERS_URL")?;
    Ok(Configuration { base_path, oauth_access_token: Some(token), ..Configuration::new() })
}

fn change(id: &str, status: OrderStatus) -> UpdateOrderParams {
    UpdateOrderParams { id: id.into(), order_update: OrderUpdate::new(status), if_match: None, idempotency_key: None }
}

/// The customer's orders, two at a time.
fn pages(client: &Configuration, customer: &str) -> Result<Vec<OrderPage>, Error<ListOrdersError>> {
    let mut pages = vec![list_orders(client, page_of(customer, None))?];
    while let Some(cursor) = pages.last().and_then(|page| page.next_cursor.clone()) {
        pages.push(list_orders(client, page_of(customer, Some(cursor)))?);
    }
    Ok(pages)
}

fn page_of(customer: &str, cursor: Option<String>) -> ListOrdersParams {
    ListOrdersParams {
        customer_id: Some(customer.into()),
        limit: Some(2),
        cursor,
        offset: None,
        status: None,
        payment_status: None,
        product_id: None,
        created_from: None,
        created_to: None,
        q: None,
        number: None,
        external_id: None,
        sort: None,
    }
}

/// Why something was refused; anything else ends the story.
fn refused<Answer, Known>(answer: Result<Answer, Error<Known>>) -> Result<String, Trouble>
where
    Known: std::fmt::Debug + 'static,
{
    let refusal = match answer {
        Err(Error::ResponseError(refusal)) => refusal,
        Err(other) => return Err(other.into()),
        Ok(_) => return Err("it was not refused".into()),
    };
    let problem: Problem = serde_json::from_str(&refusal.content)?;
    let pointers: Vec<String> = problem.errors.into_iter().flatten().map(|error| error.pointer).collect();
    let at = if pointers.is_empty() { String::new() } else { format!(" at {}", pointers.join(", ")) };
    Ok(format!("{} {}{at}", problem.status, problem.r#type))
}

fn when(time: Timestamp) -> &'static str {
    if Timestamp::now().duration_since(time) < SignedDuration::from_mins(1) { "just now" } else { "long ago" }
}
