"""The command line. Only typer is imported here: each command brings in what it needs when it runs."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from hgtui import __version__
from hgtui.cli.config_commands import config_app
from hgtui.cli.options import Allow, Answer, Files, Fresh, Graph, Json, Level, NoStore, Offline, Out, Output, Profile

app = typer.Typer(
    name="hgtui",
    help="HuggingGPT in a terminal, with a person in the loop. Without a command: the workbench.",
    epilog='Begin with: hgtui run "Read the text in page.png and read it aloud"',
    no_args_is_help=False,
    # A completion starts the program without arguments, which is the workbench.
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(config_app, name="config")

DEBUG = {"on": False}
"""Whether a fault of hgtui is shown with its traceback."""


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"hgtui {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _main(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback where hgtui has a fault.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    profile: Profile = None,
    offline: Offline = False,
    allow: Allow = None,
) -> None:
    DEBUG["on"] = debug
    if context.invoked_subcommand is None:
        from hgtui.cli.workbench import open_workbench

        raise typer.Exit(open_workbench(profile=profile, offline=offline, allow=tuple(allow or ())))
    given = {"--profile NAME": profile is not None, "--offline": offline, "--allow DIR": bool(allow)}
    for option in (name for name, is_there in given.items() if is_there):
        raise typer.BadParameter(f"it stands behind the command: hgtui run {option}", param_hint=option.split()[0])


def _exit(status: int) -> None:
    raise typer.Exit(status)


def _await(work: Coroutine[Any, Any, int]) -> None:
    import asyncio

    raise typer.Exit(asyncio.run(work))


@app.command("open")
def open_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A plan file, a planner's reply, or an exported run.")],
    profile: Profile = None,
    offline: Offline = False,
    allow: Allow = None,
) -> None:
    """Open the workbench on a plan, or on a run that was exported, of which nothing is kept."""
    from hgtui.cli.workbench import open_workbench

    _exit(open_workbench(file, profile, offline=offline, allow=tuple(allow or ())))


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
    commands: Annotated[
        str | None,
        typer.Option("--commands", metavar="-", help="'-' reads commands from standard input, one JSON object a line."),
    ] = None,
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
        _await(replaying.again(replay, keep=keep, as_json=as_json))
    if keep:
        raise typer.BadParameter("it goes with --replay", param_hint="--keep")
    from hgtui.cli import running

    if commands not in {None, "-"}:
        raise typer.BadParameter("only '-' (standard input) is read", param_hint="--commands")
    _await(
        running.run(
            request,
            files=tuple(file or ()),
            plan=plan,
            yes=yes,
            as_json=as_json,
            scripted=commands == "-",
            out=out,
            profile=profile,
            answer=answer,
            after=after,
            offline=offline,
            fresh=fresh,
            no_store=no_store,
            allow=tuple(allow or ()),
            rerun=tuple(rerun or ()),
            supply=tuple(supply or ()),
        )
    )


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

    folders = tuple(allow or ())
    _await(
        running.approve(
            run,
            fingerprint,
            as_json=as_json,
            out=out,
            profile=profile,
            answer=answer,
            offline=offline,
            fresh=fresh,
            allow=folders,
        )
    )


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
    commands: Annotated[
        str | None,
        typer.Option("--commands", metavar="-", help="'-' reads commands from standard input, one JSON object a line."),
    ] = None,
    profile: Profile = None,
    answer: Answer = None,
    out: Out = None,
    offline: Offline = False,
    fresh: Fresh = False,
    allow: Allow = None,
) -> None:
    """Go on with a run that was left or killed in the middle; on a terminal in the workbench."""
    if commands not in {None, "-"}:
        raise typer.BadParameter("only '-' (standard input) is read", param_hint="--commands")
    folders = tuple(allow or ())
    if not (yes or as_json or commands or answer or out or fresh):
        from hgtui.cli.workbench import at_a_terminal, resume_in_workbench

        if at_a_terminal():
            _exit(resume_in_workbench(run, profile, offline=offline, allow=folders))
    from hgtui.cli import resuming

    _await(
        resuming.resume(
            run,
            yes=yes,
            as_json=as_json,
            scripted=commands == "-",
            out=out,
            profile=profile,
            answer=answer,
            offline=offline,
            fresh=fresh,
            allow=folders,
        )
    )


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
        _await(checking.parse(parse, as_json=as_json, output=output, offline=offline, graph=graph))
    from hgtui.cli import running

    folders = tuple(allow or ())
    _await(
        running.plan(
            request,
            files=tuple(file or ()),
            as_json=as_json,
            output=output,
            profile=profile,
            offline=offline,
            no_store=no_store,
            allow=folders,
            graph=graph,
        )
    )


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
        _await(selecting.parse(parse, name, as_json=as_json, output=output, profile=profile, offline=offline))
    _await(selecting.select(name, as_json=as_json, output=output, profile=profile, offline=offline))


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

        _await(mending.mend(file, as_json=as_json, output=output, offline=offline))
    if output:
        raise typer.BadParameter("it takes the mended plan: add --mend", param_hint="--output")
    from hgtui.cli import checking

    _await(checking.check(file, as_json=as_json, offline=offline))


@app.command()
def tasks(
    as_json: Json = False,
    who: Annotated[
        bool, typer.Option("--who", help="Say who runs each: with nothing, an OpenAI key, an HF token, a vLLM server.")
    ] = False,
) -> None:
    """List every task type."""
    if who:
        from hgtui.cli import starts

        _exit(starts.show_who(as_json=as_json))
    from hgtui.cli import showing

    _exit(showing.tasks(as_json=as_json))


@app.command()
def models(
    task: Annotated[str | None, typer.Option("--task", metavar="TASK", help="Only those of this task type.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="WORDS", help="Search the Hugging Face Hub; needs no token.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, max=100, help="How many a search shows at the most; 20 if not said.")
    ] = None,
    card: Annotated[
        str | None, typer.Option("--card", metavar="MODEL", help="Print the model card of owner/name of the Hub.")
    ] = None,
    pin: Annotated[
        str | None, typer.Option("--pin", metavar="CANDIDATE", help="Always take this candidate for --task.")
    ] = None,
    unpin: Annotated[bool, typer.Option("--unpin", help="Take the pin of --task away.")] = False,
    pins: Annotated[bool, typer.Option("--pins", help="List the pins.")] = False,
    as_json: Json = False,
    profile: Profile = None,
    offline: Offline = False,
) -> None:
    """List what can run the task types, search the Hub for models, pin one for a task type."""
    from hgtui.cli import modelling

    asked = {"--search": search, "--card": card, "--pin": pin, "--unpin": unpin, "--pins": pins}
    given = [name for name, value in asked.items() if value is not None and value is not False]
    if len(given) > 1:
        raise typer.BadParameter(f"not together with {given[0]}", param_hint=given[1])
    if (pin is not None or unpin) and task is None:
        raise typer.BadParameter(f"{given[0]} needs it: the type that is pinned for", param_hint="--task")
    if card is not None and task is not None:
        raise typer.BadParameter("a card is of a model, whatever task it is for", param_hint="--task")
    if limit is not None and search is None:
        raise typer.BadParameter("it bounds what --search finds", param_hint="--limit")
    way = modelling.Way(profile=profile, offline=offline, as_json=as_json)
    if search is not None:
        _await(modelling.search(search, task, limit, way))
    if card is not None:
        _await(modelling.card(card, way))
    if pins:
        _await(modelling.pins(task, way))
    if task is not None and (pin is not None or unpin):
        _await(modelling.pin(task, pin, way))
    _await(modelling.models(task, way))


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
        _await(caring.delete(tuple(names), yes=yes, as_json=as_json))
    if names:
        raise typer.BadParameter("hgtui show RUN shows one run; --search finds some", param_hint="RUN")
    from hgtui.cli import showing

    _await(showing.runs(as_json=as_json, limit=limit, search=search))


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

    _await(caring.export(run, output, as_json=as_json))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What hgtui export has written.")], as_json: Json = False
) -> None:
    """Take a run in from a file."""
    from hgtui.cli import caring

    _await(caring.import_(file, as_json=as_json))


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

    _await(labelling.write(output, tuple(run or ()), since))


@app.command()
def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Remove the artifacts that no run and no kept result names, and old locks."""
    from hgtui.cli import caring

    _await(caring.gc(dry_run=dry_run, as_json=as_json))


@app.command()
def rules(
    delete: Annotated[
        int | None, typer.Option("--delete", metavar="N", min=1, help="Delete the rule of this number.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the rules on what starts by itself, what asks and what never runs, with what they let through."""
    from hgtui.cli import ruling

    _await(ruling.rules(delete, as_json=as_json))


@app.command()
def results(
    as_json: Json = False,
    clear: Annotated[bool, typer.Option("--clear", help="Forget every kept result: all tasks run again.")] = False,
) -> None:
    """Say how many results are kept for runs that do the same work again, and how many may be."""
    from hgtui.cli import showing

    _await(showing.results(as_json=as_json, clear=clear))


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
        _await(showing.log(run, task=task, level=level.value if level else "debug", search=search, as_json=as_json))
    for option in (name for name, is_there in given.items() if is_there):
        raise typer.BadParameter("it goes with --log", param_hint=option)
    if timeline:
        _await(showing.timeline(run, as_json=as_json))
    _await(showing.show(run, as_json=as_json, graph=graph))


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
    _await(
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

        _await(
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
        _await(calling.call(run, call, as_json=as_json))
    if curl is not None:
        _await(calling.call(run, curl, as_json=as_json, form="curl"))
    if prompt is not None:
        _await(calling.call(run, prompt, as_json=as_json, form="prompt"))
    _await(calling.calls(run, task=task, search=search, as_json=as_json))


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

    _await(saving.save_result(run, task, file, result, replace=force, as_json=as_json))


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

    _await(replaying.show(run, speed=speed, as_json=as_json))


@app.command()
def doctor(as_json: Json = False, profile: Profile = None, offline: Offline = False) -> None:
    """Say what is here, what is missing, and what that would run."""
    from hgtui.cli import diagnosing

    _await(diagnosing.doctor(as_json=as_json, profile=profile, offline=offline))


@app.command()
def keys(as_json: Json = False) -> None:
    """List the keys of the workbench that are in force, with the names by which [keys] of the configuration changes them."""
    from hgtui.cli import looks

    _exit(looks.show_keys(as_json=as_json))
