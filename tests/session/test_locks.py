"""One writer for each run, held by the living only: real processes, real files."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hgtui.session.locks import FOLDER, RunInUse, RunLock

RUN = "20261121-100000-abcdef"
CHILD = """
import sys
from pathlib import Path
from hgtui.session.locks import RunLock
lock = RunLock.take(Path(sys.argv[1]), sys.argv[2])
print("held", flush=True)
sys.stdin.read()
lock.release()
print("free", flush=True)
"""


def holder(folder: Path, run: str = RUN) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), run], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def test_a_run_that_another_process_writes_is_refused_and_its_number_told(tmp_path: Path) -> None:
    with holder(tmp_path) as child:
        with pytest.raises(RunInUse, match=rf"{RUN} is open in another hgtui \(process {child.pid}\)") as caught:
            RunLock.take(tmp_path, RUN)
        assert caught.value.pid == child.pid
        child.communicate("")
    lock = RunLock.take(tmp_path, RUN)
    assert lock is not None
    lock.release()


def test_a_process_that_is_killed_holds_no_run(tmp_path: Path) -> None:
    with holder(tmp_path) as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
    lock = RunLock.take(tmp_path, RUN)
    assert lock is not None
    lock.release()


def test_two_locks_in_one_process_stand_against_each_other_too(tmp_path: Path) -> None:
    lock = RunLock.take(tmp_path, RUN)
    assert lock is not None
    with pytest.raises(RunInUse) as caught:
        RunLock.take(tmp_path, RUN)
    assert caught.value.pid == os.getpid()
    lock.release()
    lock.release()
    again = RunLock.take(tmp_path, RUN)
    assert again is not None
    again.release()


def test_other_runs_are_free_and_nothing_stays_behind(tmp_path: Path) -> None:
    one, other = RunLock.take(tmp_path, RUN), RunLock.take(tmp_path, RUN + "x")
    assert one is not None and other is not None
    one.release()
    other.release()
    assert list((tmp_path / FOLDER).iterdir()) == []
