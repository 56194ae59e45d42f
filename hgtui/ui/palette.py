"""The command palette: the same actions as the keys, those that can be done now."""

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from hgtui.ui.keys import KEYS, Key
from hgtui.ui.may import why_not
from hgtui.ui.screens.workbench import Workbench


class Commands(Provider):
    """What can be done now on the workbench."""

    def _now(self) -> Iterator[Key]:
        screen = self.screen
        if isinstance(screen, Workbench):
            yield from (key for key in KEYS if key.action != "palette" and not why_not(key.action, screen.view))

    async def discover(self) -> Hits:
        """List everything that can be done now."""
        for key in self._now():
            yield DiscoveryHit(key.about, partial(self.screen.run_action, key.action), help=f"key {key.shown}")

    async def search(self, query: str) -> Hits:
        """List what fits a query."""
        matcher = self.matcher(query)
        for key in self._now():
            score = matcher.match(key.about)
            if score > 0:
                yield Hit(
                    score,
                    matcher.highlight(key.about),
                    partial(self.screen.run_action, key.action),
                    help=f"key {key.shown}",
                )
