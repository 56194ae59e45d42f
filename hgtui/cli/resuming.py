"""`hgtui resume`: go on with a run that was left or killed in the middle."""

import asyncio

from hgtui.cli.beginning import again_line
from hgtui.cli.closing import ask_at_gates, close
from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.folders import allowed_folders
from hgtui.cli.headless import Headless
from hgtui.cli.own import settle
from hgtui.cli.running import check_out, looks_on
from hgtui.cli.way import RunWay
from hgtui.core.commands import Resume
from hgtui.core.run import Run
from hgtui.session.journal import JournalError
from hgtui.session.locks import RunInUse, RunLock

SEARCHED = 10_000
"""How many runs that have not ended, from the latest, are looked at for one to go on with."""


async def resume(name: str | None, way: RunWay) -> int:
    """Go on with a run, or with the latest that has not ended; return the exit status."""
    allowed = await asyncio.to_thread(allowed_folders, way.allow)
    await asyncio.to_thread(check_out, way.out)
    person = way.asks
    async with await Workplace.open(profile=way.profile, offline=way.offline, allowed=allowed) as place:
        run, lock = await taken(place, name)
        answer = await settle(place, run, way.profile, way.answer, ask=way.asks_model)
        conductor = place.conductor(
            run,
            lock=lock,
            approve_by=way.approve_by,
            attended=way.scripted,
            out=way.out,
            answer=answer,
            fresh=way.fresh,
        )
        live = looks_on(place, as_json=way.as_json)
        headless = Headless(conductor, as_json=way.as_json, scripted=way.scripted, live=live)
        status = await headless.follow(Resume())
        if person:
            status = await ask_at_gates(conductor, status, form=place.settings.edit_as, live=live)
        return close(conductor.run, status, as_json=way.as_json, shown=person)


async def taken(place: Workplace, name: str | None) -> tuple[Run, RunLock | None]:
    """Take a run to go on with it, where no name is given the latest that has not ended and that nobody writes.

    Raises Fault where there is none or it has ended, RunInUse where another process has it.
    """
    run, lock = await (place.take(name) if name else _latest(place))
    if run.ended:
        if lock is not None:
            lock.release()
        hint = f"Its plan once more, with what is done reused: {again_line(run)}. How it went: hgtui show {run.id}"
        raise Fault(f"The run {run.id} has ended: there is nothing to go on with.", hint)
    return run, lock


async def _latest(place: Workplace) -> tuple[Run, RunLock | None]:
    busy: RunInUse | None = None
    stuck = printed = ""
    for row in await place.journal.runs(limit=SEARCHED, unended=True):
        try:
            run, lock = await place.take(row.id)
        except RunInUse as error:
            busy = busy or error
            continue
        except (Fault, JournalError):
            continue  # what cannot be read is told where it is named
        wrong = run.gate is not None and run.grant is None and not run.gate.approvable
        shown = run.only_planned and run.grant is None  # hgtui plan: nobody has asked for it to run
        if not run.ended and not wrong and not shown:
            return run, lock
        if not run.ended and shown:
            printed = printed or run.id
        elif not run.ended:
            stuck = stuck or run.id
        if lock is not None:
            lock.release()
    if stuck:  # only a person who mends its plan could go on with it
        return await place.take(stuck)
    if busy is not None:
        raise Fault(f"There is no run to go on with but one: {busy}", busy.hint)
    if printed:
        hint = f"To go on with it: hgtui resume {printed}"
        raise Fault(f"There is no run to go on with but the plan {printed}, which hgtui plan has only shown.", hint)
    raise Fault("There is no run to go on with: all have ended.", "hgtui runs lists them.")
