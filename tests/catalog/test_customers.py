"""Customers: five operations; who is deleted is gone, and leaves no trace of what was personal."""

import pytest

from tests.catalog.shop import ask, faults
from tests.service import Caller, problem_of
from tests.storage import rows

pytestmark = pytest.mark.anyio

ADDRESS = {"name": "Ada Moss", "line1": "123 Main St", "city": "Boston", "postalCode": "02108", "country": "US"}
ADA = {"id": "ada", "name": "Ada Moss", "email": "ada@example.com", "phone": "+1 617 555 0100", "address": ADDRESS}


async def test_a_customer_is_created_read_and_listed(shop: Caller) -> None:
    created = await ask(shop, "POST", "/customers", ADA)
    assert (created.status_code, created.headers["location"]) == (201, "/customers/ada")
    customer = created.json()
    assert customer == {**ADA, "version": 1, "createdAt": customer["createdAt"], "updatedAt": customer["createdAt"]}
    assert (await ask(shop, "GET", "/customers/ada")).json() == customer
    ben = (await ask(shop, "POST", "/customers", {"name": "Ben Reed"})).json()
    page = (await ask(shop, "GET", "/customers")).json()
    assert (sorted(page["items"], key=str), page["total"]) == (sorted([ben, customer], key=str), 2)
    assert problem_of(await ask(shop, "POST", "/customers", ADA)) == (409, "conflict")


async def test_all_that_is_said_of_a_customer_is_replaced(shop: Caller) -> None:
    await ask(shop, "POST", "/customers", ADA)
    replaced = await ask(shop, "PUT", "/customers/ada", {"name": "Ada Reed"}, If_Match='"1"')
    assert (replaced.json()["name"], replaced.json()["version"]) == ("Ada Reed", 2)
    assert not {"email", "phone", "address"} & set(replaced.json())
    stale = await ask(shop, "PUT", "/customers/ada", {"name": "Other"}, If_Match='"1"')
    assert problem_of(stale) == (412, "precondition_failed")


async def test_a_deleted_customer_is_gone_and_nothing_of_them_is_left(
    shop: Caller, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    customer = (await ask(shop, "POST", "/customers", ADA)).json()
    assert (await ask(shop, "DELETE", "/customers/ada")).json() == customer
    for method in ("GET", "DELETE"):
        assert problem_of(await ask(shop, method, "/customers/ada")) == (404, "not_found")
    assert (await ask(shop, "GET", "/customers")).json()["total"] == 0
    assert await rows(shop.settings, "SELECT id FROM customers") == []
    told = capsys.readouterr().out + caplog.text
    assert "Ada Moss" not in told
    assert "ada@example.com" not in told


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [({"email": "ada"}, "#/email"), ({"name": ""}, "#/name"), ({"address": {}}, "#/address/name"), ({"age": 1}, "#")],
)
async def test_what_no_customer_is_is_refused_by_its_place(
    small_shop: Caller, wrong: dict[str, object], pointer: str
) -> None:
    status, pointers = faults(await ask(small_shop, "POST", "/customers", {**ADA, **wrong}))
    assert (status, pointers[0]) == (400, pointer)
