"""The command line itself: what stands before a command, and how one ends. Only typer is imported."""

from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from hgtui import __version__
from hgtui.cli.config_commands import config_app
from hgtui.cli.options import Allow, Offline, Profile

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
    _hand_on(context, {"profile": profile, "offline": offline, "allow": allow})


def _hand_on(context: typer.Context, given: dict[str, object]) -> None:
    """Let options before a command be those of the command; what stands behind it too is taken from there."""
    name = context.invoked_subcommand or ""
    given = {option: value for option, value in given.items() if value}
    known = {one.name for one in getattr(context.command, "commands", {})[name].params}
    for option in given:
        if option not in known:
            raise typer.BadParameter(f"hgtui {name} does not take it", param_hint=f"--{option}")
    context.default_map = {name: given}


def leave(status: int) -> None:
    """End the program with an exit status."""
    raise typer.Exit(status)


def run_to_end(work: Coroutine[Any, Any, int]) -> None:
    """Run what a command does, and end the program with the exit status that it returns."""
    import asyncio

    raise typer.Exit(asyncio.run(work))
