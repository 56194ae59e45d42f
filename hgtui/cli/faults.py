"""What ends a command: a sentence, a hint and an exit status. Nothing heavy is imported here."""

from hgtui.core.states import EXIT_USAGE


class Fault(Exception):
    """A command cannot go on; `exit` is its exit status."""

    def __init__(self, message: str, hint: str = "", exit: int = EXIT_USAGE) -> None:
        super().__init__(message)
        self.message, self.hint, self.exit = message, hint, exit
