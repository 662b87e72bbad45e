"""`orders sample`: orders for whoever looks at a service for the first time."""

from pathlib import Path
from typing import Final

from tests.process import DEVELOPMENT, SECRET, refused, run_here, served

# A port that nobody listens on.
NOWHERE: Final = "http://127.0.0.1:1"


def test_sample_orders_are_sent_once_and_it_is_said_where_to_look(tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path}/orders.db") as service, service.caller() as caller:
        arguments = ("sample", service.url, "--number", "6", "--look", "pages: /docs", "--look", "traces: 16686")
        said = [run_here(*arguments, **DEVELOPMENT) for _ in ("once", "again")]
        assert [(ended.code, ended.err) for ended in said] == [(0, ""), (0, "")]
        heading = "6 sample orders: 2 pending, 1 paid, 1 shipped, 1 delivered, 1 cancelled"
        assert [ended.out.splitlines() for ended in said] == [[heading, "pages: /docs", "traces: 16686"]] * 2
        assert caller.get("/orders").json()["total"] == 6


def test_no_sample_is_sent_where_nobody_listens_or_nobody_may_make_tokens() -> None:
    (reason,) = refused(run_here("sample", NOWHERE, **DEVELOPMENT))
    assert reason.startswith(f"{NOWHERE}: ")
    (reason,) = refused(run_here("sample", NOWHERE, JWT_SECRET_KEY=SECRET))
    assert reason == "ENVIRONMENT: test tokens are made in development only"
