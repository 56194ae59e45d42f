"""The commands on what is kept of runs. Each brings in what it needs when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from hgtui.cli.app import app, run_to_end
from hgtui.cli.options import Graph, Json, Level, Offline, Profile


@app.command()
def runs(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]...", help="The runs that --delete is for.")
    ] = None,
    as_json: Json = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at the most.")] = 50,
    search: Annotated[
        str, typer.Option("--search", metavar="TEXT", help="Only those whose request or name holds this.")
    ] = "",
    delete: Annotated[bool, typer.Option("--delete", help="Delete these runs for good; asks first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")] = False,
) -> None:
    """List the runs, the latest first, or delete some."""
    if delete:
        from hgtui.cli import caring

        if not names:
            raise typer.BadParameter("it needs the name of a run", param_hint="--delete")
        run_to_end(caring.delete(tuple(names), yes=yes, as_json=as_json))
    if names:
        raise typer.BadParameter("hgtui show RUN shows one run; --search finds some", param_hint="RUN")
    from hgtui.cli import showing

    run_to_end(showing.runs(as_json=as_json, limit=limit, search=search))


@app.command()
def export(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of the run, its beginning, or its last six characters.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write, such as run.zip.")],
    as_json: Json = False,
) -> None:
    """Write a run with its artifacts into one file, without secrets."""
    from hgtui.cli import caring

    run_to_end(caring.export(run, output, as_json=as_json))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What hgtui export has written.")], as_json: Json = False
) -> None:
    """Take a run in from a file."""
    from hgtui.cli import caring

    run_to_end(caring.import_(file, as_json=as_json))


@app.command()
def labels(
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="The file to write; else standard output.")
    ] = None,
    run: Annotated[
        list[str] | None, typer.Option("--run", metavar="RUN", help="Only of this run. Repeatable; else of all runs.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Only what was changed from then on: 2026-11-30.")
    ] = None,
) -> None:
    """Write what you changed in plans and models, with what the planner and the selector had said, as JSON lines."""
    from hgtui.cli import labelling

    run_to_end(labelling.write(output, tuple(run or ()), since))


@app.command()
def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Remove the artifacts that no run and no kept result names, and old locks."""
    from hgtui.cli import caring

    run_to_end(caring.gc(dry_run=dry_run, as_json=as_json))


@app.command()
def results(
    as_json: Json = False,
    clear: Annotated[bool, typer.Option("--clear", help="Forget every kept result: all tasks run again.")] = False,
) -> None:
    """Say how many results are kept for runs that do the same work again, and how many may be."""
    from hgtui.cli import showing

    run_to_end(showing.results(as_json=as_json, clear=clear))


@app.command()
def show(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of the run, its beginning, or its last six characters.")
    ],
    log: Annotated[bool, typer.Option("--log", help="Print its log, line by line.")] = False,
    task: Annotated[
        int | None, typer.Option("--task", metavar="NUMBER", min=0, help="With --log: only of this task.")
    ] = None,
    level: Annotated[
        Level | None, typer.Option("--level", help="With --log: only what is at least as grave.", show_choices=True)
    ] = None,
    search: Annotated[
        str, typer.Option("--search", metavar="WORDS", help="With --log: only lines with all of these words.")
    ] = "",
    graph: Graph = False,
    timeline: Annotated[
        bool, typer.Option("--timeline", help="Print when each task waited and ran, a bar for each.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show one run: its plan, how it went, its answer; or its log, its plan as a graph, or its timeline."""
    from hgtui.cli import showing

    if graph and (log or as_json):
        raise typer.BadParameter("it goes without --log and --json", param_hint="--graph")
    given = {"--task": task is not None, "--level": level is not None, "--search": bool(search)}
    if timeline and (log or graph):
        raise typer.BadParameter(f"not together with {'--log' if log else '--graph'}", param_hint="--timeline")
    if log:
        run_to_end(showing.log(run, task=task, level=level.value if level else "debug", search=search, as_json=as_json))
    for option in (name for name, is_there in given.items() if is_there):
        raise typer.BadParameter("it goes with --log", param_hint=option)
    if timeline:
        run_to_end(showing.timeline(run, as_json=as_json))
    run_to_end(showing.show(run, as_json=as_json, graph=graph))


@app.command()
def whatif(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of the run, its beginning, or its last six characters.")
    ],
    task: Annotated[int, typer.Argument(metavar="TASK", min=0, help="The number of the task in the plan.")],
    candidates: Annotated[
        list[str] | None, typer.Argument(metavar="[CANDIDATE]...", help="Two or three, as embedded:lexrank.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Approve what they send and spend.")] = False,
    fingerprint: Annotated[
        str, typer.Option("--fingerprint", metavar="FINGERPRINT", help="Approve just what was shown under this.")
    ] = "",
    winner: Annotated[
        int | None, typer.Option("--winner", metavar="N", min=0, help="Take the N-th; 0 gives the what-if up.")
    ] = None,
    profile: Profile = None,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Run two or three models on the input of a task that waits at a gate, compare what came, take the winner."""
    from hgtui.cli import whatif as trying

    if not candidates and winner is None:
        raise typer.BadParameter("name two or three, or decide with --winner", param_hint="CANDIDATE")
    if winner is not None and candidates and not (yes or fingerprint):
        raise typer.BadParameter("nothing has run yet: it goes with --yes or --fingerprint", param_hint="--winner")
    given = {"fingerprint": fingerprint, "yes": yes, "winner": winner}
    run_to_end(
        trying.whatif(run, task, tuple(candidates or ()), profile=profile, offline=offline, as_json=as_json, **given)  # type: ignore[arg-type]
    )


@app.command()
def calls(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of the run, its beginning, or its last six characters.")
    ],
    task: Annotated[
        int | None, typer.Option("--task", metavar="NUMBER", min=0, help="List only those for this task.")
    ] = None,
    search: Annotated[
        str, typer.Option("--search", metavar="WORDS", help="List only those with all of these words.")
    ] = "",
    call: Annotated[
        int | None, typer.Option("--call", metavar="N", min=1, help="Print one in full: asked, said, how it was read.")
    ] = None,
    curl: Annotated[
        int | None, typer.Option("--curl", metavar="N", min=1, help="Print one as a curl command, without the key.")
    ] = None,
    prompt: Annotated[
        int | None, typer.Option("--prompt", metavar="N", min=1, help="Print the prompt of one, to edit it.")
    ] = None,
    resend: Annotated[
        int | None,
        typer.Option("--resend", metavar="N", min=1, help="Send one again, with changes, and compare; the run stays."),
    ] = None,
    prompt_file: Annotated[
        str | None,
        typer.Option("--with", metavar="FILE", help="With --resend: this prompt; '-' reads standard input."),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option("--temperature", metavar="T", min=0.0, max=2.0, help="With --resend: this temperature."),
    ] = None,
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="With --resend: this model.")] = "",
    profile: Profile = None,
    as_json: Json = False,
) -> None:
    """List the calls of a run to LLMs, the Hub and endpoints; show one, or send it again with changes."""
    from hgtui.cli import calling

    ways = {"--call": call, "--curl": curl, "--prompt": prompt, "--resend": resend}
    given = [name for name, number in ways.items() if number is not None]
    if len(given) > 1:
        raise typer.BadParameter(f"not together with {given[0]}", param_hint=given[1])
    if given and (task is not None or search):
        raise typer.BadParameter("it is for the list", param_hint="--task" if task is not None else "--search")
    changes = {"--with": prompt_file, "--temperature": temperature, "--model": model or None, "--profile": profile}
    for option in (name for name, value in changes.items() if value is not None and resend is None):
        raise typer.BadParameter("it goes with --resend", param_hint=option)
    if resend is not None:
        from hgtui.cli import resending

        run_to_end(
            resending.resend(
                run,
                resend,
                temperature=temperature,
                model=model,
                profile=profile,
                prompt=prompt_file,
                as_json=as_json,
            )
        )
    if call is not None:
        run_to_end(calling.call(run, call, as_json=as_json))
    if curl is not None:
        run_to_end(calling.call(run, curl, as_json=as_json, form="curl"))
    if prompt is not None:
        run_to_end(calling.call(run, prompt, as_json=as_json, form="prompt"))
    run_to_end(calling.calls(run, task=task, search=search, as_json=as_json))


@app.command()
def save(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of the run, its beginning, or its last six characters.")
    ],
    task: Annotated[str, typer.Argument(metavar="TASK", help="The number of the task, as hgtui show prints it.")],
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="A file, a folder, or '-' for standard output; else a name is made.")
    ] = "",
    result: Annotated[
        int | None,
        typer.Option(
            "--result",
            metavar="N",
            min=1,
            help="Which of several results; else the one with the suffix of FILE, or the first.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Save the result of a task into a file, and print its path."""
    from hgtui.cli import saving

    run_to_end(saving.save_result(run, task, file, result, replace=force, as_json=as_json))


@app.command()
def replay(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of a run, or the file that it was exported into.")
    ],
    speed: Annotated[
        float | None,
        typer.Option("--speed", metavar="N", min=0.001, help="N times as fast as it went; on a terminal 1."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a recorded run as it went; nothing is run and nobody is asked."""
    from hgtui.cli import replaying

    run_to_end(replaying.show(run, speed=speed, as_json=as_json))
