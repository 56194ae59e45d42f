"""The list over the prompt with the paths that what is being written begins."""

from textual import events
from textual.message import Message

from hgtui.ui.folders import Entry, Listing, size_words
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line, fit

SEEN = 8
"""How many are seen at a time."""


class Offers(Rows, can_focus=False):
    """What a path can go on with. It has no focus: the prompt moves its cursor."""

    led = True

    class Taken(Message):
        """The person clicked at an entry."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self) -> None:
        super().__init__(id="offers")
        self.display = False
        self.listing: Listing | None = None

    @property
    def entry(self) -> Entry | None:
        """The entry at the cursor."""
        return self.listing.entries[self.cursor] if self.listing and self.listing.entries else None

    def offer(self, listing: Listing | None) -> None:
        """Show what a folder offers, or nothing."""
        shown = listing is not None and bool(listing.entries)
        if not shown and not self.display:
            return
        self.listing = listing if shown else None
        count = len(listing.entries) if listing else 0
        self.cursor = 0
        self.display = shown
        self.styles.height = min(count, SEEN)
        self.scroll_to(y=0, animate=False, force=True)
        self.show(count)

    def move(self, by: int) -> None:
        """Move the cursor, round at the ends."""
        if self.count:
            self.cursor = (self.cursor + by) % self.count

    def line(self, index: int, width: int) -> Line:
        """Return an entry: its name, its kind, its size; at the last what is not listed."""
        if self.listing is None:
            return ()
        from hgtui.planning.rules.mentions import guess

        entry = self.listing.entries[index]
        kind = "folder" if entry.folder else str(guess(entry.name) or "")
        about = f"{fit(kind, 9)}{size_words(entry.size):>7}"
        if index == self.count - 1 and self.listing.more:
            about = f"and {self.listing.more:,} more"
        name = f"{entry.name}/" if entry.folder else entry.name
        if width < 44:
            about = about if self.listing.more and index == self.count - 1 else f"{size_words(entry.size):>7}"
        return ((fit(name, max(width - len(about) - 1, 8)), "accent" if entry.folder else ""), (f" {about}", "dim"))

    def on_click(self, event: events.Click) -> None:
        """Take what is clicked at."""
        event.prevent_default()  # Textual gives it to the rows as well
        index = event.y + self.scroll_offset.y
        if self.listing and 0 <= index < self.count:
            self.post_message(self.Taken(self.listing.entries[index]))
