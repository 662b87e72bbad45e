"""The settings of this service: those of every service, and where its embedded database is."""

from pydantic import SecretStr

from service_standard.settings import Settings


class OrdersSettings(Settings):
    """What the environment decides."""

    database_url: SecretStr = SecretStr("sqlite:///orders.db")
