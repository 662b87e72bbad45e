"""Print a signed token for development: `python generate_test_token.py --help` tells the choices."""

import os
import sys
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"


def main() -> None:
    # For this tool alone, and never for the service, an environment without a name is one of development.
    os.environ["ENVIRONMENT"] = os.environ.get("ENVIRONMENT") or "development"
    if os.environ["ENVIRONMENT"] != "development":
        sys.exit("ENVIRONMENT: test tokens are made in development only, never in production")
    sys.path.insert(0, str(HERE / "src"))
    try:
        from orders.__main__ import ORDERS
        from service_standard.auth.minting import token_text
        from service_standard.settings import SettingsError, load_settings
    except ImportError as error:
        continue_in_venv(error)
    try:
        print(token_text(load_settings(ORDERS.settings), sys.argv[1:], scopes=ORDERS.scopes, path=ORDERS.example))
    except SettingsError as error:
        sys.exit(str(error))


def continue_in_venv(missing: ImportError) -> NoReturn:
    """Start over with the interpreter of `make run`, so that any Python 3 will do to call this."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix).resolve() == VENV.resolve() or not python.exists():
        sys.exit(f"{missing.name} is not installed: `make run` or `make test` installs it into .venv")
    os.execv(python, [str(python), __file__, *sys.argv[1:]])  # noqa: S606 no shell is wanted


if __name__ == "__main__":
    main()
