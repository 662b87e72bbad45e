"""The settings of this service: those of every service, where its embedded database is, and the workflow of orders."""

from typing import Final

from pydantic import SecretStr

from service_standard.settings import Settings

# The workflow that the OpenAPI document has without any overlay.
STANDARD: Final = "standard"


class OrdersSettings(Settings):
    """What the environment decides."""

    database_url: SecretStr = SecretStr("sqlite:///orders.db")
    orders_workflow: str = STANDARD
