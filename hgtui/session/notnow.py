"""The error that a command raises where it does not fit."""


class NotNow(Exception):
    """A command does not fit where the run stands; message and hint are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint
