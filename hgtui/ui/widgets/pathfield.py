"""A field that completes paths: in a text, or as the one path that the whole field is."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from hgtui.ui.folders import Entry, Listing, listed
from hgtui.ui.hanging import Busy, aside
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.offers import Offers

if TYPE_CHECKING:
    from hgtui.ui.paths import Word

SHORTEST = 2
"""From how many letters on a word is looked for among the files of the working folder."""
LONGEST_PATH = 1_000
"""How many characters before the cursor may be a path where all that stands there is one."""
LOOKED_S = 1.0
"""How long a paste waits for whether there is a file of that name."""


class PathField(Field):
    """A field over or under a list of paths (`Offers`, on the same screen).

    `base` is the working folder, None until it is known; without it nothing is completed. Where it is `whole`, what stands
    in its one line is a path, blanks and all; else paths are words of it, and quoted where they have to be.
    """

    base: Path | None = None
    whole = False

    class Told(Message):
        """Why there is nothing to complete, as a sentence."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self, text: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(text, placeholder=placeholder, id=id)
        self._moved = False
        self._left: tuple[int, int] | None = None
        """The row and the beginning of the word for which the list was closed."""
        self._listing: Listing | None = None
        self._asked: tuple[Path, str] | None = None

    @property
    def offers(self) -> Offers:
        """The list of what a path can go on with."""
        return self.screen.query_one(Offers)

    def action_cursor_up(self, select: bool = False) -> None:
        """Move up in the list of paths, else in the text."""
        if self.offers.display:
            self._move(-1)
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Move down in the list of paths, else in the text."""
        if self.offers.display:
            self._move(1)
        else:
            super().action_cursor_down(select)

    @property
    def _before(self) -> str:
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    def _word(self) -> "Word | None":
        """Return the path that is being written, None where none is."""
        from hgtui.ui.paths import Word, word_at

        if not self.whole:
            return word_at(self._before)
        alone = self.document.line_count == 1 and 0 < len(self._before) <= LONGEST_PATH
        return Word(0, self._before) if alone else None

    def on_text_area_changed(self, _: TextArea.Changed) -> None:
        """Look for paths that go on with what is being written."""
        self._look()

    def on_text_area_selection_changed(self, _: TextArea.SelectionChanged) -> None:
        """Leave the list where the cursor went elsewhere."""
        if self._listing is not None or self._asked is not None:
            self._look()

    def _look(self, *, asked: bool = False) -> None:
        """Offer paths for the word before the cursor; `asked` where the person pressed the key for it."""
        word = self._word() if self.base is not None and self.selection.is_empty else None
        if word is None or (self.cursor_location[0], word.start) != self._left:
            self._left = None
        long = word is not None and (word.is_path or len(word.path) >= SHORTEST)
        if word is None or self.base is None or not (asked or (long and self._left is None)):
            self.close()
            return
        folder = self._folder(word.folder)
        narrowed = None if asked or self._listing is None else self._listing.narrowed(word.beginning)
        if narrowed is not None and self._listing is not None and self._listing.folder == folder:
            self._offer(narrowed)
            return
        if self._asked != (folder, word.beginning) or asked:
            self._asked = folder, word.beginning
            self.run_worker(
                self._read(folder, word.beginning, asked=asked), group="paths", exclusive=True, exit_on_error=False
            )

    def _folder(self, written: str) -> Path:
        from hgtui.session.files import resolve

        return resolve(written, self.base or Path())

    async def _read(self, folder: Path, beginning: str, *, asked: bool) -> None:
        wanted = folder, beginning
        try:
            listing = await aside(lambda: listed(folder, beginning, lambda: self._asked != wanted))
        except Busy:
            listing = Listing(folder, beginning, error="The folders that were looked at before do not answer.")
        if self._asked != wanted:
            return
        self._asked = None
        if not asked:
            self._offer(listing)
        elif listing.entries:
            self._offer(listing)
            self._complete()
        else:
            self._none(listing)

    def _none(self, listing: Listing) -> None:
        """Nothing begins so: the key goes on to the next pane, unless what is written can be nothing but a path."""
        self.close()
        word = self._word()
        if word is None or not word.is_path:
            self.screen.focus_next()
            return
        nothing = f"Nothing there begins with {word.beginning}." if word.beginning else "There is nothing in it."
        self.post_message(self.Told(f"{word.path}: {listing.error or nothing}"))

    def _offer(self, listing: Listing) -> None:
        self._listing, self._moved = listing, False
        only = listing.entries[0].name if len(listing.entries) == 1 and not listing.entries[0].folder else ""
        # What is written to its end needs no list.
        self.offers.offer(None if only and only == listing.beginning else listing)

    def _move(self, by: int) -> None:
        self._moved = True
        self.offers.move(by)

    def close(self) -> None:
        """Close the list of paths."""
        self._listing = self._asked = None
        self.offers.offer(None)

    def leave(self) -> None:
        """Close the list, and keep it closed as long as this word is written."""
        word = self._word()
        self._left = (self.cursor_location[0], word.start) if word else None
        self.close()

    def _complete(self) -> None:
        """Write what all that is offered has in common; where that is nothing more, the entry at the cursor."""
        listing, entry, word = self._listing, self.offers.entry, self._word()
        if listing is None or entry is None or word is None:
            return
        if (
            listing.beginning != word.beginning
        ):  # what is seen is of fewer letters; what begins with these is being read
            self._look(asked=True)
            return
        common = listing.common
        if len(listing.entries) > 1 and not self._moved and len(common) > len(listing.beginning):
            self._write(common, folder=True)
        else:
            self.take(entry)

    def take(self, entry: Entry) -> None:
        """Write an entry in place of what it completes."""
        self._write(f"{entry.name}/" if entry.folder else entry.name, folder=entry.folder)

    def _write(self, name: str, *, folder: bool) -> None:
        from hgtui.ui.paths import opened, written

        word, (row, column) = self._word(), self.cursor_location
        if word is None:
            return
        path = word.folder + name
        text = path if self.whole else opened(path, word.quote) if folder else written(path)
        self.replace(text, (row, word.start), (row, column), maintain_selection_offset=False)
        self.move_cursor((row, word.start + len(text)))
        if not folder:
            self.leave()

    async def _on_key(self, event: events.Key) -> None:
        listed = self.offers.display
        taken = True
        if event.key == "tab" and listed:
            self._complete()
        elif event.key == "tab" and self._word_ends():
            self._look(asked=True)
        elif event.key == "enter" and listed and self._moved and (entry := self.offers.entry):
            self.take(entry)
        elif event.key == "escape" and listed:
            self.leave()
        else:
            taken = False
        if taken:  # else the classes above this one are asked in turn, as Textual does it
            event.stop()
            event.prevent_default()

    def _word_ends(self) -> bool:
        """Whether a word ends at the cursor that could be a path."""
        row, column = self.cursor_location
        line = self.document.get_line(row)
        before = line[:column]
        return self.base is not None and bool(before.strip()) and (self.whole or not before[-1:].isspace())

    # What is pasted

    async def _on_paste(self, event: events.Paste) -> None:
        from hgtui.ui.paths import written

        event.stop()
        event.prevent_default()  # or Textual asks the class above once more
        if paths := await pasted_paths(event.text):
            text = paths[0] if self.whole else " ".join(map(written, paths))
            blank = " " if not self.whole and self._before and not self._before[-1].isspace() else ""
            event = events.Paste(blank + text)
        await super()._on_paste(event)
        self.leave()


async def pasted_paths(text: str) -> tuple[str, ...]:
    """Return the paths that a paste is made of where files were dropped; nothing where it is any other text."""
    from hgtui.ui.paths import dropped

    paths = dropped(text)
    if not all([one.sure or await _is_file(one.path) for one in paths]):
        return ()
    return tuple(one.path for one in paths)


async def _is_file(path: str) -> bool:
    """Whether there is such a file; one that does not say so soon is none."""
    try:
        async with asyncio.timeout(LOOKED_S):
            return await aside(lambda: Path(path).expanduser().exists())
    except (TimeoutError, Busy, OSError, RuntimeError, ValueError):
        return False
