"""The command palette: the same actions as the keys, those that can be done now."""

from collections.abc import Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from hgtui.ui.keys import KEYS
from hgtui.ui.may import why_not
from hgtui.ui.screens.workbench import Workbench


class Commands(Provider):
    """What can be done now on the workbench, and what belongs to the terminal."""

    def _now(self) -> Iterator[tuple[str, Callable[[], object], str]]:
        screen = self.screen
        if isinstance(screen, Workbench):
            for key in KEYS:
                if key.action != "palette" and not why_not(key.action, screen.view):
                    yield key.about, partial(screen.run_action, key.action), f"key {key.shown}" if key.key else ""
        yield "Change the colours", self.app.action_change_theme, "a theme for light or dark terminals"

    async def discover(self) -> Hits:
        """List everything that can be done now."""
        for about, do, words in self._now():
            yield DiscoveryHit(about, do, help=words)

    async def search(self, query: str) -> Hits:
        """List what fits a query."""
        matcher = self.matcher(query)
        for about, do, words in self._now():
            score = matcher.match(about)
            if score > 0:
                yield Hit(score, matcher.highlight(about), do, help=words)
