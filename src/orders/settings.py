"""The settings of this service: those of every service, its database, the workflow, the catalogue, the events."""

from typing import Final, Literal

from pydantic import SecretStr

from service_standard.settings import Settings

# The workflow that the OpenAPI document has without any overlay.
STANDARD: Final = "standard"


class OrdersSettings(Settings):
    """What the environment decides."""

    database_url: SecretStr = SecretStr("sqlite:///orders.db")
    orders_workflow: str = STANDARD
    catalog: Literal["none", "embedded"] = "none"
    event_types: Literal["base", "all"] = "base"
