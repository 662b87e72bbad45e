"""The shapes of openapi/payments.yaml, made from it by `make models`: change the contract."""

from pydantic import BaseModel, MISSING
from typing import Any


class ServiceInfo(BaseModel):
    name: str
    version: str


class Health(BaseModel):
    status: str
    checks: dict[str, str] | MISSING = MISSING


class Money(BaseModel):
    amount: str
    currency: str


class NewPayment(BaseModel):
    orderId: str
    amount: Money
    method: str | MISSING = MISSING


class Payment(BaseModel):
    id: str
    orderId: str
    amount: Money
    method: str | MISSING = MISSING
    status: str
    reason: str | MISSING = MISSING
    deadline: str | MISSING = MISSING
    refunded: Money | MISSING = MISSING
    createdAt: str
    updatedAt: str


class PaymentPage(BaseModel):
    items: list[Payment]
    total: int
    limit: int
    offset: int
    nextCursor: str | MISSING = MISSING


class NewRefund(BaseModel):
    amount: Money | MISSING = MISSING
    reason: str | MISSING = MISSING


class Refund(BaseModel):
    id: str
    paymentId: str
    amount: Money
    reason: str | MISSING = MISSING
    createdAt: str


class RefundPage(BaseModel):
    items: list[Refund]
    total: int
    limit: int
    offset: int


class CloudEvent(BaseModel):
    specversion: str
    id: str
    source: str
    type: str
    data: dict[str, Any] | MISSING = MISSING


class EventReceipt(BaseModel):
    source: str
    id: str


class FieldError(BaseModel):
    pointer: str
    detail: str


class Problem(BaseModel):
    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] | MISSING = MISSING
    traceId: str | MISSING = MISSING
