"""The prompt: a field that completes paths, takes dropped files, and has the requests of before at its first and last line."""

import asyncio
from pathlib import Path

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from hgtui.core.text import clean
from hgtui.ui.folders import Entry, Listing, listed
from hgtui.ui.hanging import Busy, aside
from hgtui.ui.past import Past
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.offers import Offers

SHORTEST = 2
"""From how many letters on a word is looked for among the files of the working folder."""
LOOKED_S = 1.0
"""How long a paste waits for whether there is a file of that name."""


class Prompt(Field):
    """The prompt. `base` is the working folder, None until it is known; without it nothing is completed."""

    base: Path | None = None

    class Told(Message):
        """Why there is nothing to complete, as a sentence."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, id=id)
        self.past = Past()
        self._moved = False
        self._left: tuple[int, int] | None = None
        """The row and the beginning of the word for which the list was closed."""
        self._listing: Listing | None = None
        self._asked: tuple[Path, str] | None = None

    @property
    def offers(self) -> Offers:
        """The list of what a path can go on with."""
        return self.screen.query_one(Offers)

    # The requests of before

    def action_cursor_up(self, select: bool = False) -> None:
        """Move up in the list of paths, else in the text, from its first line to the request before."""
        if self.offers.display:
            self._move(-1)
        elif select or not self.navigator.is_first_wrapped_line(self.selection.end) or not self._walk(-1):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Move down in the list of paths, else in the text, from its last line to the request behind."""
        if self.offers.display:
            self._move(1)
        elif select or not self.navigator.is_last_wrapped_line(self.selection.end) or not self._walk(1):
            super().action_cursor_down(select)

    def _walk(self, by: int) -> bool:
        text = self.past.walk(by, self.text)
        if text is None:
            return False
        self.put(text)
        return True

    def put(self, text: str) -> None:
        """Write a text in place of what stands there, the cursor behind it; it may be of a run that was imported."""
        self.text = clean(text)
        self.move_cursor(self.document.end)
        self._leave()

    # Paths

    @property
    def _before(self) -> str:
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    def on_text_area_changed(self, _: TextArea.Changed) -> None:
        """Look for paths that go on with what is being written."""
        self._look()

    def on_text_area_selection_changed(self, _: TextArea.SelectionChanged) -> None:
        """Leave the list where the cursor went elsewhere."""
        if self._listing is not None or self._asked is not None:
            self._look()

    def _look(self, *, asked: bool = False) -> None:
        """Offer paths for the word before the cursor; `asked` where the person pressed the key for it."""
        from hgtui.ui.paths import word_at

        word = word_at(self._before) if self.base is not None and self.selection.is_empty else None
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
        from hgtui.ui.paths import word_at

        self.close()
        word = word_at(self._before)
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

    def _leave(self) -> None:
        """Close the list, and keep it closed as long as this word is written."""
        from hgtui.ui.paths import word_at

        word = word_at(self._before)
        self._left = (self.cursor_location[0], word.start) if word else None
        self.close()

    def _complete(self) -> None:
        """Write what all that is offered has in common; where that is nothing more, the entry at the cursor."""
        from hgtui.ui.paths import word_at

        listing, entry, word = self._listing, self.offers.entry, word_at(self._before)
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
        from hgtui.ui.paths import opened, word_at, written

        word, (row, column) = word_at(self._before), self.cursor_location
        if word is None:
            return
        path = word.folder + name
        text = opened(path, word.quote) if folder else written(path)
        self.replace(text, (row, word.start), (row, column), maintain_selection_offset=False)
        self.move_cursor((row, word.start + len(text)))
        if not folder:
            self._leave()

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
            self._leave()
        else:
            taken = False
        if taken:  # else the classes above this one are asked in turn, as Textual does it
            event.stop()
            event.prevent_default()

    def _word_ends(self) -> bool:
        """Whether a word ends at the cursor that could be a path."""
        row, column = self.cursor_location
        line = self.document.get_line(row)
        return self.base is not None and bool(line[:column].strip()) and not line[:column][-1:].isspace()

    # What is pasted

    async def _on_paste(self, event: events.Paste) -> None:
        from hgtui.ui.paths import dropped, written

        event.stop()
        event.prevent_default()  # or Textual asks the class above once more
        paths = dropped(event.text)
        if paths and all([one.sure or await _is_file(one.path) for one in paths]):
            text = " ".join(written(one.path) for one in paths)
            blank = " " if self._before and not self._before[-1].isspace() else ""
            event = events.Paste(blank + text)
        await super()._on_paste(event)
        self._leave()


async def _is_file(path: str) -> bool:
    """Whether there is such a file; one that does not say so soon is none."""
    try:
        async with asyncio.timeout(LOOKED_S):
            return await aside(lambda: Path(path).expanduser().exists())
    except (TimeoutError, Busy, OSError, RuntimeError, ValueError):
        return False
