"""The commands that plan, choose and run. Each brings in what it needs when it runs."""

from typing import Annotated

import typer

from hgtui.cli.app import app, leave, run_to_end
from hgtui.cli.options import Allow, Answer, Commands, Files, Fresh, Graph, Json, NoStore, Offline, Out, Output, Profile
from hgtui.cli.way import RunWay


@app.command("open")
def open_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A plan file, a planner's reply, or an exported run.")],
    profile: Profile = None,
    offline: Offline = False,
    allow: Allow = None,
) -> None:
    """Open the workbench on a plan, or on a run that was exported, of which nothing is kept."""
    from hgtui.cli.workbench import open_workbench

    leave(open_workbench(file, profile, offline=offline, allow=tuple(allow or ())))


@app.command()
def run(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="What you want; name the files in it.")] = "",
    file: Files = None,
    plan: Annotated[
        str | None,
        typer.Option(
            "--plan",
            metavar="FILE",
            help="Run this plan file, or the plan of this run, instead of planning; '-': standard input.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Approve the plan without asking.")] = False,
    as_json: Json = False,
    commands: Commands = None,
    profile: Profile = None,
    answer: Answer = None,
    after: Annotated[
        str | None,
        typer.Option(
            "--after", metavar="RUN", help="Go on with the conversation of an earlier run: its turns and files."
        ),
    ] = None,
    replay: Annotated[
        str | None,
        typer.Option(
            "--replay", metavar="RUN", help="Run a recorded run again on what was recorded, asking nobody, and compare."
        ),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep what came of --replay as a run of its own.")] = False,
    rerun: Annotated[
        list[int] | None,
        typer.Option(
            "--rerun", metavar="TASK", help="With --plan RUN: run this task though its result is kept. Repeatable."
        ),
    ] = None,
    supply: Annotated[
        list[str] | None,
        typer.Option(
            "--supply",
            metavar="TASK=WHAT",
            help="With --plan RUN: the result of this task by hand, a text or the path of a file. Repeatable.",
        ),
    ] = None,
    out: Out = None,
    offline: Offline = False,
    fresh: Fresh = False,
    no_store: NoStore = False,
    allow: Allow = None,
) -> None:
    """Run a request through all four stages and print the answer."""
    if replay is not None:
        from hgtui.cli import replaying

        more = (request, file, plan, yes, commands, profile, answer, after, out, fresh, allow, rerun, supply)
        if any(more):
            raise typer.BadParameter(
                "it takes request, files and settings from the recorded run: only --json and --keep go with it",
                param_hint="--replay",
            )
        run_to_end(replaying.again(replay, keep=keep, as_json=as_json))
    if keep:
        raise typer.BadParameter("it goes with --replay", param_hint="--keep")
    from hgtui.cli import running
    from hgtui.cli.beginning import Beginning

    way = RunWay(
        profile=profile,
        offline=offline,
        as_json=as_json,
        yes=yes,
        scripted=_scripted(commands),
        out=out,
        answer=answer,
        allow=tuple(allow or ()),
        fresh=fresh,
        no_store=no_store,
    )
    begin = Beginning(request, tuple(file or ()), plan, after, tuple(rerun or ()), tuple(supply or ()))
    run_to_end(running.run(begin, way))


def _scripted(commands: str | None) -> bool:
    if commands not in {None, "-"}:
        raise typer.BadParameter("only '-' (standard input) is read", param_hint="--commands")
    return commands == "-"


@app.command()
def approve(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of the run, its beginning, or its last six characters.")
    ],
    fingerprint: Annotated[
        str, typer.Argument(metavar="FINGERPRINT", help="The fingerprint that was shown, at least 8 characters.")
    ],
    as_json: Json = False,
    profile: Profile = None,
    answer: Answer = None,
    out: Out = None,
    offline: Offline = False,
    fresh: Fresh = False,
    allow: Allow = None,
) -> None:
    """Go on from the gate where a run waits."""
    from hgtui.cli import running

    way = RunWay(
        profile=profile,
        offline=offline,
        as_json=as_json,
        out=out,
        answer=answer,
        allow=tuple(allow or ()),
        fresh=fresh,
    )
    run_to_end(running.approve(run, fingerprint, way))


@app.command()
def resume(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="The name of the run; without one the latest that has not ended."),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", "-y", help="Ask nothing: approve, call again what was under way, try again what failed."),
    ] = False,
    as_json: Json = False,
    commands: Commands = None,
    profile: Profile = None,
    answer: Answer = None,
    out: Out = None,
    offline: Offline = False,
    fresh: Fresh = False,
    allow: Allow = None,
) -> None:
    """Go on with a run that was left or killed in the middle; on a terminal in the workbench."""
    way = RunWay(
        profile=profile,
        offline=offline,
        as_json=as_json,
        yes=yes,
        scripted=_scripted(commands),
        out=out,
        answer=answer,
        allow=tuple(allow or ()),
        fresh=fresh,
    )
    if not (yes or as_json or commands or answer or out or fresh):
        from hgtui.cli.workbench import at_a_terminal, resume_in_workbench

        if at_a_terminal():
            leave(resume_in_workbench(run, profile, offline=offline, allow=way.allow))
    from hgtui.cli import resuming

    run_to_end(resuming.resume(run, way))


@app.command()
def plan(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="What you want; name the files in it.")] = "",
    file: Files = None,
    parse: Annotated[
        str | None,
        typer.Option("--parse", metavar="FILE", help="Read a planner's reply from this file, '-' for standard input."),
    ] = None,
    graph: Graph = False,
    as_json: Json = False,
    output: Output = None,
    profile: Profile = None,
    offline: Offline = False,
    no_store: NoStore = False,
    allow: Allow = None,
) -> None:
    """Plan a request, choose models, and stop there."""
    if graph and (as_json or output):
        raise typer.BadParameter("it goes without --json and --output", param_hint="--graph")
    if parse is not None:
        from hgtui.cli import checking

        if request or file or profile or allow:
            raise typer.BadParameter("it reads a reply and plans nothing", param_hint="--parse")
        run_to_end(checking.parse(parse, as_json=as_json, output=output, offline=offline, graph=graph))
    from hgtui.cli import running

    way = RunWay(profile=profile, offline=offline, as_json=as_json, allow=tuple(allow or ()), no_store=no_store)
    run_to_end(running.plan(request, tuple(file or ()), way, output=output, graph=graph))


@app.command()
def select(
    plan: Annotated[str | None, typer.Argument(metavar="[PLAN]", help="A plan file, '-' for standard input.")] = None,
    parse: Annotated[
        str | None,
        typer.Option("--parse", metavar="FILE", help="Read a selector's reply from this file, '-' for standard input."),
    ] = None,
    for_plan: Annotated[
        str | None, typer.Option("--plan", metavar="FILE", help="The plan file that the reply is for.")
    ] = None,
    as_json: Json = False,
    output: Output = None,
    profile: Profile = None,
    offline: Offline = False,
) -> None:
    """Choose models for a plan file, and stop there."""
    from hgtui.cli import selecting

    if plan and for_plan:
        raise typer.BadParameter("the plan is named twice", param_hint="--plan")
    name = plan or for_plan
    if not name:
        raise typer.BadParameter("name a plan file: hgtui select plan.json", param_hint="PLAN")
    if parse is not None:
        run_to_end(selecting.parse(parse, name, as_json=as_json, output=output, profile=profile, offline=offline))
    run_to_end(selecting.select(name, as_json=as_json, output=output, profile=profile, offline=offline))


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A plan file, '-' for standard input.")],
    mend: Annotated[
        bool,
        typer.Option(
            "--mend", help="Apply the first mend of each error; the mended plan goes to -o, else it is printed."
        ),
    ] = False,
    as_json: Json = False,
    output: Output = None,
    offline: Offline = False,
) -> None:
    """Print what is wrong or doubtful in a plan file, or mend it."""
    if mend:
        from hgtui.cli import mending

        run_to_end(mending.mend(file, as_json=as_json, output=output, offline=offline))
    if output:
        raise typer.BadParameter("it takes the mended plan: add --mend", param_hint="--output")
    from hgtui.cli import checking

    run_to_end(checking.check(file, as_json=as_json, offline=offline))
