"""Whether what came of a call that was sent again can be taken over now, and if not, why."""

from hgtui.core.calls import CallRow
from hgtui.core.states import Stage
from hgtui.ui.view import View


def no_take(view: View) -> str:
    """Return why nothing of any call can be taken now, as a sentence; an empty text where it can."""
    if not any(one.again for one in view.run.call_book.rows):
        return "No call of this run was sent again: Enter on a call of pane 4 shows it, and e there sends it again."
    if view.looked:
        return view.looked
    if not view.at_gate:
        return "What a call says is taken at a gate, before anything runs."
    if view.run.revision is not None:
        return f"A revision is here: {view.key('focus_plan')} goes to it. Take it, or keep your plan, first."
    return (
        f"The planner is at a revision; {view.key('stop')} stops it, and your plan stays." if view.run.comment else ""
    )


def no_call(row: CallRow, *, view: View) -> str:
    """Return why what came of a call cannot be taken now, as a sentence; an empty text where it can."""
    if not row.again:
        return f"Call {row.number} was not sent again: the run has what came of it."
    if row.failed or not row.record:
        return f"No reply came of call {row.number}. {row.failed}".strip()
    if row.stage not in {Stage.PLANNING, Stage.SELECTION}:
        return f"Only a plan, or a choice of models, is taken over; {view.key('supply')} gives the result of a task by hand."
    return no_take(view)
