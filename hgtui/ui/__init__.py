"""The workbench: a Textual view of a run. Widgets draw it and say what the person did; screens turn that into commands."""

import os

# Textual paints at the beat of its frames: a key that comes just after another painting, as while tasks run, waits for
# the next one. It reads this when it is imported.
os.environ.setdefault("TEXTUAL_FPS", "250")
