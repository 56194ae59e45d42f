"""The commands on what there is: task types, models, rules, what is installed, keys. Each brings in what it needs when it runs."""

from typing import Annotated

import typer

from hgtui.cli.app import app, leave, run_to_end
from hgtui.cli.options import Json, Offline, Profile
from hgtui.cli.way import Way


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

        leave(starts.show_who(as_json=as_json))
    from hgtui.cli import showing

    leave(showing.tasks(as_json=as_json))


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
    way = Way(profile=profile, offline=offline, as_json=as_json)
    if search is not None:
        run_to_end(modelling.search(search, task, limit, way))
    if card is not None:
        run_to_end(modelling.card(card, way))
    if pins:
        run_to_end(modelling.pins(task, way))
    if task is not None and (pin is not None or unpin):
        run_to_end(modelling.pin(task, pin, way))
    run_to_end(modelling.models(task, way))


@app.command()
def rules(
    delete: Annotated[
        int | None, typer.Option("--delete", metavar="N", min=1, help="Delete the rule of this number.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the rules on what starts by itself, what asks and what never runs, with what they let through."""
    from hgtui.cli import ruling

    run_to_end(ruling.rules(delete, as_json=as_json))


@app.command()
def doctor(as_json: Json = False, profile: Profile = None, offline: Offline = False) -> None:
    """Say what is here, what is missing, and what that would run."""
    from hgtui.cli import diagnosing

    run_to_end(diagnosing.doctor(as_json=as_json, profile=profile, offline=offline))


@app.command()
def keys(as_json: Json = False) -> None:
    """List the keys of the workbench that are in force, with the names by which [keys] of the configuration changes them."""
    from hgtui.cli import looks

    leave(looks.show_keys(as_json=as_json))
