"""Opens the workbench: the screen in front of the same conductor. No CLI library is imported on this way."""

import asyncio
import sys

from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.core.commands import Submit
from hgtui.core.states import EXIT_OK, EXIT_USAGE
from hgtui.execution.endpoints.embedded.endpoint import missing_extras
from hgtui.session.conductor import Conductor


class WorkplaceDesk:
    """What the workbench gets: new conductors, and the words on who plans and what is missing."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self.planner_name = place.planner_name
        self.planner_why = place.choice.describe()
        self.missing = missing_extras()

    async def new(self) -> Conductor:
        """Open a new run."""
        return self._place.conductor()


async def _open(first: Submit | None, profile: str | None) -> None:
    from hgtui.cli.picking import pick_model
    from hgtui.ui.app import HgtuiApp

    async with await Workplace.open(profile=profile) as place:
        await pick_model(place, verify=False)
        await HgtuiApp(WorkplaceDesk(place), first=first).run_async()


def open_workbench(file: str | None = None, profile: str | None = None) -> int:
    """Open the workbench, on a plan file or a raw reply where one is given; return the exit status."""
    try:
        first = _first(file) if file else None
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise Fault(
                "The workbench needs a terminal.", 'Without one: hgtui run "REQUEST" --yes. hgtui --help lists more.'
            )
        asyncio.run(_open(first, profile))
    except Exception as error:
        if not hasattr(error, "hint"):
            raise
        sys.stderr.write("\n".join(filter(None, (f"hgtui: {error}", error.hint))) + "\n")
        return getattr(error, "exit", EXIT_USAGE)
    return EXIT_OK


def _first(file: str) -> Submit:
    from hgtui.cli.reading import read_plan_or_reply_at
    from hgtui.cli.running import submit

    return submit("", (), read_plan_or_reply_at(file))
