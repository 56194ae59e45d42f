"""A run without a screen: events as lines on standard output, or words on standard error and the answer at the end."""

import asyncio
import contextlib
import json
import signal
import sys
import threading

from pydantic import ValidationError

from hgtui.cli.faults import Fault
from hgtui.cli.words import approve_line, plan_table, problem_lines
from hgtui.core import events as ev
from hgtui.core.commands import COMMANDS, Command, Stop
from hgtui.core.problems import errors, problems
from hgtui.core.run import Run
from hgtui.core.states import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_TERMINATED, EXIT_WAITING, Gate
from hgtui.core.text import one_line
from hgtui.session.conductor import Conductor

LINE_LIMIT = 4_000_000


def say(words: str) -> None:
    """Write a line to standard error: for the person, never for the script that reads the answer."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"{words}\n")
        sys.stderr.flush()


def read_lines() -> asyncio.Queue[bytes | None]:
    """Read standard input line by line in a thread of its own; None comes at its end.

    A thread and not a pipe of the event loop: standard input may be a file. It is a daemon: a program that is done
    does not wait for a line that nobody types.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes | None] = asyncio.Queue()

    def put(line: bytes | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(lines.put_nowait, line)

    def read() -> None:
        with contextlib.suppress(OSError, ValueError):
            while line := sys.stdin.buffer.readline(LINE_LIMIT):
                put(line)
        put(None)

    threading.Thread(target=read, name="commands", daemon=True).start()
    return lines


class Headless:
    """Follows one conductor until its run ends or waits for a person, and gives the exit status."""

    def __init__(self, conductor: Conductor, *, as_json: bool = False, scripted: bool = False) -> None:
        self._conductor, self._as_json, self._out = conductor, as_json, sys.stdout
        self._scripted = scripted
        self._over = asyncio.Event()
        self._exit: int | None = None
        self._signalled: int | None = None
        self._refused: ev.Refused | None = None
        self._told: set[tuple[str, str]] = set()
        self._remove = conductor.listen(self._heard)

    async def follow(self, *commands: Command) -> int:
        """Send commands, wait for the end or a gate, return the exit status. Raises Fault where a command is refused."""
        loop = asyncio.get_running_loop()
        for number, status in ((signal.SIGINT, EXIT_INTERRUPTED), (signal.SIGTERM, EXIT_TERMINATED)):
            loop.add_signal_handler(number, self._stop, status)
        reading = asyncio.create_task(self._read_commands()) if self._scripted else None
        try:
            for command in commands:
                self._conductor.send(command)
            await self._over.wait()
        finally:
            self._remove()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
            if reading:
                reading.cancel()
        if self._conductor.error is not None:
            error = self._conductor.error
            raise Fault(str(error), getattr(error, "hint", ""), EXIT_FAILED)
        if self._refused is not None and self._exit is None:
            raise Fault(self._refused.message, self._refused.hint)
        if self._signalled is not None:
            return self._signalled
        return EXIT_FAILED if self._exit is None else self._exit

    def _stop(self, status: int) -> None:
        if self._signalled is not None:  # asked twice: leave at once, what is stored stays
            self._over.set()
            return
        self._signalled = status
        if self._conductor.run.id:
            self._conductor.send(Stop())
        else:
            self._over.set()

    def _heard(self, entry: ev.Entry, _: frozenset[str]) -> None:
        if self._over.is_set():
            return
        event, run = entry.event, self._conductor.run
        if self._as_json:
            self._line(entry)
        else:
            self._tell(event, run)
        match event:
            case ev.RunEnded(exit=status):
                self._end(status)
            case ev.GateOpened() if not self._scripted and self._signalled is None:
                self._end(self._gate_exit(event))
            case ev.Refused() if not self._scripted:
                self._refused = event
                self._over.set()

    def _end(self, status: int) -> None:
        self._exit = status
        self._over.set()

    def _gate_exit(self, event: ev.GateOpened) -> int:
        if event.gate is Gate.TASK:
            return EXIT_WAITING
        return EXIT_WAITING if event.approvable else EXIT_FAILED

    def _line(self, entry: ev.Entry) -> None:
        try:
            self._out.write(json.dumps(entry.line(), ensure_ascii=False) + "\n")
            self._out.flush()
        except BrokenPipeError:
            self._stop(EXIT_FAILED)

    def _tell(self, event: ev.Event, run: Run) -> None:
        words = _words(event, run)
        key = (event.type, words)
        if words and key not in self._told:
            self._told.add(key)
            say(words)

    async def _read_commands(self) -> None:
        """Read commands from standard input, one JSON object a line, until it ends."""
        lines = read_lines()
        sent = False
        while (line := await lines.get()) is not None:
            if not line.strip():
                continue
            try:
                self._conductor.send(COMMANDS.validate_json(line))
                sent = True
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                place = ".".join(str(part) for part in first["loc"])
                self._refuse(f"This line is no command: {place + ': ' if place else ''}{first['msg']}")
        # Nobody is left who could send more: from here on the first gate is the end.
        self._scripted = False
        run = self._conductor.run
        if run.gate is not None:
            self._end(self._gate_exit(run.gate))
        elif not sent:
            self._refused = ev.Refused(command="submit", message="Standard input ended without a command.")
            self._over.set()

    def _refuse(self, message: str) -> None:
        event = ev.Refused(command="?", message=one_line(message, 300))
        if self._as_json:
            row = {"v": ev.VERSION, "run": self._conductor.run.id, "seq": None, **event.model_dump(mode="json")}
            self._out.write(json.dumps(row, ensure_ascii=False) + "\n")
            self._out.flush()
        else:
            say(event.message)


def _words(event: ev.Event, run: Run) -> str:
    plan = run.plan
    names = {task.uid: f"{task.id} {task.task}" for task in plan}
    match event:
        case ev.RunStarted(planner=planner):
            return f"run {run.id}: planned by {planner}"
        case ev.PlanProposed(notes=notes):
            return "\n".join(f"note: {note}" for note in notes)
        case ev.PlanningFailed(message=message, hint=hint):
            return f"planning failed: {message} {hint}".rstrip()
        case ev.TaskStarted(uid=uid, candidate=candidate, attempt=attempt):
            return f"  {names.get(uid, uid)}: started on {candidate}" + (f", try {attempt}" if attempt > 1 else "")
        case ev.TaskRetrying(uid=uid, message=message, wait_s=wait):
            return f"  {names.get(uid, uid)}: {message} Trying again in {wait:g} s."
        case ev.TaskDone(uid=uid, seconds=seconds):
            return f"  {names.get(uid, uid)}: done in {seconds:.2f} s"
        case ev.TaskFailed(uid=uid, message=message, failure=failure):
            return f"  {names.get(uid, uid)}: failed ({failure}): {message}"
        case ev.TaskBlocked(uid=uid, by=by):
            return f"  {names.get(uid, uid)}: blocked by {', '.join(names.get(one, one) for one in by)}"
        case ev.TaskAsking(uid=uid):
            return f"  {names.get(uid, uid)}: waits for a person to allow it"
        case ev.TaskCancelled(uid=uid):
            return f"  {names.get(uid, uid)}: stopped"
        case ev.Logged(level=level, text=text) if level in {"warning", "error"}:
            return f"{level}: {text}"
    return ""


def gate_words(run: Run) -> str:
    """Return what a person sees at a gate: the plan, its problems, the fingerprint and the command that goes on."""
    parts = [plan_table(run.plan, dict(run.draft.assignments))]
    found = problems(run.plan, run.facts)
    if found:
        parts.append(problem_lines(found, run.plan))
    if errors(found):
        parts.append(
            "The plan has errors and cannot run. Mend the request, or the plan with `hgtui plan -o plan.json`."
        )
    elif run.gate is not None:
        parts.append(f"fingerprint {run.gate.fingerprint[:8]}\nTo run it: {approve_line(run)}")
    return "\n\n".join(parts)


async def ask_person(run: Run) -> str:
    """Show the plan on a terminal and ask; return "y", "n" or "e". A plan with errors can only be edited."""
    say(gate_words(run))
    approvable = run.gate is not None and run.gate.approvable
    sys.stderr.write("\nRun this plan? [y/N/edit] " if approvable else "\nEdit this plan? [N/edit] ")
    sys.stderr.flush()
    reply = (await asyncio.to_thread(sys.stdin.readline)).strip().lower()
    if reply in {"y", "yes"} and approvable:
        return "y"
    return "e" if reply in {"e", "edit"} else "n"
