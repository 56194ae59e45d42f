"""The commands for the configuration file."""

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
