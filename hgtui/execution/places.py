"""The places where tasks run: how many fit in at once, and who waits for one, first come, first served."""

from hgtui.core.plan import Uid


class Places:
    """Counts what runs at each place and keeps a queue before each."""

    def __init__(self) -> None:
        self._free: dict[str, int] = {}
        # Dicts and not deques: who waits may leave from the middle.
        self._queues: dict[str, dict[Uid, None]] = {}
        self._where: dict[Uid, str] = {}

    def enter(self, uid: Uid, place: str, limit: int) -> bool:
        """Take one of the `limit` seats of a place, or join its queue; say whether there was a seat."""
        if self._free.setdefault(place, max(limit, 1)) > 0:
            self._free[place] -= 1
            return True
        self._queues.setdefault(place, {})[uid] = None
        self._where[uid] = place
        return False

    def leave(self, place: str) -> None:
        """Give a seat back."""
        self._free[place] += 1

    def forget(self, uid: Uid) -> None:
        """Take a task out of its queue, if it is in one."""
        place = self._where.pop(uid, None)
        if place is not None:
            del self._queues[place][uid]

    def first(self, place: str) -> Uid | None:
        """Return who is first in the queue, None where nobody waits or nothing is free."""
        queue = self._queues.get(place)
        return next(iter(queue)) if queue and self._free[place] > 0 else None

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits for a place."""
        return bool(self._where)
