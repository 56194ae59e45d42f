"""Where `hgtui` starts. With no arguments straight to the workbench: the CLI library costs time before the first frame."""

import sys

INTERRUPTED = 130
"""The exit code after Ctrl+C, as shells have it: 128 + SIGINT."""


def main() -> None:
    """Run hgtui with the arguments of the process and exit with its code."""
    arguments = sys.argv[1:]
    try:
        if arguments:
            from hgtui.cli.launch import run_arguments

            code = run_arguments(arguments)
        else:
            from hgtui.cli.workbench import open_workbench

            code = open_workbench()
    except KeyboardInterrupt:
        # Only what comes before a command's own handling ends here, such as Ctrl+C during the imports.
        code = INTERRUPTED
    sys.exit(code)


if __name__ == "__main__":
    main()
