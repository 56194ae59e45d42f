"""The sentences for what can be wrong with an input or with what a provider gave."""

from hgtui.core.ports import CallError
from hgtui.core.states import Failure

ANOTHER = "Another provider or model may do better."


def bad_input(message: str, hint: str = "") -> CallError:
    """Return the error for an input that is not sent."""
    return CallError(Failure.BAD_INPUT, message, hint)


def unreadable(provider: str, what: str) -> CallError:
    """Return the error for an answer that is none; `what` goes on after "gave"."""
    return CallError(Failure.UNREADABLE, f"{provider} gave {what}.", ANOTHER)


def empty(provider: str, what: str = "nothing") -> CallError:
    """Return the error for an answer with nothing in it."""
    return CallError(Failure.EMPTY, f"{provider} gave {what}.", ANOTHER)
