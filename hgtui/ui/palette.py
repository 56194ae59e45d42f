"""The command palette: every action of the keys and of the pane with the focus, and of what cannot be done now why."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.widget import Widget

from hgtui.ui.keymap import shown
from hgtui.ui.keys import KEYS
from hgtui.ui.may import why_not
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.themes import NAMES


class Offer(NamedTuple):
    """An entry of the palette: what it is called, what it does, its key or why it cannot be done now."""

    about: str
    do: Callable[[], object]
    words: str


def _literal(words: str) -> str:
    """Return words that Textual, which reads the line under an entry as markup, shows as they are: foreign text is in them."""
    return words.replace("[", r"\[")


class Commands(Provider):
    """Everything that can be done on the workbench, what can be done now first."""

    def _all(self) -> Iterator[Offer]:
        screen = self.screen
        if not isinstance(screen, Workbench):
            return
        later: list[Offer] = []
        for key in KEYS:
            if key.action == "palette":
                continue
            do = partial(screen.run_action, key.action)
            # What has no key is known by its name alone: it is what a person types here.
            about = f"{key.shown.removeprefix(': ')}: {key.about}" if key.shown.startswith(": ") else key.about
            name = f"key {screen.keymap.shown(key)}" if screen.keymap.keys(key.id) else ""
            why = why_not(key.action, screen.view)
            if why:
                later.append(Offer(about, do, f"not now: {why}"))
            else:
                yield Offer(about, do, name)
        yield from self._of_pane(screen)
        for name in NAMES:
            here = "in use" if self.app.theme == name else "kept for the next start"
            yield Offer(f"Theme: {name} (colours)", partial(screen.run_action, f"theme('{name}')"), here)
        yield from later

    def _of_pane(self, screen: Workbench) -> Iterator[Offer]:
        """What the keys of the pane with the focus do besides."""
        pane = self.focused
        if pane is None or pane.id is None:
            return
        known = {key.action for key in KEYS}
        for node, bindings in screen._binding_chain:
            if not isinstance(node, Widget) or node is screen or node.id is None:
                continue
            for key, one in bindings:
                if not node.check_action(one.action.partition("(")[0], ()):
                    continue
                if one.id and one.description and one.action not in known and one.key.split(",")[0] == key:
                    about = f"In this pane: {one.description}"
                    yield Offer(about, partial(node.run_action, one.action), f"key {shown(key)}")

    async def discover(self) -> Hits:
        """List everything."""
        for one in self._all():
            yield DiscoveryHit(one.about, one.do, help=_literal(one.words))

    async def search(self, query: str) -> Hits:
        """List what fits a query."""
        matcher = self.matcher(query)
        for one in self._all():
            score = matcher.match(one.about)
            if score > 0:
                begins = one.about.lower().startswith(f"{query.strip().lower()}:")
                yield Hit(score + begins, matcher.highlight(one.about), one.do, help=_literal(one.words))
