"""The commands for the configuration file."""

from typing import Annotated

import typer

config_app = typer.Typer(help="The configuration file.", rich_markup_mode=None, no_args_is_help=True)


@config_app.command("init")
def config_init() -> None:
    """Write an annotated configuration file."""
    from hgtui.cli import showing

    raise typer.Exit(showing.config_init())


@config_app.command("show")
def config_show() -> None:
    """Print the settings in force."""
    from hgtui.cli import showing

    raise typer.Exit(showing.config_show())


@config_app.command("theme")
def config_theme(
    name: Annotated[str, typer.Argument(metavar="NAME", help="dark, light, ansi-dark or ansi-light.")],
) -> None:
    """Set the colours of the workbench; everything else in the file stays as it is."""
    from hgtui.cli import looks

    raise typer.Exit(looks.set_theme(name))
