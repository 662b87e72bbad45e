"""What a caller has already: `If-None-Match`, and the answer 304 that spares it the same again (RFC 9110, 13.1.2)."""

import re
from collections.abc import Iterable
from typing import Final

from service_standard.binding.reply import Reply

NOT_MODIFIED: Final = 304
IF_NONE_MATCH: Final = b"if-none-match"
# What a 304 repeats of the headers that the whole answer would have (RFC 9110, 15.4.5).
REPEATED: Final = frozenset({"Cache-Control", "ETag", "Vary"})
_TAG: Final = rb'(?:W/)?"[\x21\x23-\x7E\x80-\xFF]*"'
_TAGS: Final = re.compile(rb"[ \t,]*" + _TAG + rb"(?:[ \t]*,[ \t,]*" + _TAG + rb")*[ \t,]*")


def is_known(reply: Reply, if_none_match: Iterable[bytes]) -> bool:
    """Whether the caller has it; the header's lines are one list, and one that is no list of tags is ignored."""
    value = b",".join(if_none_match).strip()
    if value == b"*":
        return True
    tag = reply.headers["ETag"].encode()
    # Compared weakly: what is only as good as the same is good enough for a page.
    return bool(_TAGS.fullmatch(value)) and tag in (named.removeprefix(b"W/") for named in re.findall(_TAG, value))


def shortened(reply: Reply) -> Reply:
    """What is said of it to a caller who has it."""
    return Reply(b"", {name: value for name, value in reply.headers.items() if name in REPEATED})
