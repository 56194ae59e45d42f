"""Stage 4 as a run goes through it: results laid out for people, the answer by an LLM or by the program, the end."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from hgtui.core import events as ev
from hgtui.core.plan import Task, Uid
from hgtui.core.ports import (
    Answering,
    ArtifactError,
    CallMade,
    Context,
    Finding,
    Noticed,
    RespondingError,
    Said,
    Wrote,
)
from hgtui.core.resource import FILE_KINDS, Resource
from hgtui.core.states import EXITS, HAS_RESULT, Failure, Outcome, Stage
from hgtui.core.text import decode, one_line
from hgtui.core.wire import show_input
from hgtui.response.checking import check_answer
from hgtui.response.report import LONGEST_RESULT, report
from hgtui.session.board import Board
from hgtui.session.equipment import Equipment
from hgtui.session.following import follow
from hgtui.session.layout import LayoutError, lay_out

Results = Mapping[Uid, tuple[Resource, ...]]
Paths = Mapping[tuple[Uid, str], str]
"""Where results are laid out, by the uid of their task and their digest."""


class Answers:
    """Writes the answer of a run from what there is and ends the run."""

    def __init__(self, board: Board, equipment: Equipment) -> None:
        self._board, self._equipment = board, equipment

    async def write(self, outcome: Outcome, message: str = "", exit: int | None = None) -> None:
        """Answer and end the run, with the exit status of its outcome unless `exit` is another.

        Where the LLM fails, the program's report stands in and the outcome is degraded.
        """
        board, run = self._board, self._board.run
        board.emit(ev.StageEntered(stage=Stage.RESPONSE))
        await board.flush()
        results = self._results()
        texts, files = await asyncio.gather(self._texts(results), self._laid_out(results))
        text, by = "", "program"
        if self._may_tell() and run.draft.plan.tasks and outcome is not Outcome.INTERRUPTED:
            try:
                text, by = await self._by_llm(results, texts, files)
            except RespondingError as error:
                words = f"The answer is the program's: {error.message} {error.hint}".strip()
                board.emit(ev.Logged(level="warning", text=words))
                outcome = Outcome.DEGRADED if outcome is Outcome.ANSWERED else outcome
        if by == "program":
            text = report(run.draft.plan, run.tasks, texts, files, run.left_out)
        shown = [(uid, one.digest) for uid, ones in results.items() for one in ones]
        paths = tuple(dict.fromkeys(files[one] for one in shown if one in files))
        self._end(outcome, message, exit, answer=ev.Answered(text=text, by=by, files=paths))
        await board.flush()

    async def talk(self, request: str) -> None:
        """Answer a request that needs no task: a plain reply of the LLM, else an honest sentence of the program."""
        if self._equipment.talker is None:
            await self.write(Outcome.FAILED, "No task came of the request.")
            return
        self._board.emit(ev.StageEntered(stage=Stage.RESPONSE))
        await self._board.flush()
        steps = self._equipment.talker.chat_reply(request, Context(earlier=self._board.run.earlier))
        try:
            text, by = await self._follow(steps)
        except RespondingError as error:
            self._board.emit(ev.Logged(level="error", text=f"{error.message} {error.hint}".strip()))
            self._end(Outcome.FAILED, error.message)
            await self._board.flush()
            return
        self._end(Outcome.ANSWERED, answer=ev.Answered(text=text, by=by))
        await self._board.flush()

    def _may_tell(self) -> bool:
        """Whether an LLM writes the answer: not where the results would go to one for which that was not approved."""
        run, equipment = self._board.run, self._equipment
        if equipment.responder is None:
            return False
        if not equipment.controller or (run.answer_by == "llm" and run.controller == equipment.controller):
            return True
        text = f"The answer is the program's: that the results go to {equipment.controller} was not approved."
        self._board.emit(ev.Logged(level="warning", text=text))
        return False

    def _end(
        self, outcome: Outcome, message: str = "", exit: int | None = None, *, answer: ev.Answered | None = None
    ) -> None:
        status = EXITS[outcome] if exit is None else exit
        if answer is not None:
            end = {"outcome": outcome, "exit": status, "message": message}
            self._board.emit(answer.model_copy(update=end))
        self._board.emit(ev.RunEnded(outcome=outcome, exit=status, message=message))

    async def _by_llm(self, results: Results, texts: Mapping[str, str], files: Paths) -> tuple[str, str]:
        responder, run = self._equipment.responder, self._board.run
        assert responder is not None
        about = Answering(
            request=run.request,
            findings=tuple(self._finding(task, results, texts, files) for task in run.draft.plan),
            changes=tuple(patch.words for patch in run.undos if patch.words),
            notes=run.left_out,
            earlier=run.earlier,
        )
        text, by = await self._follow(responder.respond(about))
        return check_answer(text, about, texts).text, by

    async def _follow(self, steps: AsyncIterator[Said | CallMade | Noticed | Wrote]) -> tuple[str, str]:
        written: list[Wrote] = []

        def take(step: object) -> None:
            if isinstance(step, Wrote):
                written.append(step)

        await follow(self._board, self._equipment, Stage.RESPONSE, steps, take)
        if not written:
            raise RespondingError(Failure.EMPTY, "The controller wrote no answer.")
        return written[-1].text, written[-1].by

    def _finding(self, task: Task, results: Results, texts: Mapping[str, str], files: Paths) -> Finding:
        run = self._board.run
        ids = {one.uid: one.id for one in run.draft.plan}
        status = run.status(task.uid)
        rows = results.get(task.uid, ())
        chosen = run.draft.assignments.get(task.uid)
        text = texts.get(rows[0].digest, rows[0].preview) if rows else ""
        return Finding(
            uid=task.uid,
            id=task.id,
            task=task.task,
            state=run.state(task.uid),
            inputs="; ".join(f"{name}: {one_line(show_input(value, ids), 200)}" for name, value in task.args.items()),
            candidate="you" if status.supplied else status.candidate,
            reason=chosen.reason if chosen else "",
            seconds=status.seconds,
            text=text,
            # Where a text is told, its file is not: that would cost more tokens than many a text.
            files=tuple(
                files[task.uid, one.digest]
                for one in rows
                if (task.uid, one.digest) in files and one.kind in FILE_KINDS
            ),
            message=status.stood_in if rows else status.message,
            hint="" if rows else status.hint,
        )

    def _results(self) -> dict[Uid, tuple[Resource, ...]]:
        # In the order of the plan: in which order independent tasks began is chance, and no answer hangs on it.
        run = self._board.run
        return {one.uid: run.tasks[one.uid].results for one in run.draft.plan if run.state(one.uid) in HAS_RESULT}

    async def _laid_out(self, results: Results) -> Paths:
        """Lay the results out for people; return the paths by task and digest."""
        out, files, run = self._equipment.out, self._equipment.files, self._board.run
        if out is None or not results:
            return {}
        try:
            if files is not None:
                return files.laid_out(run.draft.plan, results)
            laid = await lay_out(run.id, run.draft.plan, results, self._equipment.artifacts, out)
        except LayoutError as error:
            self._board.emit(ev.Logged(level="error", text=f"{error.message} {error.hint}".strip()))
            return {}
        return {key: str(path) for key, path in laid.items()}

    async def _texts(self, results: Results) -> dict[str, str]:
        wanted = {one.digest for ones in results.values() for one in ones if one.kind not in FILE_KINDS}
        read = await asyncio.gather(*(self._text(digest) for digest in wanted))
        return {digest: text for digest, text in zip(wanted, read, strict=True) if text is not None}

    async def _text(self, digest: str) -> str | None:
        try:
            return decode(await self._equipment.artifacts.read(digest, LONGEST_RESULT * 4 + 4))
        except KeyError:
            self._board.emit(ev.Logged(level="error", text=f"The result {digest[:8]} is not kept any more."))
        except ArtifactError as error:
            self._board.emit(ev.Logged(level="error", text=f"{error.message} {error.hint}".strip()))
        return None
