"""The settings of this service: those of every service, its embedded database, and the deadline of payments."""

from typing import Annotated

from pydantic import Field, SecretStr

from service_standard.settings import Settings


class PaymentsSettings(Settings):
    """What the environment decides."""

    database_url: SecretStr = SecretStr("sqlite:///payments.db")
    payment_deadline_seconds: Annotated[float, Field(gt=0, le=86_400)] = 30.0
