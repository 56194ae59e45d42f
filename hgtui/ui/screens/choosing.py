"""Models and mends from lists over the workbench: what the person picks there becomes commands."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hgtui.core import events as ev
from hgtui.core.commands import ChooseModel, Pin
from hgtui.core.model import Candidate
from hgtui.core.plan import Task
from hgtui.core.problems import Problem
from hgtui.core.text import one_line, plural
from hgtui.ui.may_plan import all_have_it
from hgtui.ui.models import refusal
from hgtui.ui.screens.switching import Switching

if TYPE_CHECKING:
    from hgtui.ui.screens.models import Models, Picked

CHANGES_MODELS = (ev.CandidatesFound, ev.ModelChosen, ev.PlanEdited, ev.EditUndone, ev.EditRedone, ev.RunEnded)
"""The events after which the list of models may be another."""


class Choosing(Switching):
    """Chooses models and mends."""

    _models: "Models | None" = None
    _pinning: tuple[str, str | None] | None = None
    """The task type whose pin the person asked to change, and what was pinned before."""

    def action_models(self) -> None:
        """Open the list of models for the task."""
        task = self.view.task
        if not self._can("models") or task is None:
            return
        from hgtui.ui.screens.models import Models

        self._models = Models(self.view, self.desk, task, self._picked)
        self.app.push_screen(self._models, self._models_closed)

    def _models_closed(self, _: None) -> None:
        self._models = None

    def models_changed(self, happened: Iterable[ev.Event]) -> None:
        """Bring the list of models up to date while it is open, and say when a pin was set."""
        self._tell_pin()
        if self._models and self._models.is_mounted and any(isinstance(one, CHANGES_MODELS) for one in happened):
            self._models.reload()

    def say(self, words: str, *, asks: bool = False) -> None:
        """Show a sentence, also over the list of models while that is open."""
        super().say(words, asks=asks)
        if words and self._models and self._models.is_mounted:
            self._models.say(words)

    def _picked(self, picked: "Picked") -> bool:
        """Do what the person wants of a candidate; say whether the list may close."""
        task = self._models.about if self._models else self.view.task
        if task is None:
            return True
        match picked.what:
            case "take":
                super().say("")
                self.dispatch(ChooseModel(uid=task.uid, candidate=picked.candidate.name))
            case "all":
                return self._choose_for_all(task, picked.candidate, itself=True)
            case "pin":
                self._pin(task, picked.candidate)
                return False
        return True

    def _choose_for_all(self, task: Task, candidate: Candidate, *, itself: bool) -> bool:
        """Choose a candidate for all tasks of a type that have another and that it fits, as one edit; say whether it was for any."""
        tasks = (*((task,) if itself else ()), *self.view.alike(task))
        left = [one for one in tasks if not self.view.runs_on(one, candidate)]
        able = [one for one in left if not refusal(one, candidate)]
        if not left:
            self.say(all_have_it(len(self.view.alike(task)) + 1))
        elif not able:
            self.say(refusal(left[0], candidate))
        else:
            first, *others = (one.uid for one in able)
            self.dispatch(ChooseModel(uid=first, candidate=candidate.name, also=tuple(others)))
            more = f" It does not fit {plural(len(left) - len(able), 'other')}." if len(able) < len(left) else ""
            what = f"{plural(len(able), 'task')} of the type {task.task}"
            self.say(f"{one_line(candidate.model, 60)} is chosen for {what}.{more}")
        return bool(able)

    def _pin(self, task: Task, candidate: Candidate) -> None:
        """Pin a candidate for a task type, or take the pin away where it is pinned."""
        there = self.view.pinned(task) == candidate.name
        self._pinning = (task.task, self.view.pins.get(task.task))
        self.dispatch(Pin(task=task.task, candidate=None if there else candidate.name))

    def _tell_pin(self) -> None:
        """Say what is pinned now, once a pin has changed that the person asked to change."""
        if self._pinning is None:
            return
        task, before = self._pinning
        now = self.view.pins.get(task)
        if now == before:
            return
        self._pinning = None
        name = one_line(task, 40)
        self.say(
            f"{one_line(now, 80)} is pinned for {name}, also in later runs."
            if now
            else f"Nothing is pinned for {name} any more."
        )
        if self._models and self._models.is_mounted:
            self._models.reload()

    def action_models_all(self) -> None:
        """Choose the model of the task for all others of its type."""
        task = self.view.task
        if self._can("models_all") and task and (candidate := self.view.candidate(task)):
            self._choose_for_all(task, candidate, itself=False)

    def action_pin(self) -> None:
        """Pin the model of the task for its type, or unpin it."""
        task = self.view.task
        if self._can("pin") and task and (candidate := self.view.candidate(task)):
            self._pin(task, candidate)

    def choose_mend(self, problem: Problem) -> None:
        """Let the person choose one of several mends."""
        from hgtui.ui.screens.mends import Mends

        def chosen(at: int | None) -> None:
            if at is not None:
                self.apply_mend(problem, at)

        self.app.push_screen(Mends(problem), chosen)
