import com.example.orders.ApiClient;
import com.example.orders.ApiException;
import com.example.orders.ApiResponse;
import com.example.orders.api.OrdersApi;
import com.example.orders.api.OrdersApi.APIListOrdersRequest;
import com.example.orders.model.FieldError;
import com.example.orders.model.NewOrder;
import com.example.orders.model.Order;
import com.example.orders.model.OrderPage;
import com.example.orders.model.OrderStatus;
import com.example.orders.model.OrderUpdate;
import com.example.orders.model.Problem;
import java.io.IOException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** The life of an order, told with the client that openapi-generator makes of the contract. */
public final class Story {
  private static final String CUSTOMER = "java-" + UUID.randomUUID();

  /** A request that is to be refused. */
  private interface Request {
    Object send() throws ApiException;
  }

  public static void main(String[] arguments) throws ApiException, IOException {
    OrdersApi client = caller(System.getenv("TOKEN"));
    OrdersApi stranger = caller("not-a-token");

    NewOrder wish = new NewOrder().customerId(CUSTOMER).items(List.of("item-1", "item-2"));
    String key = UUID.randomUUID().toString();
    Order order = client.createOrder(wish, key);
    System.out.printf("created: %s, version %d, %s%n", order.getStatus(), order.getVersion(), when(order.getCreatedAt()));

    Order again = client.createOrder(wish, key);
    System.out.println("sent again: " + (again.getId().equals(order.getId()) ? "the same order" : "another order"));

    ApiResponse<Order> got = client.getOrderWithHttpInfo(order.getId());
    System.out.println("got: " + String.join(", ", got.getData().getItems()));

    for (int more = 0; more < 4; more++) {
      client.createOrder(wish, null);
    }
    List<OrderPage> pages = pages(client);
    int listed = pages.stream().mapToInt(page -> page.getItems().size()).sum();
    System.out.printf("listed: %d orders on %d pages%n", listed, pages.size());

    String tag = got.getHeaders().get("etag").get(0);
    OrderUpdate paid = new OrderUpdate().status(OrderStatus.PAID);
    Order advanced = client.updateOrder(order.getId(), paid, tag, null);
    System.out.printf("advanced: %s, version %d%n", advanced.getStatus(), advanced.getVersion());

    String gone = refused(() -> client.updateOrder(order.getId(), paid, tag, null));
    System.out.println("from a version that is gone: " + gone);

    OrderUpdate pending = new OrderUpdate().status(OrderStatus.PENDING);
    System.out.println("back to pending: " + refused(() -> client.updateOrder(order.getId(), pending, null, null)));

    NewOrder empty = new NewOrder().customerId("").items(List.of());
    System.out.println("an empty order: " + refused(() -> client.createOrder(empty, null)));

    System.out.println("without a token that is valid: " + refused(() -> stranger.getOrder(order.getId())));
    System.out.println("an unknown order: " + refused(() -> client.getOrder("unknown")));
  }

  private static OrdersApi caller(String token) {
    ApiClient client = new ApiClient();
    client.updateBaseUri(System.getenv("ORDERS_URL"));
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
    return new OrdersApi(client);
  }

  /** The customer's orders, two at a time. */
  private static List<OrderPage> pages(OrdersApi client) throws ApiException {
    List<OrderPage> pages = new ArrayList<>();
    String cursor = null;
    do {
      var wanted = APIListOrdersRequest.newBuilder().customerId(CUSTOMER).limit(2).cursor(cursor).build();
      OrderPage page = client.listOrders(wanted);
      pages.add(page);
      cursor = page.getNextCursor();
    } while (cursor != null);
    return pages;
  }

  /** Why something was refused; anything else ends the story. */
  private static String refused(Request request) throws IOException {
    try {
      throw new IllegalStateException("it was not refused: " + request.send());
    } catch (ApiException refusal) {
      Problem problem = ApiClient.createDefaultObjectMapper().readValue(refusal.getResponseBody(), Problem.class);
      return problem.getStatus() + " " + problem.getType() + at(problem.getErrors());
    }
  }

  private static String at(List<FieldError> errors) {
    if (errors == null) {
      return "";
    }
    return errors.stream().map(FieldError::getPointer).collect(Collectors.joining(", ", " at ", ""));
  }

  private static String when(OffsetDateTime time) {
    return Duration.between(time, OffsetDateTime.now()).toMinutes() < 1 ? "just now" : "long ago";
  }
}
