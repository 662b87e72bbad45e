"""What ends a command before it has begun."""


class Refused(Exception):
    """The command cannot run; the message is the line that says why."""
