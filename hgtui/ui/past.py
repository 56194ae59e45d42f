"""The requests of before, to walk through at the prompt: what was being written comes back unchanged."""

from collections.abc import Iterable

MOST = 500
"""How many are kept."""


class Past:
    """Requests, the oldest first, and where among them the person stands; what is changed on the way stays until one is sent."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self._changed: dict[int, str] = {}
        self._at: int | None = None

    def load(self, latest_first: Iterable[str]) -> None:
        """Take in the requests of earlier sessions; those of this one stay the latest, and who walks stays where they are."""
        mine = self.requests
        older = [one for one in dict.fromkeys(latest_first) if one.strip() and one not in mine][: MOST - len(mine)]
        older.reverse()
        self.requests = [*older, *mine]
        self._changed = {at + len(older): text for at, text in self._changed.items()}
        if self._at is not None:
            self._at += len(older)

    def add(self, request: str) -> None:
        """Take in what was sent, as the latest; what was changed on the way is forgotten."""
        if request.strip():
            self.requests = [*(one for one in self.requests if one != request), request][-MOST:]
        self._changed.clear()
        self._at = None

    def leave(self, now: str) -> None:
        """Go to the end, and keep what was being written where it can be walked to: another text comes in its place."""
        if now.strip() and now not in self.requests:
            self.requests = [*self.requests, now][-MOST:]
        self._changed.clear()
        self._at = None

    def walk(self, by: int, now: str) -> str | None:
        """Return the text that comes in place of `now`, -1 for the one before; None where there is none."""
        here = len(self.requests) if self._at is None else self._at
        there = here + by
        if not 0 <= there <= len(self.requests):
            return None
        self._changed[here] = now
        self._at = there if there < len(self.requests) else None
        return self._changed.get(there, self.requests[there] if there < len(self.requests) else "")
