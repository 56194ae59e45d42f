"""The rows of the list of models."""

from hgtui.core.model import Candidate
from hgtui.core.plan import Task
from hgtui.core.stand_ins import known_as
from hgtui.ui.models import distinct, elsewhere, row, took
from hgtui.ui.view import View
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line


class ModelRows(Rows):
    """One row for each candidate, at the provider that the person looks at; the cursor stays on the same model."""

    def __init__(self, view: View, task: Task) -> None:
        super().__init__(id="models-rows")
        self.view, self.about = view, task
        self.candidates: list[Candidate] = []
        self._listed: tuple[Candidate, ...] = ()

    def fill(self, task: Task, candidates: tuple[Candidate, ...]) -> None:
        """List these candidates, each model once: at the provider of before, else at the one that is assigned."""
        before, self.about = self.here, task
        assignment = self.view.assignment(task.uid)
        chosen = known_as(assignment, candidates) if assignment else None
        shown = {_key(one): one for one in (*self.candidates, *((chosen,) if chosen else ()))}
        self._listed = distinct(candidates)
        self.candidates = [_as(one, shown.get(_key(one))) for one in self._listed]
        self.show(len(self.candidates))
        same = [at for at, one in enumerate(self.candidates) if before and _key(one) == _key(before)]
        self.select(same[0] if same else 0)

    @property
    def here(self) -> Candidate | None:
        """The candidate under the cursor."""
        return self.candidates[self.cursor] if self.cursor < len(self.candidates) else None

    def to_chosen(self) -> None:
        """Put the cursor on the candidate that runs the task."""
        chosen = self.view.assignment(self.about.uid)
        places = [at for at, one in enumerate(self.candidates) if chosen and one.name == chosen.candidate]
        self.select(places[0] if places else 0)

    def next_provider(self) -> None:
        """Let the next provider run the model under the cursor: in the order of preference, and round again."""
        one = self.here
        if one is None or not one.provider:
            return
        listed = self._listed[self.cursor]
        order = [provider for provider in (listed.provider, *listed.providers) if provider]
        at = order.index(one.provider) + 1 if one.provider in order else 0
        other = order[at % len(order)]
        self.candidates[self.cursor] = listed if other == listed.provider else elsewhere(listed, other)
        self.redraw([self.cursor])

    def line(self, index: int, width: int) -> Line:
        """Return the row of a candidate."""
        chosen = self.view.assignment(self.about.uid)
        pinned = self.view.pinned(self.about)
        one = self.candidates[index]
        past = took(self.view, self.about, one)
        return row(one, self.about, chosen.candidate if chosen else "", pinned, width, past)


def _key(candidate: Candidate) -> tuple[str, str]:
    return candidate.endpoint, candidate.model


def _as(candidate: Candidate, shown: Candidate | None) -> Candidate:
    """Return a candidate at the provider at which it is shown."""
    if shown is None or shown.provider is None or shown.provider not in candidate.providers:
        return candidate
    return elsewhere(candidate, shown.provider)
