"""The workbench: a Textual view of a run. Widgets draw it and say what the person did; screens turn that into commands."""
