"""Results: the tabs of the task pane, one over the whole screen, saved, opened, given by hand; how long tasks took here."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterable
from functools import cached_property, partial
from pathlib import Path

from textual import on

from hgtui.core import events as ev
from hgtui.core.commands import Supply
from hgtui.core.given import IN_WORDS, gives, misfit, read_given
from hgtui.core.look import KIND_WORDS
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.resource import Kind, Resource
from hgtui.core.states import HAS_RESULT, UNDER_WAY, TaskState
from hgtui.core.text import one_line
from hgtui.session.layout import suffix
from hgtui.session.saving import file_name, place_of
from hgtui.ui.bridge import DeskError, Taken
from hgtui.ui.exhibits import about, exhibits
from hgtui.ui.gallery import Gallery
from hgtui.ui.opener import open_with, opener, scp_line
from hgtui.ui.screens.actions import Question
from hgtui.ui.screens.choosing import Choosing
from hgtui.ui.widgets.log import LogPane
from hgtui.ui.widgets.task import TaskPane

_HAVE_READ = UNDER_WAY - {TaskState.ASKING} | HAS_RESULT | {TaskState.FAILED}


class Keeping(Choosing):
    """What a person does with results."""

    _supplying: Supply | None = None
    """The result given by hand that waits for a word on what would run again."""
    _folder: Path | None = None
    """Where copies lie that other programs open; it goes when the workbench does."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size)
        self._typed: dict[Uid, str] = {}
        self._timed: set[str] = set()

    @cached_property
    def gallery(self) -> Gallery:
        """What is drawn of results."""
        return Gallery(self.desk, lambda work: self.run_worker(work, group="gallery"))

    # The tabs of the task pane

    def action_tab(self, by: int) -> None:
        """Show another tab of the task pane."""
        if self._can("tab"):
            self.query_one(TaskPane).turn(by)

    @on(TaskPane.Turned)
    def _turned(self) -> None:
        self._foot()

    def on_descendant_focus(self) -> None:
        """Where there is little room the task pane takes all of it while it has the focus."""
        super().on_descendant_focus()
        self.set_class(isinstance(self.focused, TaskPane), "-reading")
        self.set_class(isinstance(self.focused, LogPane), "-logging")

    def open_result(self) -> None:
        """Show the results of the task over the whole screen."""
        task = self.view.task
        if task is None or not self._can("save_result"):
            return
        from hgtui.ui.screens.result import ResultScreen

        shown = exhibits(self.view.run, task)
        save, open_ = partial(self._save, task), partial(self._open, task)
        self.app.push_screen(ResultScreen(self.desk, self.gallery, task, shown, save, open_))

    # A result as a file

    def action_save_result(self) -> None:
        """Ask for a name and save the main result of the task."""
        task = self.view.task
        if self._can("save_result") and task:
            self._save(task, 0)

    def _save(self, task: Task, place: int) -> None:
        from hgtui.ui.screens.asking import AskLine

        results = self.view.run.status(task.uid).results
        name = file_name(task, place, results[place])
        there: list[str] = []

        async def take(text: str) -> str:
            at = place_of(results, place, text)
            try:
                saved = await self.desk.save(
                    results[at].digest, text, file_name(task, at, results[at]), replace=text in there
                )
            except Taken as error:
                there.append(text)
                return f"{error.message} Enter again replaces it; another name keeps it."
            except DeskError as error:
                return f"{error.message} {error.hint}".strip()
            self._tell(f"Saved: {one_line(str(saved), 300)}")
            return ""

        others = [f"{suffix(one.media_type)} for {about(one)}" for at, one in enumerate(results) if at != place]
        also = f" Or a name that ends in {', '.join(others)}." if others else ""
        words = f"{about(results[place])}.{also}\nA file or a folder; the path begins in the working folder."
        self.app.push_screen(AskLine(f"Save the result of {task.id} as", words, name, take, self.desk.base))

    def action_open_outside(self) -> None:
        """Open the main result with the desktop's program for it, or say how to fetch it."""
        task = self.view.task
        if self._can("open_outside") and task:
            self._open(task, 0)

    def _open(self, task: Task, place: int) -> None:
        result = self.view.run.status(task.uid).results[place]
        self.run_worker(self._opened_outside(result, file_name(task, place, result)), group="outside")

    async def _opened_outside(self, result: Resource, name: str) -> None:
        program = opener(os.environ)
        try:
            if program is None:
                line = scp_line(self.desk.kept(result.digest), name, os.environ)
                self.app.copy_to_clipboard(line)
                self._tell(f"On your machine: {line}  (it is in the clipboard of your terminal)")
                return
            if self._folder is None:
                self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="hgtui-open-"))
            # A copy under a name that says what it is: the artifact has none, and another program might change it.
            path = await self.desk.save(result.digest, str(self._folder / name), name, replace=True)
        except DeskError as error:
            self._tell(f"{error.message} {error.hint}".strip())
            return
        except OSError as error:
            self._tell(f"A copy to open could not be made: {(error.strerror or str(error)).lower()}.")
            return
        words = await open_with(program, path)
        self._tell(words or f"{one_line(name, 80)} is opened with the program of your desktop.")

    def _tell(self, words: str) -> None:
        """Say something where the person looks: over the result, else on the workbench."""
        from hgtui.ui.screens.result import ResultScreen

        over = next((one for one in reversed(self.app.screen_stack) if isinstance(one, ResultScreen)), None)
        (over or self).say(words)

    def leave_copies(self) -> None:
        """Take away what was copied for other programs."""
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    # A result given by hand

    def action_supply(self) -> None:
        """Ask for the result of the task; what was foreseen of it is done by the same key."""
        task, question, given = self.view.task, self.question, self._supplying
        if not self._can("supply") or task is None:
            return
        if given and question == Question("supply", task.uid):
            self._supplying = None
            self.dispatch(given)
            return
        from hgtui.ui.screens.asking import AskLine

        run = self.view.run

        async def take(text: str) -> str:
            if self.view.run is not run:
                self._typed[task.uid] = text
                return "The run of this task is not on the screen any more: nothing was given."
            return await self._take_given(task, text)

        async def look(text: str) -> str:
            return await self._seems(task, text)

        def leave(text: str) -> None:
            self._typed[task.uid] = text

        title = f"The result of {task.id} {one_line(task.task, 40)} by hand"
        typed = self._typed.get(task.uid, "")
        self.app.push_screen(AskLine(title, _wanted(task), typed, take, self.desk.base, look, leave))

    async def _take_given(self, task: Task, text: str) -> str:
        """Check what was typed and give it, or have foreseen what that would do; return what is wrong with it."""
        self._typed[task.uid] = text
        given = Supply(uid=task.uid, text=text)
        if await self._is_file(task, text):
            fact = await self.desk.look(text.strip())
            words = fact.error or misfit(task.task, fact.kind or Kind.TEXT)
            given = Supply(uid=task.uid, path=text.strip())
        else:
            try:
                read_given(task.task, text)
                words = ""
            except ValueError as error:
                words = str(error)
        if not words:
            self.give(given)
        return words

    def give(self, given: Supply) -> None:
        """Give a result; where something has read the one of before, have foreseen first what would run again."""
        if _have_read(self, self.view.plan, given.uid):
            self._supplying = given
            self.dispatch(Supply(uid=given.uid, preview=True))
        else:
            self.dispatch(given)

    async def _seems(self, task: Task, text: str) -> str:
        if not text.strip() or gives(task.task) not in IN_WORDS:
            return ""
        return "Enter gives the content of this file." if await self._is_file(task, text) else ""

    async def _is_file(self, task: Task, text: str) -> bool:
        """Whether what was typed names a file: where the task gives one always, else where there is one."""
        if gives(task.task) not in IN_WORDS:
            return True
        path = text.strip()
        if not path or "\n" in path or "\0" in path or len(path) > 1_000:
            return False
        return not (await self.desk.look(path)).error if await asyncio.to_thread(_there, path) else False

    def foreseen(self, event: ev.RerunForeseen) -> None:
        """Ask whether what was foreseen is to be done."""
        if not event.supplied:
            super().foreseen(event)
            return
        given = self._supplying
        if given is None or event.uid != given.uid or event.uid not in self.view.ids:
            return
        if not event.reruns:
            self._supplying = None
            self.dispatch(given)
        elif event.uid == self.view.chosen:
            spends = f", {event.spends}" if event.spends else ""
            words = f"{self.view.ids[event.uid]} by hand: then {event.words} again{spends}.  {self.keymap.of('supply')} does it · esc keeps what there is"
            self._ask(words, "supply", event.uid)

    # How long tasks took here

    def models_changed(self, happened: Iterable[ev.Event]) -> None:
        """Look up how long tasks took here before, once for each type, and again when one is done."""
        events = tuple(happened)
        super().models_changed(events)
        run = self.view.run
        for one in events:
            if isinstance(one, ev.WhatIfVoted):
                self._timed.discard(one.task)
            if isinstance(one, ev.TaskDone):
                if one.supplied:  # else it is what a person began to type, who may go on with it
                    self._typed.pop(one.uid, None)
                task = run.plan.get(one.uid)
                self._timed.discard(task.task if task else "")
        new = [task for task in run.candidates if task not in self._timed]
        if new:
            self._timed.update(new)
            self.run_worker(self._look_up(new), group="times")

    async def _look_up(self, tasks: list[str]) -> None:
        before = dict(self.view.times), dict(self.view.votes)
        for task in tasks:
            names = [one.name for one in self.view.run.candidates.get(task, ())]
            found = await self.desk.seconds(task, names)
            self.view.times.update({(task, name): took for name, took in found.items()})
            won = await self.desk.votes(task, names)
            self.view.votes.update({(task, name): tally for name, tally in won.items()})
        if (self.view.times, self.view.votes) != before and self.is_mounted:
            self.query_one(TaskPane).reload()
            if self._models and self._models.is_mounted:
                self._models.reload()


def _wanted(task: Task) -> str:
    kind = gives(task.task)
    words = f"It gives {KIND_WORDS[kind]}."
    if kind not in IN_WORDS:
        return f"{words} Name a file; its kind is told by its content."
    more = {Kind.LABELS: ' or JSON: [{"label": "cat", "score": 0.9}]', Kind.VECTOR: " as JSON: [0.1, 0.2]"}.get(
        kind, ""
    )
    return f"{words} Type it{more}, or name a text file. ctrl+j begins a new line."


def _have_read(screen: Keeping, plan: Plan, uid: Uid) -> bool:
    """Whether something below a task has begun, so that it would run again."""
    return any(screen.view.run.state(one) in _HAVE_READ for one in plan.below(uid))


def _there(path: str) -> bool:
    try:
        return Path(path).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):
        return False
