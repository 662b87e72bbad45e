"""Where a command's result goes: the standard output, or a file."""

import sys
from pathlib import Path
from typing import Final

from service_standard.checker.refusal import Refused

# A terminal may know no ✓, and a service may answer half of a surrogate pair.
UNWRITABLE: Final = "backslashreplace"


def write(text: str, output: Path | None) -> None:
    """Writes to the file, or to the standard output where none was named.

    Raises:
        Refused: the file cannot be written.
    """
    if output is None:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, UNWRITABLE).decode(encoding))
        return
    try:
        output.write_text(text, "utf-8", errors=UNWRITABLE)
    except OSError as error:
        raise Refused(f"--output: {output}: {error.strerror}") from error


def is_terminal(output: Path | None) -> bool:
    return output is None and sys.stdout.isatty()
