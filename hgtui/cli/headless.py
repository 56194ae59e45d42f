"""A run without a screen: events as lines on standard output, or words on standard error and the answer at the end."""

import asyncio
import errno
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import ValidationError

from hgtui.cli.asking import LINE_LIMIT, read_lines
from hgtui.cli.faults import Fault
from hgtui.cli.signals import on_signals
from hgtui.cli.words import WIDEST, costs, say
from hgtui.core import events as ev
from hgtui.core.commands import COMMANDS, Command, Finish, Stop
from hgtui.core.plan import Uid
from hgtui.core.reuse import kept_words
from hgtui.core.run import Run
from hgtui.core.states import EXIT_FAILED, EXIT_HUNG_UP, EXIT_TERMINATED, EXIT_WAITING, Gate, Stage, TaskState
from hgtui.core.text import one_line
from hgtui.core.trials import foreseen, tried_words
from hgtui.core.wire import show_input
from hgtui.session.conductor import Conductor

NO_COMMAND = "Standard input ended without a command."


class Headless:
    """Follows one conductor until its run ends or waits for a person, and gives the exit status.

    With `live` a person at a terminal sees the plan while it is written. Of the answer nothing is shown before it is
    whole: what the LLM says of paths and sources is checked first. A run that is not `stored` cannot be gone on with.
    """

    def __init__(
        self,
        conductor: Conductor,
        *,
        as_json: bool = False,
        scripted: bool = False,
        live: bool = False,
        stored: bool = True,
    ) -> None:
        self._conductor, self._as_json, self._out = conductor, as_json, sys.stdout
        self._on_terminal = as_json and sys.stdout.isatty()
        self._live, self._planned = live, False
        self._scripted, self._stored = scripted, stored
        self._more = scripted
        self._over = asyncio.Event()
        self._exit: int | None = None
        self._signalled: int | None = None
        self._refused: ev.Refused | None = None
        self._unwritten: OSError | None = None
        self._told: set[tuple[str, str]] = set()
        self._remove = conductor.listen(self._heard)

    async def follow(self, *commands: Command) -> int:
        """Send commands, wait for the end or a gate, return the exit status. Raises Fault where a command is refused."""
        with on_signals(self._stop):
            reading = asyncio.create_task(self._read_commands()) if self._scripted else None
            try:
                for command in commands:
                    self._conductor.send(command)
                await self._over.wait()
            finally:
                self._remove()
                if reading:
                    reading.cancel()
        return self._status()

    def _status(self) -> int:
        error = self._conductor.error
        self._tell_left()
        if error is not None:
            raise Fault(str(error), getattr(error, "hint", ""), EXIT_FAILED)
        if self._unwritten is not None and not isinstance(self._unwritten, BrokenPipeError):
            why = self._unwritten.strerror or self._unwritten
            raise Fault(f"Standard output cannot be written: {why}.", exit=EXIT_FAILED)
        if self._refused is not None and self._exit is None:
            if self._scripted and self._refused.message != NO_COMMAND:
                raise Fault("No request was taken, and nothing was run.", "Why stands above.")
            raise Fault(self._refused.message, self._refused.hint)
        if self._signalled is not None:
            return self._signalled
        return EXIT_FAILED if self._exit is None else self._exit

    def _tell_left(self) -> None:
        """Say how to go on with a run that did not come to its end, nor to a gate."""
        run, left = self._conductor.run, self._signalled is not None or self._conductor.error is not None
        if left and run.id and not run.ended:
            way = (
                f"was left where it stands. To go on with it: hgtui resume {run.id}"
                if self._stored
                else "is forgotten."
            )
            say(f"The run {run.id} {way}")

    def _stop(self, status: int) -> None:
        """Stop the run on Ctrl+C; leave it where it stands where nobody has said that it should end.

        SIGTERM comes from a machine that goes down and from a limit of time, SIGHUP from a line that dropped.
        """
        if self._signalled is not None:  # asked twice: leave at once, what is stored stays
            self._over.set()
            return
        self._signalled = status
        if self._conductor.run.id and status not in {EXIT_TERMINATED, EXIT_HUNG_UP}:
            self._conductor.send(Stop(exit=status))
        else:
            self._over.set()

    def _heard(self, entry: ev.Entry, _: frozenset[str]) -> None:
        if self._over.is_set():
            return
        event = entry.event
        if self._as_json:
            self._line(entry)
        else:
            if self._live:
                self._tell_live(event, self._conductor.run)
            self._tell(event, self._conductor.run)
        match event:
            case ev.RunEnded(exit=status):
                self._end(status)
            case ev.GateOpened() if self._signalled is None:
                self._at_gate(event)
            case ev.Refused():
                self._heard_no(event)

    def _heard_no(self, event: ev.Refused) -> None:
        """A script may go on after a refusal; nothing goes on where the journal is broken."""
        self._refused = event
        if self._conductor.error is not None or not self._scripted:
            self._over.set()

    def _at_gate(self, event: ev.GateOpened) -> None:
        if self._more:
            return
        states = {self._conductor.run.state(task.uid) for task in self._conductor.run.plan}
        if self._scripted and event.gate is Gate.TASK and TaskState.ASKING not in states:
            # What failed waits for somebody to mend it, and nobody is left.
            self._conductor.send(Finish())
            return
        waits = event.gate is Gate.TASK or event.approvable
        self._end(EXIT_WAITING if waits else EXIT_FAILED)

    def _look_on(self) -> None:
        """Nobody is left who could send more, and all that was sent is done: end where nothing else will happen."""
        run = self._conductor.run
        if run.gate is not None:
            self._at_gate(run.gate)
        elif not run.id:
            if self._refused is None:
                self._refused = ev.Refused(command="submit", message=NO_COMMAND)
            self._over.set()

    def _end(self, status: int) -> None:
        self._exit = status
        self._over.set()

    def _line(self, entry: ev.Entry) -> None:
        try:
            self._out.write(json.dumps(entry.line(), ensure_ascii=False) + "\n")
            self._out.flush()
        except OSError as error:
            if error.errno == errno.EIO and self._on_terminal:  # the terminal is gone, as SIGHUP would say
                self._stop(EXIT_HUNG_UP)
            elif self._unwritten is None:  # nobody reads any more: the run is stopped as by Ctrl+C
                self._unwritten = error
                self._stop(EXIT_FAILED)

    def _tell(self, event: ev.Event, run: Run) -> None:
        words = event_words(event, run, self._scripted)
        key = (event.type, words)
        # A line of the log says the same once; a task that waits again, or starts again, does so again.
        if words and (key not in self._told or not isinstance(event, ev.Logged | ev.Refused)):
            self._told.add(key)
            say(words)

    def _tell_live(self, event: ev.Event, run: Run) -> None:
        match event:
            case ev.StageEntered(stage=Stage.PLANNING):
                say("planning anew:" if self._planned else "planning:")
                self._planned = True
            case ev.TaskDrafted(task=task):
                ids = {one.uid: one.id for one in run.drafted}
                inputs = (f"{name}={one_line(show_input(value, ids), WIDEST)}" for name, value in task.args.items())
                say(f"  {task.id} {task.task}: {', '.join(inputs)}")
            case ev.StageEntered(stage=Stage.SELECTION):
                say("choosing models")
            case ev.StageEntered(stage=Stage.RESPONSE):
                say("writing the answer")

    async def _read_commands(self) -> None:
        """Read commands from standard input, one JSON object a line, until it ends."""
        lines = read_lines()
        while (line := await lines.get()) is not None:
            if line.strip():
                self._read(line)
        await self._conductor.settled()
        self._more = False
        self._look_on()

    def _read(self, line: bytes) -> None:
        if len(line) >= LINE_LIMIT:
            self._refuse(f"This line is longer than {LINE_LIMIT // 1_000_000} MB.")
            return
        try:
            command = COMMANDS.validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            self._refuse(f"This line is no command: {place + ': ' if place else ''}{first['msg']}.")
            return
        self._conductor.send(command)

    def _refuse(self, message: str) -> None:
        event = ev.Refused(command="?", message=one_line(message, 300))
        self._refused = event
        if self._as_json:
            self._line(ev.Entry(run=self._conductor.run.id, seq=None, at=datetime.now(UTC), event=event))
        else:
            say(f"refused: {event.message}")


def event_words(event: ev.Event, run: Run, scripted: bool) -> str:
    """Say an event in a line or more for who follows a run; an empty text for what is not told."""
    match event:
        case ev.RunStarted(planner=planner):
            return f"run {run.id}: planned by {planner}"
        case ev.Resumed(words=words):
            return f"run {run.id} goes on: {words}"
        case ev.PlanProposed(notes=notes):
            return "\n".join(f"note: {note}" for note in notes)
        case ev.PlanApproved():
            return "the plan is approved; it stops again for the models"
        case ev.RuleAdded(rule=rule):
            return f"rule: {rule.words}"
        case ev.RuleDropped():
            return "a rule holds no longer"
        case ev.PlanningFailed(message=message, hint=hint):
            return f"planning failed: {message} {hint}".rstrip()
        case ev.Approved(by=by, leaves=leaves, spends=spends) if by != "person":
            return costs(leaves, spends)
        case ev.Logged(level=level, text=text) if level in {"warning", "error"}:
            return f"{level}: {text}"
        case ev.RerunForeseen(uid=uid, words=words, spends=spends):
            return f"a re-run of {run.plan[uid].id} {words}{', ' if spends else ''}{spends}"
        case ev.WhatIfForeseen(uid=uid, ahead=ahead, fingerprint=fingerprint):
            rows = [f"  {foreseen(one)}" for one in ahead]
            return "\n".join([f"a what-if of {run.plan[uid].id}, {fingerprint[:8]}:", *rows])
        case ev.Refused(message=message, hint=hint) if scripted:
            return f"refused: {message} {hint}".rstrip()
    words = _task_words(event, run.id, {task.uid: f"{task.id} {task.task}" for task in run.plan})
    return f"  {words}" if words else ""


def _task_words(event: ev.Event, run: str, names: Mapping[Uid, str]) -> str:  # noqa: PLR0912  # one line for each kind of event
    name = names.get(getattr(event, "uid", None) or "", "a task")
    match event:
        case ev.RuleUsed(words=words, effect="auto"):
            return f"{name}: a rule lets it through: {words}"
        case ev.BreakpointSet(on=on):
            return f"{name}: {'stops' if on else 'no stop'} after it"
        case ev.TaskStarted(candidate=candidate, attempt=attempt):
            return f"{name}: started on {candidate}" + (f", try {attempt}" if attempt > 1 else "")
        case ev.TaskRetrying(attempt=attempt, message=message, wait_s=wait):
            return f"{name}: try {attempt} failed: {message} Trying again in {wait:g} s."
        case ev.TaskSubstituted(candidate=candidate, in_place_of=old, message=message):
            return f"{name}: {old} failed: {message} {candidate} takes its place."
        case ev.TaskDone(kept_from=kept, took_s=took) if kept:
            return f"{name}: reused, {kept_words(kept, took, run)}"
        case ev.TaskDone(supplied=True):
            return f"{name}: its result is given by hand"
        case ev.TaskDone(seconds=seconds):
            return f"{name}: done in {seconds:.2f} s"
        case ev.TaskFailed(message=message, failure=failure, hint=hint):
            return f"{name}: failed ({failure}): {message} {hint}".rstrip()
        case ev.TaskBlocked(by=by):
            return f"{name}: blocked by {', '.join(names.get(one, one) for one in by)}"
        case ev.TaskAsking(why=why):
            return f"{name}: waits for a person to allow it" + (f" ({why})" if why else "")
        case ev.TaskCancelled():
            return f"{name}: stopped"
        case ev.WhatIfTried(tried=tried):
            return f"{name}: what-if: {tried_words(tried)}"
        case ev.WhatIfVoted(winner=winner):
            return f"{name}: {winner} won the what-if" if winner else f"{name}: the what-if was given up"
    return ""
