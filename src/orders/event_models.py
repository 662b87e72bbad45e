"""The shapes of asyncapi/orders.yaml, made from it by `make models`: change the contract."""

from pydantic import BaseModel, MISSING


class Amount(BaseModel):
    amount: str
    currency: str


class PaymentRequestedData(BaseModel):
    orderId: str
    amount: Amount
    method: str | MISSING = MISSING


class RefundRequestedData(BaseModel):
    orderId: str
    paymentId: str
    amount: Amount | MISSING = MISSING
    reason: str | MISSING = MISSING


class OrderCreatedData(BaseModel):
    id: str
    number: str
    customerId: str
    items: list[str]
    status: str
    version: int


class OrderUpdatedData(BaseModel):
    id: str
    number: str
    customerId: str
    status: str
    previousStatus: str
    paymentStatus: str | MISSING = MISSING
    version: int
    archivedAt: str | MISSING = MISSING


class ProductData(BaseModel):
    id: str
    name: str
    price: Amount
    archivedAt: str | MISSING = MISSING


class CustomerData(BaseModel):
    id: str


class PaymentData(BaseModel):
    paymentId: str
    orderId: str
    amount: Amount | MISSING = MISSING
    reason: str | MISSING = MISSING


class RefundData(BaseModel):
    paymentId: str
    orderId: str
    refundId: str
    amount: Amount
    reason: str | MISSING = MISSING


class OrderCreated(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    orderversion: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: OrderCreatedData


class OrderUpdated(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    orderversion: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: OrderUpdatedData


class OrderConfirmed(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    orderversion: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: OrderUpdatedData


class OrderShipped(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    orderversion: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: OrderUpdatedData


class OrderDelivered(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    orderversion: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: OrderUpdatedData


class OrderCancelled(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    orderversion: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: OrderUpdatedData


class OrderPaymentCompleted(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    orderversion: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: OrderUpdatedData


class OrderPaymentFailed(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    orderversion: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: OrderUpdatedData


class OrderRefunded(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    orderversion: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: OrderUpdatedData


class PaymentRequested(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    orderversion: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: PaymentRequestedData


class RefundRequested(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    orderversion: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: RefundRequestedData


class ProductCreated(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: ProductData


class ProductUpdated(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: ProductData


class CustomerCreated(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: CustomerData


class CustomerUpdated(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    partitionkey: str
    sequence: str
    traceparent: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: CustomerData


class PaymentSuccessful(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    traceparent: str | MISSING = MISSING
    data: PaymentData


class PaymentFailed(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    traceparent: str | MISSING = MISSING
    data: PaymentData


class PaymentRefunded(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    traceparent: str | MISSING = MISSING
    causationid: str | MISSING = MISSING
    data: RefundData
