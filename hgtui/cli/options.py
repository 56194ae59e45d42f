"""The options that several commands have."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
Graph = Annotated[bool, typer.Option("--graph", help="Print the plan as a drawn graph.")]
Files = Annotated[
    list[str] | None, typer.Option("--file", "-f", metavar="FILE", help="A file that the request may read. Repeatable.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where results are laid out. Default: hgtui-out here.")
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write the plan to this file; .toml: as annotated text."),
]
Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="The profile that says which controller plans; hgtui doctor lists."),
]

Offline = Annotated[
    bool, typer.Option("--offline", help="Ask nothing of the Hugging Face Hub; what is kept of it is used.")
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Run every task, also where its result is kept from an earlier run.")
]
Allow = Annotated[
    list[Path] | None,
    typer.Option("--allow", metavar="DIR", help="A folder whose files a plan may read too. Repeatable."),
]

NoStore = Annotated[
    bool, typer.Option("--no-store", help="Leave nothing on the disk; results are laid out only where --out says.")
]


Commands = Annotated[
    str | None,
    typer.Option("--commands", metavar="-", help="'-' reads commands from standard input, one JSON object a line."),
]


class By(StrEnum):
    """Who writes the answer."""

    PROGRAM = "program"
    LLM = "llm"


Answer = Annotated[
    By | None,
    typer.Option("--answer", help="Who writes the answer; 'program' keeps every result from the LLM."),
]


class Level(StrEnum):
    """How grave a line of a log is."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
