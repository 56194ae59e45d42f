"""Where nothing here looks for anything at all, what looks for a few things stands in, and that is said."""

from tests.cli.program import Program
from tests.inputs import draw_photo

WORDS = "opencv-haar-face knows only “face”: task 0 will find nothing else."


def test_objects_that_are_only_looked_for_among_faces_are_a_warning_at_the_gate_and_a_note_in_the_answer(
    hgtui: Program,
) -> None:
    draw_photo(hgtui.folder / "photo.png")
    gate = hgtui.run("run", "Find the objects in photo.png")
    assert f"warning: 0 object-detection: {WORDS}" in gate.err
    answer = hgtui.run("run", "Find the objects in photo.png", "--yes")
    assert answer.exit == 0, answer
    assert WORDS in answer.out.replace("\\", "")


def test_faces_that_are_asked_for_are_looked_for_without_a_note(hgtui: Program) -> None:
    draw_photo(hgtui.folder / "photo.png")
    done = hgtui.run("run", "Find the faces in photo.png", "--yes")
    assert done.exit == 0, done
    assert "knows only" not in done.out + done.err
