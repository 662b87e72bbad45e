"""A product: what it costs, how many there are of it, and whether it can be ordered."""

from typing import NamedTuple

from orders.event_models import Amount, ProductData
from orders.money import written
from service_standard.binding.members import given
from service_standard.events.event import Fact
from service_standard.identity import now_ns, timestamp


class Product(NamedTuple):
    """A product at one version; the price is in minor units, and without a stock there are always enough."""

    id: str
    name: str
    description: str | None
    price: int
    currency: str
    stock: int | None
    version: int
    created_at: str
    updated_at: str
    archived_at: str | None = None

    @property
    def is_shown(self) -> bool:
        """Whether it is on offer."""
        return self.archived_at is None

    def fact(self, what: str, at: str) -> Fact:
        """What `product.created` and `product.updated` tell; of its stock the orders tell that take from it."""
        data = ProductData(
            id=self.id,
            name=self.name,
            price=Amount(**written(self.price, self.currency)._asdict()),
            archivedAt=given(self.archived_at),
        )
        return Fact(f"product.{what}", f"products/{self.id}", self.id, at, data)

    def archived(self) -> "Product":
        """This product off the list; one that is off it already stays as it is."""
        at = timestamp(now_ns())
        changed = self._replace(archived_at=at, updated_at=at, version=self.version + 1)
        return changed if self.is_shown else self
