"""The catalogue of the embedded engines."""

import importlib.metadata
import subprocess
import sys

from hgtui.core.model import CandidateName
from hgtui.execution.endpoints.embedded import cards
from hgtui.execution.lanes import EMBEDDED


def test_every_card_names_an_engine_its_licence_and_an_honest_word() -> None:
    for card in cards.CARDS:
        assert card.engine in EMBEDDED
        assert card.licence
        assert card.quality.endswith(".")
        assert card.tasks
        assert str(CandidateName.parse(card.name)) == f"embedded:{card.model}"
    assert {card.engine for card in cards.CARDS} == set(EMBEDDED)


def test_what_is_installed_is_found_and_has_a_revision() -> None:
    for card in cards.CARDS:
        assert cards.installed(card)
        assert cards.revision(card) == importlib.metadata.version(card.package)


def test_the_catalogue_and_the_lanes_bring_no_engine_into_the_parent() -> None:
    code = (
        "import sys; from hgtui.execution import lanes; from hgtui.execution.endpoints.embedded import cards;"
        "assert all(cards.installed(card) for card in cards.CARDS);"
        "print([name for name in ('cv2', 'numpy', 'PIL', 'rapidocr', 'onnxruntime', 'networkx', 'vaderSentiment',"
        " 'py3langid', 'pypdfium2', 'espeakng_loader') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_engine_module_imports_its_engine_until_it_runs() -> None:
    code = (
        "import sys, importlib;"
        f"[importlib.import_module(name) for name in {list(EMBEDDED.values())!r}];"
        "print([name for name in ('cv2', 'numpy', 'PIL', 'onnxruntime', 'networkx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
