"""The main screen: composes the panes, draws them anew when events come, and turns what the person does into commands."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer

from hgtui.core import events as ev
from hgtui.core.commands import Command, Mark, Submit
from hgtui.core.plan import Uid
from hgtui.core.problems import Severity
from hgtui.ui.bridge import Conductor, Desk, DeskError, Found
from hgtui.ui.greeting import ASK, ASK_FOR, greeting
from hgtui.ui.keys import KEYS, keys_of
from hgtui.ui.loglines import LogLine, log_line
from hgtui.ui.phases import phase_line, title_line
from hgtui.ui.screens.boxing import Boxing
from hgtui.ui.screens.calls import Calls
from hgtui.ui.screens.policing import Policing
from hgtui.ui.screens.repeating import Repeating
from hgtui.ui.screens.sessions import Sessions
from hgtui.ui.screens.shell import Shell
from hgtui.ui.screens.switching import Held
from hgtui.ui.screens.trying import Trying
from hgtui.ui.story import story
from hgtui.ui.view import View
from hgtui.ui.widgets.attention import Attention
from hgtui.ui.widgets.bars import Bar
from hgtui.ui.widgets.chat import Chat
from hgtui.ui.widgets.diff import DiffPane
from hgtui.ui.widgets.log import LogPane
from hgtui.ui.widgets.notice import Notice
from hgtui.ui.widgets.plan import PlanPane
from hgtui.ui.widgets.task import TaskPane

CHANGES_ROWS = (ev.StageEntered, ev.TaskDrafted, ev.PlanProposed, ev.PlanEdited, ev.EditUndone, ev.EditRedone,
                ev.CandidatesFound, ev.ModelChosen, ev.GateOpened, ev.Approved, ev.RunEnded, ev.RulesSet, ev.RuleAdded,
                ev.RuleDropped, ev.BreakpointSet)  # fmt: skip
"""The events after which all rows are drawn again, and not only those of the tasks that changed."""
BURST_S = 0.1
"""How long what is only passing (a streaming reply) is gathered before it is drawn."""
PROGRESS_S = 0.25
"""How long it is gathered how far tasks are: each painting is one that a key may have to wait for."""
REST_S = 1.0
"""How long a task is selected before that is kept."""


class Workbench(Shell, Calls, Sessions, Repeating, Trying, Policing, Boxing):
    """One run on one screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key.key, key.action, key.about, show=False, id=key.id) for key in KEYS if key.key),
        Binding(keys_of("back"), "back", "Back", show=False, id="back"),
        Binding(keys_of("interrupt"), "interrupt", "Clear, stop or leave", show=False, id="interrupt", priority=True),
    ]

    def __init__(
        self,
        desk: Desk,
        size: tuple[int, int],
        first: Submit | None = None,
        resumed: Found | None = None,
        written: str = "",
    ) -> None:
        """Work at a desk on a screen of so many columns and rows; `written` is what stands in the prompt already."""
        super().__init__(size)
        self.desk = desk
        self.first, self.resumed, self.written = first, resumed, written
        self.view = View(pins=desk.pins)
        self._heard: list[ev.Entry] = []
        self._changed: set[Uid] = set()
        self._pending = self._gathering = False
        self._lines: list[LogLine] = []
        self._tick: Timer | None = None
        self._resting: Timer | None = None
        self._opening = False
        self._talking = True

    def compose(self) -> ComposeResult:
        """Lay out head, panes and foot."""
        yield Bar("head")
        with Horizontal(id="body"):
            yield Chat(greeting(self.desk.planner_name, self.desk.planner_why, self.desk.missing))
            with Vertical(id="right"):
                yield PlanPane(self.view)
                yield Attention(self.view)
                yield TaskPane(self.view, self.gallery)
                yield DiffPane()
        yield LogPane(self.view, lambda: self.query_one(PlanPane).rows)
        yield Notice()
        yield Bar("foot")

    async def on_mount(self) -> None:
        """Greet, and show an empty run."""
        self.view.key = self.keymap.of
        self._tick = self.set_interval(1.0, self._on_tick, pause=True)
        chat = self.query_one(Chat)
        if self.written:
            chat.prompt.text = self.written
            chat.prompt.move_cursor(chat.prompt.document.end)
        chat.next_run()
        self.settle()
        await self._draw()
        if self.resumed:
            await self.take_up(self.resumed)
        elif self.first:
            await self.open_request(self.first)
        else:
            self.run_worker(self.tell_left(), group="left")

    async def on_unmount(self) -> None:
        """Stop what runs, however the screen came to its end."""
        await self.let_go()
        await self.close_aside()
        await self._close()
        self.leave_copies()

    async def _close(self) -> None:
        if self._deaf:
            self._deaf()
            self._deaf = None
        if self._resting:
            self._resting.stop()
            self._mark()
        conductor, self.conductor = self.conductor, None
        if conductor:
            await conductor.aclose()

    # A request, and what comes of it

    async def open_request(self, submit: Submit) -> None:
        """Open a new run and give it the request."""
        if self._opening:
            return
        self._opening = True
        try:
            await self.begin(submit)
            await self.let_go()
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
        finally:
            self._opening = False

    async def begin(self, submit: Submit) -> None:
        """Open a new run on the screen and give it a request, in place of the one that is there. Raises DeskError."""
        conductor = await self.desk.new()
        await self._close()
        await self.forget_rested()
        self.attach(conductor)
        self.view.restart(conductor.run, by_llm=self.desk.planner_name != "rules")
        self.query_one(LogPane).clear()
        self.query_one(Chat).next_run()
        self.query_one(Chat).prompt.clear()
        self.show_compared(None)
        self.query_one(PlanPane).focus()
        self.say("")
        await self._draw()
        self.dispatch(submit)

    async def show_again(self, held: Held) -> None:
        """Put a run on the screen that was there before, in place of the one that is there."""
        await self._close()
        self.attach(held.conductor)
        self.view.restart(held.conductor.run, by_llm=held.by_llm, live=held.live, chosen=held.chosen)
        log = self.query_one(LogPane)
        log.clear()
        log.add(held.lines)
        self.query_one(Chat).run = held.turns
        self.query_one(PlanPane).focus()
        await self._draw()

    def attach(self, conductor: Conductor | None) -> None:
        """Let what happens in a run be drawn from now on, and forget what was heard of another."""
        if self._deaf:
            self._deaf()
        if self._resting:
            self._resting.stop()
            self._resting = None
        self._forget()
        self.conductor = conductor
        self._deaf = conductor.listen(self._hear) if conductor else None

    def selected(self) -> None:
        """Keep which task is selected once that rests: who opens the run the next time finds it so."""
        self.query_one(LogPane).follow_task(self.view.chosen)
        if self._resting:
            self._resting.stop()
        self._resting = self.set_timer(REST_S, self._mark)

    def _mark(self) -> None:
        self._resting = None
        self.dispatch(Mark(uid=self.view.chosen))

    def _forget(self) -> None:
        """Leave what was heard of another run."""
        self._heard, self._changed, self._lines = [], set(), []
        self.close_filter()
        self.query_one(PlanPane).forget()

    def dispatch(self, command: Command) -> None:
        """Send a command to the conductor."""
        if self.conductor:
            self.conductor.send(command)

    def _hear(self, entry: ev.Entry, changed: frozenset[Uid]) -> None:
        self._heard.append(entry)
        self._changed |= changed
        line = log_line(entry, self.view.run)
        if line:
            self._lines.append(line)
        # What only passes is gathered; what has happened is drawn at once, with what was gathered until then.
        if entry.seq is None and not (self._pending or self._gathering):
            self._gathering = True
            self.set_timer(PROGRESS_S if isinstance(entry.event, ev.Progress) else BURST_S, self._draw_gathered)
        elif entry.seq is not None and not self._pending:
            self._pending = True
            self.call_later(self._draw)

    def _draw_gathered(self) -> None:
        self._gathering = False
        if self._heard and not self._pending:
            self._pending = True
            # Not awaited here: a timer runs beside the messages, and two drawings would mix.
            self.call_later(self._draw)

    async def _draw(self) -> None:
        """Draw what has changed since the last time; a burst of events is drawn once."""
        heard, changed, lines = self._heard, self._changed, self._lines
        self._heard, self._changed, self._lines, self._pending = [], set(), [], False
        events = [entry.event for entry in heard]
        view, plan = self.view, self.query_one(PlanPane)
        if heard and all(isinstance(event, ev.Progress) for event in events):
            self._draw_progress(changed)
            return
        view.take(heard)
        for event in events:
            if isinstance(event, ev.Refused):
                self.say(f"{event.message} {event.hint}".strip())
            if isinstance(event, ev.RerunForeseen):
                self.foreseen(event)
            if isinstance(event, ev.GateOpened) and not view.gated:
                view.gated = True
                view.chosen = self._first_to_look_at()
        before = view.chosen
        if not heard or any(isinstance(event, CHANGES_ROWS) for event in events):
            plan.reload()
        else:
            plan.redraw_tasks(changed)
            plan.titles()
        if (
            not heard
            or before != view.chosen
            or view.chosen in changed
            or any(isinstance(e, CHANGES_ROWS) for e in events)
        ):
            self.query_one(TaskPane).reload()
        self.query_one(LogPane).add(lines)
        self.follow(events)
        self.models_changed(events)
        self.forget_refusal()
        self._frame()
        await self.tell()

    def _draw_progress(self, changed: set[Uid]) -> None:
        """Draw how far tasks are: nothing but their rows differs, and with many of them all else would take long."""
        self.query_one(PlanPane).redraw_moving(changed)
        if self.view.chosen in changed:
            self.query_one(TaskPane).reload()

    async def tell(self) -> None:
        """Write the conversation as it stands."""
        await self.query_one(Chat).show(story(self.view, self.view.clock()))

    def _frame(self) -> None:
        """Draw head and foot, lay out for the phase, and let the time tick only while something runs."""
        if self._talking != self.view.talking:
            self._talking, self.large = self.view.talking, None
        self.lay_out()
        view, width, desk = self.view, self.size.width, self.desk
        stay = desk.answer == "program" and desk.planner_name != "rules"
        self.query_one("#head", Bar).show(
            title_line(view, desk.planner_name, width, stay=stay), phase_line(view, width)
        )
        mark, words = ASK, ASK_FOR
        if view.at_gate and view.by_llm:
            mark, words = "revise", "what should be different?"
        elif view.busy:
            mark, words = "next", "what should come next?"
        self.query_one(Chat).label(mark, words)
        self._foot()
        self.tell_terminal()
        if self._tick:
            (self._tick.resume if self.view.ticking else self._tick.pause)()

    def _first_to_look_at(self) -> Uid | None:
        tasks = self.view.plan.tasks
        wrong = [one.uid for one in self.view.problems if one.uid and one.severity is Severity.ERROR]
        asking = [task.uid for task in tasks if self.view.ruling.effect(task) == "ask"]
        return next(iter([*wrong, *asking, *(task.uid for task in tasks)]), None)

    def _on_tick(self) -> None:
        self.query_one(PlanPane).tick()
        self.query_one(LogPane).look()
        self.query_one(TaskPane).tick()
        if self.view.live.asking:
            self.call_later(self.tell)
