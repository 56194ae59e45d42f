"""What each key does: the command that it sends, or the sentence why it cannot be done now."""

import json
from typing import NamedTuple

from hgtui.core.approval import plan_fingerprint
from hgtui.core.commands import (
    Allow,
    Approve,
    ChooseModel,
    Command,
    EditPlan,
    Finish,
    Redo,
    Rerun,
    Retry,
    SkipTask,
    Stop,
    Undo,
)  # fmt: skip
from hgtui.core.edits import Delete, Skip
from hgtui.core.events import RerunForeseen
from hgtui.core.plan import Task, Uid
from hgtui.core.planfile import write_task
from hgtui.core.problems import Problem
from hgtui.core.states import Stage
from hgtui.core.text import plural
from hgtui.ui.may import meant, why_not
from hgtui.ui.mendable import to_mend
from hgtui.ui.models import refusal
from hgtui.ui.screens.bench import Bench
from hgtui.ui.view import View
from hgtui.ui.widgets.plan import PlanPane


class Question(NamedTuple):
    """What hgtui asks back before it does something."""

    about: str
    uid: Uid | None = None


class Actions(Bench):
    """The actions of the workbench that end in a command; the screen itself says how one is sent."""

    view: View
    question: Question | None = None
    refused: tuple[str, str] = ("", "")
    """The action that could not be done last, and the sentence why."""
    visited: Problem | None = None
    """The problem that `!` went to last."""

    def dispatch(self, command: Command) -> None:
        """Send a command to the conductor."""
        raise NotImplementedError

    def say(self, words: str, *, asks: bool = False) -> None:
        """Show a sentence."""
        raise NotImplementedError

    def ask_again(self) -> None:
        """Make the request once more."""
        raise NotImplementedError

    def select_task(self, uid: Uid) -> None:
        """Select a task."""
        raise NotImplementedError

    def select_problem(self, problem: Problem) -> None:
        """Select a problem."""
        raise NotImplementedError

    def problem_here(self) -> Problem | None:
        """The problem that the person looks at."""
        raise NotImplementedError

    def _can(self, action: str) -> bool:
        self.question = None
        words = why_not(action, self.view)
        self.refused = action, words
        self.say(words)
        return not words

    def _ask(self, words: str, about: str, uid: Uid | None = None) -> None:
        self.question = Question(about, uid)
        self.say(words, asks=True)

    def action_approve(self) -> None:
        """Approve what is on the screen, or let the selected task start that asks."""
        if not self._can("approve"):
            return
        gate = self.view.stage_gate
        if self.view.may_allow and self.view.chosen:
            self.dispatch(Allow(uid=self.view.chosen))
        elif gate:
            self.dispatch(Approve(fingerprint=gate.fingerprint))
        elif self.view.run.choosing:  # the plan alone: it still stops for the models, which nobody has seen
            self.dispatch(Approve(fingerprint=plan_fingerprint(self.view.run.draft, self.view.run.files)))

    def action_delete(self) -> None:
        """Delete the task; where others depend on it, ask first which."""
        task, question = self.view.task, self.question
        if not self._can("delete") or task is None:
            return
        below = self.view.plan.below(task.uid)
        if not below or question == Question("delete", task.uid):
            self.dispatch(EditPlan(edit=Delete(uid=task.uid)))
            return
        ids = ", ".join(str(self.view.ids[uid]) for uid in below[:8]) + (" …" if len(below) > 8 else "")
        verb = "depends" if len(below) == 1 else "depend"
        words = f"{ids} {verb} on {task.id}.  {self.keymap.of('delete')} deletes only {task.id} · {self.keymap.of('breakpoint')} with {plural(len(below), 'task')} below it · esc keeps it"
        self._ask(words, "delete", task.uid)

    def action_below(self) -> None:
        """Delete the task that was asked about, with what is below it."""
        question = self.question
        if question and question.about == "delete" and question.uid:
            self.question = None
            self.say("")
            self.dispatch(EditPlan(edit=Delete(uid=question.uid, below=True)))

    def action_skip(self) -> None:
        """Leave the task out, or take it in again."""
        task = self.view.task
        if not self._can("skip") or task is None:
            return
        self.dispatch(EditPlan(edit=Skip(uid=task.uid, skip=not task.skip)))
        if not self.query_one(PlanPane).size.height:  # its row, which tells it, is not in sight
            self.say(
                f"Task {task.id} {'runs after all' if task.skip else 'is skipped'}: {self.keymap.of('skip')} turns it."
            )

    def action_undo(self) -> None:
        """Undo the last edit."""
        if self._can("undo"):
            self.dispatch(Undo())

    def action_redo(self) -> None:
        """Do again what was undone."""
        if self._can("redo"):
            self.dispatch(Redo())

    def action_mend(self) -> None:
        """Apply a mend of the problem that the person looks at; after a failure let the next candidate try."""
        if not self._can("mend"):
            return
        problem, task = to_mend(self.view, self.problem_here()), meant("mend", self.view)
        other = self.view.next_for(task) if task else None
        if task and other:
            self._show_meant(task)
            # The changed task is run again by itself, once the choice is approved where it was not before.
            self.dispatch(ChooseModel(uid=task.uid, candidate=other.name))
        elif problem and len(problem.mends) > 1:
            self.choose_mend(problem)
        elif problem and problem.mends:
            self.apply_mend(problem, 0)
            if problem.uid != self.view.chosen:  # what was mended is not in sight
                self.say(f"{problem.message} Mended: {problem.mends[0].label}. {self.keymap.of('undo')} takes it back.")
        elif problem:
            self.say(f"This problem has no mend of one key; {self.keymap.of('edit')} edits the task.")
        else:
            self.say(f"Select a problem first: {self.keymap.of('next_problem')} goes to the next one.")

    def choose_mend(self, problem: Problem) -> None:
        """Let the person choose one of several mends."""
        raise NotImplementedError

    def apply_mend(self, problem: Problem, at: int) -> None:
        """Apply one of the mends of a problem, if it is still one."""
        if problem in self.view.problems and at < len(problem.mends):
            self.dispatch(EditPlan(edit=problem.mends[at].edit))
        else:
            self.say("The plan has changed since: there is no such problem any more.")

    def action_retry(self) -> None:
        """Run the task once more; where no plan came of a request, ask for one again."""
        if self._can("retry") and self.view.run.planning_failed:
            self.ask_again()
        elif self._can("retry") and (task := meant("retry", self.view)):
            self._show_meant(task)
            self.dispatch(Retry(uid=task.uid))

    def _show_meant(self, task: Task) -> None:
        """Select the task that a key acts on, where that is another one than the selected."""
        if task.uid != self.view.chosen:
            self.select_task(task.uid)

    def action_rerun(self) -> None:
        """Say what a re-run of the task with what is below it would do; the same key again does it.

        At a gate, which says that itself, it is done at once.
        """
        question, uid = self.question, self.view.chosen
        if not self._can("rerun") or uid is None:
            return
        asks = self.view.run.stage is Stage.EXECUTION
        self.dispatch(Rerun(uid=uid, preview=asks and question != Question("rerun", uid)))

    def foreseen(self, event: RerunForeseen) -> None:
        """Ask whether what was foreseen is to be done."""
        if event.uid == self.view.chosen and event.uid in self.view.ids:
            spends = f", {event.spends}" if event.spends else ""
            words = f"{self.view.ids[event.uid]} again: {event.words}{spends}.  {self.keymap.of('rerun')} does it · esc keeps what there is"
            self._ask(words, "rerun", event.uid)

    def action_go_on(self) -> None:
        """Go on without the task."""
        if self._can("go_on") and (task := meant("go_on", self.view)):
            self._show_meant(task)
            self.dispatch(SkipTask(uid=task.uid))

    def action_finish(self) -> None:
        """Write the answer from what there is."""
        if self._can("finish"):
            self.dispatch(Finish())

    def action_stop(self) -> None:
        """Stop the run, after asking once; while the planner is at a revision only that, at once."""
        question = self.question
        if not self._can("stop"):
            return
        if self.view.run.comment and self.view.run.revision is None:
            self.dispatch(Stop())  # only the revision: the plan stays, so there is nothing to ask
        elif question and question.about in {"stop", "interrupt"}:
            self.dispatch(Stop())
        else:
            self._ask(f"Stop this run?  {self.keymap.of('stop')} stops it · esc lets it go on", "stop")

    def action_stop_task(self) -> None:
        """Stop the selected task."""
        if self._can("stop_task") and self.view.chosen:
            self.dispatch(Stop(uid=self.view.chosen))

    def action_copy(self) -> None:
        """Copy the selected task as JSON to the clipboard of the person's terminal."""
        task = self.view.task
        if self._can("copy") and task:
            # Only ASCII goes out: what is foreign in it stands as \\u escapes.
            self.app.copy_to_clipboard(json.dumps(write_task(task, self.view.ids), indent=2))
            self.say(f"Task {task.id} is copied as JSON.")

    def action_next_problem(self) -> None:
        """Go to the next problem, or to the next task that failed."""
        if not self._can("next_problem"):
            return
        stuck, problems = [task.uid for task in self.view.stuck], self.view.problems
        if stuck:
            at = stuck.index(self.view.chosen) + 1 if self.view.chosen in stuck else 0
            self.select_task(stuck[at % len(stuck)])
            return
        at = problems.index(self.visited) + 1 if self.visited in problems else 0
        self.visited = problems[at % len(problems)]
        self.select_problem(self.visited)

    def take_candidate(self, name: str) -> None:
        """Choose a candidate for the selected task."""
        task = self.view.task
        if not self._can("models") or task is None:
            return
        candidate = self.view.named(task, name)
        if candidate and (no := refusal(task, candidate)):
            self.say(no)
        elif candidate:
            self.dispatch(ChooseModel(uid=task.uid, candidate=name))
