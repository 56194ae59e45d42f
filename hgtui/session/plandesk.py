"""A plan in the person's editor: written to a file, checked when it comes back, and kept where it cannot be taken."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from hgtui.core.edit import Draft
from hgtui.core.edits import apply, between
from hgtui.core.plan import fresh_uids
from hgtui.core.problem import Problem
from hgtui.core.run import Run
from hgtui.session.plantext import Checked, Form, annotated, bare, read_text, write_text
from hgtui.session.terminal import EditorError, edit_file

LIMIT = 20_000_000
"""How many bytes of what an editor wrote are read; as much as of a plan file."""


@dataclass(slots=True)
class PlanText:
    """The plan of `run` as a text in a file of its own. The file stays until `forget`."""

    path: Path
    form: Form
    before: Draft
    text: str
    run: str = ""
    checked: Checked | None = None

    @classmethod
    async def of(cls, run: Run, form: Form, found: tuple[Problem, ...] = ()) -> "PlanText":
        """Write the draft of a run, with what is wrong in it at its lines, into a file that nobody else can read."""
        text = await asyncio.to_thread(write_text, run.draft, form, dict(run.candidates), found)
        path = Path(tempfile.mkdtemp(prefix="hgtui-edit-")) / f"plan.{form}"
        await asyncio.to_thread(path.write_text, text, encoding="utf-8")
        return cls(path, form, run.draft, text, run.id)

    async def edit(
        self, run: Run, environ: Mapping[str, str], terminal: AbstractContextManager[None] | None = None
    ) -> Checked | None:
        """Let the person edit the text, in a terminal that `terminal` gives free; None where nothing changed.

        What was wrong the last time stands in it. Raises EditorError; the text stays in its file.
        """
        shown = self.text
        if self.checked is not None:
            shown = annotated(self.text, (*self.checked.wrong, *self.checked.left_out))
            await asyncio.to_thread(self.path.write_text, shown, encoding="utf-8")
        with terminal or nullcontext():
            await edit_file(self.path, environ)
        written = await asyncio.to_thread(self._read)
        if bare(written) == bare(shown) or not written.strip():
            return None
        self.text = bare(written)
        uids = fresh_uids([*run.uids, *(task.uid for task in run.draft.plan)])
        self.checked = await asyncio.to_thread(
            lambda: read_text(self.text, self.form, self.before, candidates=dict(run.candidates), uids=uids)
        )
        return self.checked

    def _read(self) -> str:
        try:
            with self.path.open("rb") as file:
                data = file.read(LIMIT + 1)
        except OSError as error:
            raise EditorError(f"What the editor wrote cannot be read: {error.strerror or error}.") from None
        if len(data) > LIMIT:
            raise EditorError(f"The text is larger than {LIMIT // 1_000_000} MB.", f"It is in {self.path}.")
        return data.decode("utf-8-sig", "replace")

    def forget(self) -> None:
        """Remove the file: what was in it is taken, or was never changed."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


def merged(run: Run, before: Draft, after: Draft) -> Draft:
    """Return the draft of a run as it is now with what a person changed from `before` to `after`.

    While the editor was open a model may have been chosen: what the person left alone stays as it is.
    """
    return apply(run.draft, between(before, after))[0]
