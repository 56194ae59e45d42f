"""How the steps of a planner, a talker or a responder become events while it is at work."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable

from hgtui.core import events as ev
from hgtui.core.ports import CallMade, Noticed, Said
from hgtui.core.states import Stage
from hgtui.session.board import Board
from hgtui.session.calls import keep_call
from hgtui.session.equipment import Equipment


async def follow(
    board: Board, equipment: Equipment, stage: Stage, steps: AsyncIterator[object], take: Callable[[object], None]
) -> None:
    """Go through the steps to the end: what is said and noticed is told, calls are kept, any other step goes to `take`.

    What is gone through is closed, however it ends. Raises what the steps and `take` raise.
    """
    try:
        async for step in steps:
            match step:
                case Said(text=text, reasoning=reasoning):
                    board.emit(ev.Delta(stage=stage, text=text, reasoning=reasoning))
                case Noticed(text=text):
                    board.emit(ev.Logged(level="warning", text=text))
                case CallMade():
                    await keep_call(board, equipment, stage, step)
                case _:
                    take(step)
    finally:
        if isinstance(steps, AsyncGenerator):
            await steps.aclose()
