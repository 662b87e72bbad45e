"""The shapes of openapi/orders.yaml, made from it by `make models`: change the contract."""

from pydantic import BaseModel, Field, MISSING
from typing import Any


class ServiceInfo(BaseModel):
    name: str
    version: str


class Health(BaseModel):
    status: str
    checks: dict[str, str] | MISSING = MISSING


class WorkflowStatus(BaseModel):
    status: str
    next: list[str]
    cancellable: bool
    editable: bool
    refundable: bool
    final: bool
    reachedBy: str | MISSING = MISSING
    event: str | MISSING = MISSING


class Money(BaseModel):
    amount: str
    currency: str


class NewLine(BaseModel):
    productId: str
    quantity: int
    unitPrice: Money | MISSING = MISSING
    name: str | MISSING = MISSING
    metadata: dict[str, str] | MISSING = MISSING


class Line(BaseModel):
    productId: str
    quantity: int
    unitPrice: Money | MISSING = MISSING
    lineTotal: Money | MISSING = MISSING
    name: str | MISSING = MISSING
    metadata: dict[str, str] | MISSING = MISSING


class Charges(BaseModel):
    discount: Money | MISSING = MISSING
    shipping: Money | MISSING = MISSING
    tax: Money | MISSING = MISSING


class Totals(BaseModel):
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money


class Address(BaseModel):
    name: str
    line1: str
    line2: str | MISSING = MISSING
    city: str
    region: str | MISSING = MISSING
    postalCode: str
    country: str
    phone: str | MISSING = MISSING
    email: str | MISSING = MISSING


class Shipment(BaseModel):
    carrier: str | MISSING = MISSING
    trackingNumber: str
    shippedAt: str


class NewOrder(BaseModel):
    customerId: str
    items: list[str] | MISSING = MISSING
    lines: list[NewLine] | MISSING = MISSING
    charges: Charges | MISSING = MISSING
    shippingAddress: Address | MISSING = MISSING
    shippingMethod: str | MISSING = MISSING
    paymentMethod: str | MISSING = MISSING
    externalId: str | MISSING = MISSING
    metadata: dict[str, str] | MISSING = MISSING


class BulkOrder(BaseModel):
    idempotencyKey: str
    order: NewOrder


class OrderUpdate(BaseModel):
    status: str
    trackingNumber: str | MISSING = MISSING
    carrier: str | MISSING = MISSING
    reason: str | MISSING = MISSING


class Cancellation(BaseModel):
    reason: str | MISSING = MISSING


class Order(BaseModel):
    id: str
    number: str
    status: str
    customerId: str
    workflow: str | MISSING = MISSING
    allowedTransitions: list[str] | MISSING = MISSING
    items: list[str]
    lines: list[Line] | MISSING = MISSING
    totals: Totals | MISSING = MISSING
    shippingAddress: Address | MISSING = MISSING
    shippingMethod: str | MISSING = MISSING
    paymentMethod: str | MISSING = MISSING
    paymentStatus: str | MISSING = MISSING
    paid: Money | MISSING = MISSING
    refunded: Money | MISSING = MISSING
    shipments: list[Shipment] | MISSING = MISSING
    externalId: str | MISSING = MISSING
    metadata: dict[str, str]
    version: int
    createdAt: str
    updatedAt: str
    archivedAt: str | MISSING = MISSING


class NewPayment(BaseModel):
    status: str
    amount: Money | MISSING = MISSING
    method: str | MISSING = MISSING
    paymentId: str | MISSING = MISSING
    reason: str | MISSING = MISSING


class ReturnedLine(BaseModel):
    productId: str
    quantity: int


class PaymentOverride(BaseModel):
    status: str
    reason: str


class OrderPage(BaseModel):
    items: list[Order]
    total: int
    totalIsAtLeast: bool | MISSING = MISSING
    limit: int
    offset: int
    nextCursor: str | MISSING = MISSING


class Sum(BaseModel):
    amount: str
    currency: str


class OrderHistoryEntry(BaseModel):
    at: str
    by: str
    action: str | MISSING = MISSING
    from_: str | MISSING = Field(MISSING, alias="from")
    to: str
    version: int
    reason: str | MISSING = MISSING
    traceId: str | MISSING = MISSING
    eventId: str


class OrderHistoryPage(BaseModel):
    items: list[OrderHistoryEntry]
    total: int
    limit: int
    offset: int


class CloudEvent(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str | MISSING = MISSING
    time: str | MISSING = MISSING
    datacontenttype: str | MISSING = MISSING
    partitionkey: str | MISSING = MISSING
    sequence: str | MISSING = MISSING
    data: dict[str, Any] | MISSING = MISSING


class EventReceipt(BaseModel):
    source: str
    id: str


class FieldError(BaseModel):
    pointer: str
    detail: str


class NewProduct(BaseModel):
    id: str | MISSING = MISSING
    name: str
    description: str | MISSING = MISSING
    price: Money
    stock: int | MISSING = MISSING


class ProductFacts(BaseModel):
    name: str
    description: str | MISSING = MISSING
    price: Money
    stock: int | MISSING = MISSING


class Product(BaseModel):
    id: str
    name: str
    description: str | MISSING = MISSING
    price: Money
    stock: int | MISSING = MISSING
    version: int
    createdAt: str
    updatedAt: str
    archivedAt: str | MISSING = MISSING


class ProductPage(BaseModel):
    items: list[Product]
    total: int
    limit: int
    offset: int


class NewCustomer(BaseModel):
    id: str | MISSING = MISSING
    name: str
    email: str | MISSING = MISSING
    phone: str | MISSING = MISSING
    address: Address | MISSING = MISSING


class CustomerFacts(BaseModel):
    name: str
    email: str | MISSING = MISSING
    phone: str | MISSING = MISSING
    address: Address | MISSING = MISSING


class Customer(BaseModel):
    id: str
    name: str
    email: str | MISSING = MISSING
    phone: str | MISSING = MISSING
    address: Address | MISSING = MISSING
    version: int
    createdAt: str
    updatedAt: str


class CustomerPage(BaseModel):
    items: list[Customer]
    total: int
    limit: int
    offset: int


class SagaStep(BaseModel):
    step: str
    at: str
    reason: str | MISSING = MISSING


class Workflow(BaseModel):
    name: str
    initial: str
    statuses: list[WorkflowStatus]


class NewOrders(BaseModel):
    orders: list[BulkOrder]


class OrderPayment(BaseModel):
    kind: str
    paymentStatus: str
    amount: Money | MISSING = MISSING
    lines: list[ReturnedLine] | MISSING = MISSING
    method: str | MISSING = MISSING
    paymentId: str | MISSING = MISSING
    reason: str | MISSING = MISSING
    at: str
    by: str


class OrderPaymentPage(BaseModel):
    items: list[OrderPayment]
    total: int
    limit: int
    offset: int


class NewRefund(BaseModel):
    amount: Money | MISSING = MISSING
    lines: list[ReturnedLine] | MISSING = MISSING
    reason: str


class OrderGroup(BaseModel):
    key: str
    orders: int
    totals: list[Sum]


class Problem(BaseModel):
    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] | MISSING = MISSING
    traceId: str | MISSING = MISSING


class OrderSaga(BaseModel):
    state: str
    deadline: str
    steps: list[SagaStep]


class BulkResult(BaseModel):
    status: int
    replayed: bool | MISSING = MISSING
    order: Order | MISSING = MISSING
    problem: Problem | MISSING = MISSING


class OrderStats(BaseModel):
    from_: str = Field(..., alias="from")
    to: str
    groupBy: str
    groups: list[OrderGroup]


class BulkResults(BaseModel):
    results: list[BulkResult]
