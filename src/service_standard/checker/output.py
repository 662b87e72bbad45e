"""Where a command's result goes: the standard output, or a file."""

import sys
from pathlib import Path

from service_standard.checker.refusal import Refused


def write(text: str, output: Path | None) -> None:
    """Writes to the file, or to the standard output where none was named.

    Raises:
        Refused: the file cannot be written.
    """
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise Refused(f"--output: {output}: {error.strerror}") from error


def is_terminal(output: Path | None) -> bool:
    return output is None and sys.stdout.isatty()
