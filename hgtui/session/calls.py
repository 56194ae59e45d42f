"""The calls to a controller LLM as the journal keeps them: the words by digest, the figures in an event."""

from hgtui.core import events as ev
from hgtui.core.base import canonical
from hgtui.core.plan import Uid
from hgtui.core.ports import ArtifactError, CallMade
from hgtui.core.states import Stage
from hgtui.session.board import Board
from hgtui.session.equipment import Equipment


async def keep_call(
    board: Board, equipment: Equipment, stage: Stage, made: CallMade, uid: Uid | None = None, trial: str = ""
) -> None:
    """Keep the exact messages, parameters and reply of a call, and emit what it took. Secrets are taken out.

    `trial` is the candidate of a what-if that it was made for.
    """
    reply = canonical(made.record).encode() if made.record is not None else b""
    try:
        kept = await equipment.recorder.keep("llm", {"stage": stage.value, "model": made.model}, reply)
    except ArtifactError as error:
        board.emit(ev.Logged(level="error", text=f"The call was not kept: {error.message}"))
        kept = ""
    fields = made.model_dump(exclude={"record"})
    board.emit(ev.Called(stage=stage, uid=uid, record=kept, trial=trial, **fields))
