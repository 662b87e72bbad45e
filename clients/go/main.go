// The life of an order, told with the client that oapi-codegen makes of the contract.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"example.com/orders-client/orders"
	"github.com/google/uuid"
)

var ctx = context.Background()

func main() {
	log.SetFlags(0)
	client, stranger := caller(os.Getenv("TOKEN")), caller("not-a-token")
	customer := "go-" + uuid.NewString()

	wish := orders.NewOrder{CustomerID: customer, Items: &orders.OrderItems{"item-1", "item-2"}}
	key := uuid.NewString()
	order := created(client, wish, &key)
	fmt.Printf("created: %s, version %d, %s\n", order.Status, order.Version, when(order.CreatedAt))

	again := created(client, wish, &key)
	fmt.Println("sent again:", map[bool]string{true: "the same order", false: "another order"}[again.ID == order.ID])

	got := sent(client.GetOrderWithResponse(ctx, order.ID))
	fmt.Println("got:", strings.Join(good(got.JSON200, got.Body).Items, ", "))

	for range 4 {
		created(client, wish, nil)
	}
	listed, pages := list(client, customer)
	fmt.Printf("listed: %d orders on %d pages\n", listed, pages)

	seen := &orders.UpdateOrderParams{IfMatch: &got.Headers200.ETag}
	paid := orders.OrderUpdate{Status: orders.OrderStatusPaid}
	advanced := sent(client.UpdateOrderWithResponse(ctx, order.ID, seen, paid))
	after := good(advanced.JSON200, advanced.Body)
	fmt.Printf("advanced: %s, version %d\n", after.Status, after.Version)

	stale := sent(client.UpdateOrderWithResponse(ctx, order.ID, seen, paid))
	fmt.Println("from a version that is gone:", refused(stale.ApplicationProblemJSON412, stale.Body))

	pending := orders.OrderUpdate{Status: orders.OrderStatusPending}
	back := sent(client.UpdateOrderWithResponse(ctx, order.ID, nil, pending))
	fmt.Println("back to pending:", refused(back.ApplicationProblemJSON409, back.Body))

	nothing := orders.NewOrder{CustomerID: "", Items: &orders.OrderItems{}}
	empty := sent(client.CreateOrderWithResponse(ctx, nil, nothing))
	fmt.Println("an empty order:", refused(empty.ApplicationProblemJSON400, empty.Body))

	anonymous := sent(stranger.GetOrderWithResponse(ctx, order.ID))
	fmt.Println("without a token that is valid:", refused(anonymous.ApplicationProblemJSON401, anonymous.Body))

	unknown := sent(client.GetOrderWithResponse(ctx, "unknown"))
	fmt.Println("an unknown order:", refused(unknown.ApplicationProblemJSON404, unknown.Body))
}

func caller(token string) *orders.ClientWithResponses {
	bearer := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
	url := os.Getenv("ORDERS_URL")
	return sent(orders.NewClientWithResponses(url, orders.WithRequestEditorFn(bearer)))
}

func created(client *orders.ClientWithResponses, wish orders.NewOrder, key *string) *orders.Order {
	answer := sent(client.CreateOrderWithResponse(ctx, &orders.CreateOrderParams{IdempotencyKey: key}, wish))
	return good(answer.JSON201, answer.Body)
}

// list counts the customer's orders and the pages that they come on, two on each.
func list(client *orders.ClientWithResponses, customer string) (listed, pages int) {
	limit := orders.Limit(2)
	params := &orders.ListOrdersParams{CustomerID: &customer, Limit: &limit}
	for {
		answer := sent(client.ListOrdersWithResponse(ctx, params))
		page := good(answer.JSON200, answer.Body)
		listed, pages = listed+len(page.Items), pages+1
		if page.NextCursor == nil {
			return listed, pages
		}
		params.Cursor = page.NextCursor
	}
}

// sent is the answer, whatever it says; without one the story ends.
func sent[T any](answer T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return answer
}

// good is what was asked for; anything else ends the story.
func good[T any](wanted *T, body []byte) *T {
	if wanted == nil {
		log.Fatalf("%s", body)
	}
	return wanted
}

// refused tells why something was refused; anything else ends the story.
func refused(problem *orders.Problem, body []byte) string {
	told := good(problem, body)
	text := fmt.Sprintf("%d %s", told.Status, told.Type)
	if told.Errors == nil {
		return text
	}
	pointers := []string{}
	for _, fault := range *told.Errors {
		pointers = append(pointers, fault.Pointer)
	}
	return text + " at " + strings.Join(pointers, ", ")
}

func when(moment time.Time) string {
	if time.Since(moment) < time.Minute {
		return "just now"
	}
	return "long ago"
}
