"""The command line with all its commands, in the order in which the help lists them."""

from hgtui.cli import running_commands  # isort: skip
from hgtui.cli import here_commands  # isort: skip
from hgtui.cli import kept_commands  # isort: skip
from hgtui.cli.app import DEBUG, app

__all__ = ["DEBUG", "app", "here_commands", "kept_commands", "running_commands"]
