"""The settings of this service: those of every service, its database, the workflow, the catalogue, the events."""

from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from service_standard.settings import HttpUrl, Settings

# The workflow that the OpenAPI document has without any overlay.
STANDARD: Final = "standard"


class OrdersSettings(Settings):
    """What the environment decides."""

    database_url: SecretStr = SecretStr("sqlite:///orders.db")
    orders_workflow: str = STANDARD
    catalog: Literal["none", "embedded", "http"] = "none"
    catalog_url: Annotated[HttpUrl | None, Field(validate_default=True)] = None
    catalog_token: SecretStr | None = None
    event_types: Literal["base", "all"] = "base"

    @field_validator("catalog_url")
    @classmethod
    def _is_told(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("catalog") == "http":
            raise ValueError("required, since CATALOG is http")
        return value
