"""The database's schema, step by step: each file in `versions` is one."""

from pathlib import Path
from typing import Final

VERSIONS: Final = Path(__file__).parent / "versions"
