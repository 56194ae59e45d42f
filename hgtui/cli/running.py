"""The commands that start or continue a run: run, approve, plan."""

import asyncio
import sys
from pathlib import Path

from hgtui.cli.beginning import Beginning, again, check_together, plan_of, submit, turns_of
from hgtui.cli.checking import check_place, show_stopped
from hgtui.cli.closing import ask_at_gates, close, tell_raw
from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.folders import allowed_folders
from hgtui.cli.graphing import graph_of
from hgtui.cli.headless import Headless
from hgtui.cli.own import settle
from hgtui.cli.picking import pick_model
from hgtui.cli.way import RunWay
from hgtui.core.addresses import is_address
from hgtui.core.commands import Approve, Submit
from hgtui.core.states import EXIT_FAILED, Gates
from hgtui.session.conductor import Conductor
from hgtui.session.files import inspect


async def _check_files(files: tuple[str, ...]) -> None:
    base = await asyncio.to_thread(Path.cwd)
    for fact in await asyncio.gather(*(inspect(name, base) for name in files if not is_address(name))):
        if fact.error:
            raise Fault(fact.error, "Check what --file names.")


async def run(begin: Beginning, way: RunWay) -> int:
    """Run a request, or a plan file; return the exit status."""
    allowed = await asyncio.to_thread(allowed_folders, way.allow)
    await _check_files(begin.files)
    await asyncio.to_thread(check_out, way.out)
    kept, given = await plan_of(begin)
    person = way.asks
    check_together(begin, way, kept, person=person)
    stored = not way.no_store
    async with await Workplace.open(
        profile=way.profile, offline=way.offline, allowed=allowed, no_store=way.no_store
    ) as place:
        await pick_model(place, ask=way.asks_model)
        earlier = await turns_of(place, begin.after) if begin.after else ()
        conductor = place.conductor(
            approve_by=way.approve_by, attended=way.scripted, out=way.out, answer=way.answer, fresh=way.fresh
        )
        command = await again(place, kept, begin) if kept else submit(begin.request, begin.files, given, earlier)
        commands = [command] if begin.asked else []
        live = looks_on(place, as_json=way.as_json)
        headless = Headless(conductor, as_json=way.as_json, scripted=way.scripted, live=live, stored=stored)
        status = await headless.follow(*commands)
        tell_raw(place, conductor.run)
        from_file = "" if kept else begin.plan or ""
        if person:
            form = place.settings.edit_as
            status = await ask_at_gates(conductor, status, form=form, live=live, from_file=from_file, stored=stored)
        return close(conductor.run, status, as_json=way.as_json, shown=person, from_file=from_file, stored=stored)


def check_out(out: Path | None) -> None:
    """Make the folder for the results now: a run whose results cannot be written is not begun."""
    if out is None:
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(
            f"The results cannot be written to {out}: {error.strerror}.", "Name another folder with --out."
        ) from None


def looks_on(place: Workplace, *, as_json: bool) -> bool:
    """Whether somebody looks on while an LLM plans; rules are done before anybody could."""
    return place.chat is not None and not as_json and sys.stderr.isatty()


async def approve(name: str, fingerprint: str, way: RunWay) -> int:
    """Go on from the gate where a run waits."""
    allowed = await asyncio.to_thread(allowed_folders, way.allow)
    async with await Workplace.open(profile=way.profile, offline=way.offline, allowed=allowed) as place:
        run, lock = await place.take(name)
        answer = way.answer
        if run.gate is not None:
            answer = await settle(place, run, way.profile, answer, ask=way.asks_model)
        conductor = place.conductor(run, lock=lock, attended=False, out=way.out, answer=answer, fresh=way.fresh)
        if run.ended:
            raise Fault(f"The run {run.id} has ended already.", f"Its answer: hgtui show {run.id}")
        if run.gate is None:
            raise Fault(f"The run {run.id} waits at no gate.", f"To go on with it: hgtui resume {run.id}")
        headless = Headless(conductor, as_json=way.as_json, live=looks_on(place, as_json=way.as_json))
        try:
            status = await headless.follow(Approve(fingerprint=fingerprint))
        except Fault as fault:
            await conductor.settled()  # the gate may open again
            raise _not_approved(conductor, fault) from None
        return close(conductor.run, status, as_json=way.as_json, shown=False)


def _not_approved(conductor: Conductor, fault: Fault) -> Fault:
    """Return what a refused approval is told as: 1 for a plan with errors, 2 for a fingerprint that is not its own."""
    run = conductor.run
    if conductor.error is not None or run.gate is None:
        return fault
    if not run.gate.approvable:
        return Fault(fault.message, f"See them: hgtui show {run.id}", EXIT_FAILED)
    return Fault(fault.message, f"Look at the plan: hgtui show {run.id}")


async def plan(request: str, files: tuple[str, ...], way: RunWay, *, output: str | None, graph: bool = False) -> int:
    """Plan a request and choose models, and stop there; with `graph` print the plan as a drawing."""
    allowed = await asyncio.to_thread(allowed_folders, way.allow)
    await _check_files(files)
    if not request.strip():
        raise Fault("The request is empty.", 'Say what you want: hgtui plan "Summarize notes.txt".')
    if output:
        await asyncio.to_thread(check_place, Path(output))
    async with await Workplace.open(
        profile=way.profile, offline=way.offline, allowed=allowed, no_store=way.no_store
    ) as place:
        await pick_model(place, ask=way.asks_model)
        conductor = place.conductor(attended=False, gates=Gates.MERGED, only_plans=True)
        headless = Headless(conductor, live=looks_on(place, as_json=way.as_json), stored=not way.no_store)
        status = await headless.follow(Submit(request=request, files=files))
        run = conductor.run
        tell_raw(place, run)
        if run.gate is None:
            return close(run, status, as_json=False, shown=True)
        words = graph_of(run) if graph and run.plan.tasks else ""
        return show_stopped(run, run.gate, as_json=way.as_json, output=output, words=words)
