"""The runs that are stored: the list of them, one of them on the screen in place of another, and the way back."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from hgtui.core.commands import Mark, Resume, Submit
from hgtui.core.text import one_line
from hgtui.ui.aside import Aside, look_at, retold
from hgtui.ui.bridge import Conductor, DeskError, Found
from hgtui.ui.greeting import Said
from hgtui.ui.screens.switching import Switching
from hgtui.ui.widgets.chat import Chat
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.log import LogPane
from hgtui.ui.widgets.plan import PlanPane

if TYPE_CHECKING:
    from hgtui.ui.screens.runs import Wanted

SEARCHED = 200
"""How many runs, from the latest, are looked at for one that was left."""
COMPARED = "Take this plan or go back first: enter or esc at the comparison."


class Sessions(Switching):
    """Opens runs; the one that was on the screen goes on meanwhile, and is come back to."""

    _aside: dict[str, Aside]
    """The runs that are not on the screen and were there before, by their names."""
    _behind: list[str]
    """The names of those that escape leads back to, the last one first come to; "" for the empty workbench."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size)
        self._aside, self._behind = {}, []

    def attach(self, conductor: Conductor | None) -> None:
        """Let what happens in a run be drawn from now on, and forget what was heard of another."""
        raise NotImplementedError

    async def _draw(self) -> None:
        """Draw what has happened, or everything."""
        raise NotImplementedError

    # The list

    def action_runs(self) -> None:
        """Open the list of runs."""
        if self._can("runs"):
            from hgtui.ui.screens.runs import Runs

            self.app.push_screen(Runs(self.desk, self._wanted, self._here))

    def _here(self) -> Mapping[str, str]:
        """What each run that is open here does."""
        here = {name: one.state() for name, one in self._aside.items() if name}
        if self.conductor and self.view.run.id:
            here[self.view.run.id] = "on screen"
        return here

    async def _wanted(self, wanted: "Wanted") -> Callable[[], object]:
        """Open what is wanted of a run; return what puts it on the screen. Raises DeskError."""
        if self.held:
            raise DeskError(COMPARED)
        if wanted.what == "again":
            submit = await self.desk.plan_of(wanted.run)
            return partial(self.call_later, self._again, submit)
        if self.conductor and wanted.run == self.view.run.id:
            return partial(self.call_later, self.action_focus_pane, "plan")
        if wanted.run in self._aside:
            return partial(self.call_later, self._bring_back, wanted.run)
        found = await self.desk.open_run(wanted.run, look=wanted.what == "look")
        return partial(self.call_later, self._put_on, found)  # not beside the messages, as a worker runs

    def action_go_on_left(self) -> None:
        """Go on with the latest run that was left in the middle."""
        if self._can("go_on_left"):
            self.run_worker(self._go_on_left(), group="left", exclusive=True)

    async def _go_on_left(self) -> None:
        from hgtui.ui.runs import LEFT
        from hgtui.ui.screens.runs import Wanted

        here, refused = self._here(), ""
        try:
            rows = await self.desk.runs(limit=SEARCHED)
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
            return
        for name in [row.id for row in rows if row.state in LEFT and row.id not in here]:
            if await self._only_shown(name):
                continue
            try:
                (await self._wanted(Wanted("open", name)))()
                return
            except DeskError as error:  # another process may have it
                refused = refused or error.message
        self.say(refused or f"No run was left in the middle; {self.keymap.of('runs')} lists them all.")

    async def tell_left(self) -> None:
        """Say behind the greeting that the last run was left in the middle, where it was."""
        from hgtui.ui.runs import LEFT

        try:
            rows = await self.desk.runs(limit=1)
        except DeskError:
            return  # what is wrong with the data folder is said where it is needed
        # One that another program has open is gone on with there.
        if not rows or rows[0].state not in LEFT or rows[0].held or await self._only_shown(rows[0].id):
            return
        if self.view.asked:
            return
        how = "waits for you" if rows[0].gate else "was left in the middle"
        request = one_line(rows[0].request, 60)
        words = f"The last run {how}{f': “{request}”' if request else ''}.\nesc, then {self.keymap.of('runs')} and enter, goes on with it."
        await self.query_one(Chat).greet(Said("left", "hgtui", words, "warn"))

    async def _only_shown(self, name: str) -> bool:
        """Whether a run is a plan that was only to be printed: nobody has left it."""
        try:
            run = (await self.desk.open_run(name, look=True)).conductor.run
        except DeskError:
            return False
        return run.only_planned and run.grant is None

    # One run in place of another

    async def _put_on(self, found: Found) -> None:
        await self._put_aside()
        self.query_one(Chat).next_conversation()
        await self.take_up(found)
        if self.view.run.ended or found.looked:
            self.say(
                found.looked or f"This run has ended: {self.keymap.of('new')} asks what goes on with it · esc goes back"
            )
        else:
            self.say("It goes on where it stood · esc goes back")

    async def take_up(self, found: Found) -> None:
        """Put a stored run on the screen, select what was selected there, and go on with it where it has not ended."""
        run = found.conductor.run
        _, live, lines = await asyncio.to_thread(retold, found.history)
        self.attach(found.conductor)
        marked = run.marked if run.marked and run.plan.get(run.marked) else None
        self.view.restart(run, by_llm=found.by_llm, live=live, chosen=marked)
        self.view.looked, self.view.apart = found.looked, True
        self.view.gated = marked is not None  # else the next gate selects what is to be looked at first
        log = self.query_one(LogPane)
        log.clear()
        log.add(lines)
        self.query_one(PlanPane).focus()
        self.large = None  # what it is about decides
        await self._draw()
        if not (run.ended or found.looked):
            self.dispatch(Resume())

    async def _put_aside(self) -> None:
        """Take the run off the screen; it goes on."""
        await self._draw()
        self.action_focus_pane("plan")
        self.show_compared(None)
        chat, log = self.query_one(Chat), self.query_one(LogPane)
        conductor, name = self.conductor, self.view.run.id if self.conductor else ""
        if conductor:
            conductor.send(Mark(uid=self.view.chosen))
        self.attach(None)
        look = look_at(self.view, chat.place, self.queued)
        self._queue("")
        self._aside[name] = Aside(conductor, look, self.view.live, log.all_lines, self._tell_of_aside)
        self._behind.append(name)

    def _tell_of_aside(self, words: str) -> None:
        if not self.question:
            self.say(f"{words}: {self.keymap.of('runs')} goes there.")

    async def _bring_back(self, name: str) -> None:
        """Show a run again that was put aside; the one that is there goes on, or is let go where it rests."""
        one = self._aside.pop(name)
        self._behind = self._behind[: self._behind.index(name)] if name in self._behind else self._behind
        await self._put_aside()
        left = self._behind.pop()
        if self._aside[left].rests:
            await self._aside.pop(left).aclose()
        conductor = one.taken()
        self.attach(conductor)
        look = one.look
        self.view.restart(one.run, by_llm=look.by_llm, live=one.live, chosen=look.chosen)
        self.view.looked, self.view.apart = look.looked, look.apart
        log = self.query_one(LogPane)
        log.clear()
        log.add(one.lines)
        self.query_one(Chat).go_back(look.place)
        self.query_one(PlanPane).focus()
        self.large = None  # what it is about decides
        await self._draw()
        self._bring_back_queued(look.queued)

    def _bring_back_queued(self, text: str) -> None:
        """What was to be asked at the end of the run still is; where it has ended meanwhile, the person sends it."""
        if text and self.view.busy:
            self._queue(text)
            self.say("")
        elif text:
            prompt = self.query_one("#prompt", Field)
            prompt.text = f"{text}\n{prompt.text}".strip()
            self.say("What was to come next is in the prompt: Enter sends it.")
        else:
            self.say("")

    async def _again(self, submit: Submit) -> None:
        """Run a plan once more, as a new run; the one that is there goes on, or can be come back to."""
        await self._put_aside()
        self.query_one(Chat).next_conversation()
        try:
            await self.begin(submit)
        except DeskError as error:
            await self._bring_back(self._behind[-1])
            self.say(f"{error.message} {error.hint}".strip())

    async def forget_rested(self) -> None:
        """Let go of what rests: a new request begins, and what came before is in the list of runs."""
        for name in [name for name, one in self._aside.items() if one.rests]:
            await self._aside.pop(name).aclose()
        self._behind = []

    async def close_aside(self) -> None:
        """Leave the runs that are not on the screen where they stand."""
        aside, self._aside, self._behind = self._aside, {}, []
        for one in aside.values():
            await one.aclose()

    # The way back

    def action_back(self) -> None:
        """Go back one level; from a run that was opened, to the one before it."""
        words = self._back_words()
        if words:
            self.call_later(self._bring_back, self._behind[-1])
        else:
            super().action_back()

    def _back_words(self) -> str:
        """Where escape leads from the plan: an empty text where to no other run."""
        here = self.focused is not None and self.focused.id == "plan"
        return "back" if here and self._behind and not self.question and not self.held else ""

    def action_leave(self) -> None:
        """Leave hgtui; while something runs, also beside the screen, ask once."""
        asked = self.question is not None and self.question.about in {"leave", "interrupt"}
        goes_on = [one for one in self._aside.values() if not one.rests]
        resting = not self.view.busy or self.view.at_gate or self.view.waits
        if goes_on and resting and not asked:
            stops, runs = any(not one.run.gate for one in goes_on), self.keymap.of("runs")
            words = (
                f"Leaving stops a run that goes on ({runs}); what is done is kept, and hgtui resume goes on with it."
            )
            words = words if stops else f"A run waits for you ({runs}), also when you leave: hgtui resume takes it up."
            self._ask(f"{words}  {self.keymap.of('leave')} again leaves · esc stays", "leave")
            return
        super().action_leave()
