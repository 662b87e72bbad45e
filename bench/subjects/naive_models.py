"""The naive subject's models of requests, answers and events."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class NewOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")
    customerId: str = Field(min_length=1, max_length=255)  # noqa: N815 as the contract has it
    items: list[str] = Field(min_length=1, max_length=500)
    externalId: str | None = None  # noqa: N815
    metadata: dict[str, str] = {}


class OrderUpdate(BaseModel):
    status: str
    reason: str | None = None


class OrderOut(BaseModel):
    id: str
    number: str
    status: str
    customerId: str  # noqa: N815
    items: list[str]
    metadata: dict[str, str]
    version: int
    createdAt: str  # noqa: N815
    updatedAt: str  # noqa: N815


class OrderPage(BaseModel):
    items: list[OrderOut]
    total: int
    limit: int
    offset: int
    nextCursor: str | None = None  # noqa: N815


class CloudEvent(BaseModel):
    specversion: str = "1.0"
    id: str
    source: str = "urn:service:orders"
    type: str
    subject: str
    time: str
    datacontenttype: str = "application/json"
    partitionkey: str
    data: dict[str, Any]
