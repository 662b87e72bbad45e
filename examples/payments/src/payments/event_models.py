"""The shapes of asyncapi/payments.yaml, made from it by `make models`: change the contract."""

from pydantic import BaseModel, MISSING


class Money(BaseModel):
    amount: str
    currency: str


class PaymentSuccessfulData(BaseModel):
    paymentId: str
    orderId: str
    amount: Money


class PaymentFailedData(BaseModel):
    paymentId: str
    orderId: str
    amount: Money
    reason: str


class PaymentRefundedData(BaseModel):
    paymentId: str
    orderId: str
    refundId: str
    amount: Money
    refunded: Money
    reason: str | MISSING = MISSING


class PaymentRequestedData(BaseModel):
    orderId: str
    amount: Money
    method: str | MISSING = MISSING


class RefundRequestedData(BaseModel):
    paymentId: str
    amount: Money | MISSING = MISSING
    reason: str | MISSING = MISSING


class PaymentSuccessful(BaseModel):
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
    data: PaymentSuccessfulData


class PaymentFailed(BaseModel):
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
    data: PaymentFailedData


class PaymentRefunded(BaseModel):
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
    data: PaymentRefundedData


class PaymentRequested(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    traceparent: str | MISSING = MISSING
    data: PaymentRequestedData


class RefundRequested(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    traceparent: str | MISSING = MISSING
    data: RefundRequestedData
