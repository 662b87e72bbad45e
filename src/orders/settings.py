"""The settings of this service: those of every one, its database, workflow, catalogue, saga and events."""

from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from service_standard.settings import HttpUrl, Settings

# The workflow that the OpenAPI document has without any overlay.
STANDARD: Final = "standard"


class OrdersSettings(Settings):
    """What the environment decides."""

    database_url: SecretStr = SecretStr("sqlite:///orders.db")
    """SQLite's file (four slashes: absolute), or `postgresql://user:password@host/name`."""
    orders_workflow: str = STANDARD
    """The workflow of new orders: `retail`, `kitchen`, or the path of an overlay."""
    catalog: Literal["none", "embedded", "http"] = "none"
    """`embedded`: customers, products and their stock beside the orders; `http`: another service's."""
    catalog_url: Annotated[HttpUrl | None, Field(validate_default=True)] = None
    """Where the other service has `/products/{id}`."""
    catalog_token: SecretStr | None = None
    """The bearer token to ask it with."""
    saga: Literal["off", "payments"] = "off"
    """`payments`: the payment of each new order is asked for, and an order that is not paid is cancelled."""
    saga_deadline_seconds: Annotated[float, Field(gt=0, le=30 * 86_400)] = 120.0
    """How long a payment is waited for."""
    event_types: Literal["base", "all"] = "base"
    """`all`: the stages of an order's life have events of their own too."""

    @field_validator("catalog_url")
    @classmethod
    def _is_told(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("catalog") == "http":
            raise ValueError("required, since CATALOG is http")
        return value
