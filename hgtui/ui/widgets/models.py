"""The rows of the list of models."""

from hgtui.core.model import Candidate
from hgtui.core.plan import Task
from hgtui.core.stand_ins import known_as
from hgtui.ui.models import row
from hgtui.ui.view import View
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line


class ModelRows(Rows):
    """One row for each candidate, at the provider that the person looks at; the cursor stays on the same model."""

    def __init__(self, view: View, task: Task) -> None:
        super().__init__(id="models-rows")
        self.view, self.about = view, task
        self.candidates: list[Candidate] = []
        self._orders: dict[str, tuple[str, ...]] = {}

    def fill(self, task: Task, candidates: tuple[Candidate, ...]) -> None:
        """List these candidates, each at its provider of before; one that is assigned at the one that is assigned."""
        before, self.about = self.here, task
        shown = {(one.endpoint, one.model): one.provider for one in self.candidates}
        assignment = self.view.assignment(task.uid)
        chosen = known_as(assignment, candidates) if assignment else None
        if chosen:
            shown.setdefault((chosen.endpoint, chosen.model), chosen.provider)
        self.candidates = [_at(one, shown.get((one.endpoint, one.model))) for one in candidates]
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
        if one is None or not one.provider or not one.providers:
            return
        order = self._orders.setdefault(one.model, (one.provider, *one.providers))
        at = order.index(one.provider) + 1 if one.provider in order else 0
        self.candidates[self.cursor] = one.at(order[at % len(order)])
        self.redraw([self.cursor])

    def line(self, index: int, width: int) -> Line:
        """Return the row of a candidate."""
        chosen = self.view.assignment(self.about.uid)
        pinned = self.view.pinned(self.about)
        return row(self.candidates[index], self.about, chosen.candidate if chosen else "", pinned, width)


def _key(candidate: Candidate) -> tuple[str, str]:
    return candidate.endpoint, candidate.model


def _at(candidate: Candidate, provider: str | None) -> Candidate:
    known = provider and provider != candidate.provider and provider in candidate.providers
    return candidate.at(provider) if known and provider else candidate
