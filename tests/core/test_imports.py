"""The core is light: what it may not bring in, it does not."""

import subprocess
import sys
from pathlib import Path

import hgtui.core

ROOT = Path(hgtui.core.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
    if path.parent != ROOT or path.stem != "__init__"
)
HEAVY = ("networkx", "openai", "textual", "rich", "httpx", "huggingface_hub", "cv2", "rapidocr", "typer", "asyncio")


def test_importing_the_core_brings_in_nothing_heavy_and_nothing_of_the_rooms_above() -> None:
    code = "\n".join(
        [*(f"import hgtui.core.{name}" for name in MODULES), "import sys", "print(*sys.modules, sep='\\n')"]
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stdout.split())
    assert not {name for name in HEAVY if name in loaded}
    assert {name for name in loaded if name.startswith("hgtui.")} == {
        "hgtui.core",
        *(f"hgtui.core.{name}" for name in MODULES),
    }
