"""The whole plan in the person's editor, and what becomes of the text."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hgtui.core.commands import EditPlan
from hgtui.core.edits import Replace
from hgtui.ui.screens.bringing import Bringing

if TYPE_CHECKING:
    from hgtui.session.plandesk import PlanText


class Rewriting(Bringing):
    """Edits the plan as a text."""

    _text: "PlanText | None" = None
    """A plan as a text that could not be taken as it is, to be opened again."""

    def action_editor(self) -> None:
        """Edit the whole plan in the person's editor; a text that could not be taken is opened again."""
        if self._can("editor"):
            self.run_worker(self._edit_text(), group="editor", exclusive=True)

    async def _edit_text(self) -> None:
        from textual.app import SuspendNotSupported

        from hgtui.session.plandesk import PlanText
        from hgtui.session.terminal import EditorError, find_editor

        run, text = self.view.run, self._text
        try:
            find_editor(os.environ)  # before the screen is given away
        except EditorError as error:
            self.say(f"{error.message} {error.hint}")
            return
        if text is None or text.run != run.id:
            text = await PlanText.of(run, self.desk.edit_as, self.view.problems)
        try:
            checked = await text.edit(run, os.environ, self._terminal())
        except (EditorError, OSError, SuspendNotSupported) as error:
            words = f"{getattr(error, 'message', error)} {getattr(error, 'hint', '')}".strip()
            self._let_text(text, words)
            return
        if checked is None:
            self._let_text(text, "Nothing was changed.")
        elif checked.draft is None or checked.left_out:
            self._text = text
            self._ask_about(text)
        else:
            self._text = text
            self.take_text()

    def _let_text(self, text: "PlanText", words: str) -> None:
        """Say why nothing comes of a text, and where it is kept if it was changed before."""
        if text.checked is None:
            text.forget()
            self._text = None
            self.say(words)
        else:
            self._text = text
            self.say(f"{words} Your text is kept in {text.path}; {self.keymap.of('editor')} opens it again.")

    def _ask_about(self, text: "PlanText") -> None:
        checked = text.checked
        if checked is None:
            return
        if checked.draft is None:
            wrong = checked.wrong[0].words.removeprefix("This is no plan: ")
            self._ask(
                f"This is no plan: {wrong}  {self.keymap.of('editor')} opens it again, with that at its line. It is kept in {text.path}",
                "kept",
            )
            return
        left = checked.left_out
        more = f" (and {len(left) - 1} more)" if len(left) > 1 else ""
        words = f"{left[0].words}{more}  {self.keymap.of('editor')} opens it again, with that at its line · enter takes the rest · esc keeps your plan. The text is kept in {text.path}"
        self._ask(words, "text")

    def take_text(self) -> None:
        """Take the plan of the text that was edited."""
        from hgtui.session.plandesk import merged

        text, self._text, self.question = self._text, None, None
        if text is None or text.checked is None or text.checked.draft is None:
            return
        self.say("")
        run = self.view.run
        after = merged(run, text.before, text.checked.draft)
        if after == run.draft:
            self.say("Nothing was changed.")
        else:
            self.dispatch(EditPlan(edit=Replace(draft=after)))
        if text.checked.left_out:
            self.say(f"The rest of your text is kept in {text.path}.")
        else:
            text.forget()

    @contextmanager
    def _terminal(self) -> Iterator[None]:
        """Give the terminal to another program; where there is none, as in a test, there is nothing to give."""
        from hgtui.session.terminal import line_mode

        if self.app.is_headless:
            yield
            return
        failed: BaseException | None = None
        with self.app.suspend():
            self._away(True)
            try:
                with line_mode():
                    yield
            except BaseException as error:  # Textual 8.2 takes the terminal back only from what ends well
                failed = error
            finally:
                self._away(False)
        if failed is not None:
            raise failed

    def _away(self, away: bool) -> None:
        self.app.away = away  # type: ignore[attr-defined]  # of HgtuiApp, which imports this screen late
