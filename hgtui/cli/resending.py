"""A call of a run sent once more, with changes: what a key of the workbench does, and `hgtui calls RUN --resend N`."""

import asyncio
import json
import sys
from collections.abc import Callable

from hgtui.cli.calling import entries_in, found_in
from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.own import own_profile
from hgtui.cli.picking import pick_model
from hgtui.cli.reading import read_source
from hgtui.cli.signals import on_signals
from hgtui.cli.words import say
from hgtui.config import ConfigError
from hgtui.core import events as ev
from hgtui.core.ports import ArtifactError
from hgtui.core.run import Run, fold
from hgtui.core.states import EXIT_FAILED, EXIT_OK
from hgtui.llm.metered import Metered
from hgtui.llm.profile import Choice, client_for
from hgtui.session.conductor import Conductor
from hgtui.session.journal import JournalError
from hgtui.session.locks import RunInUse
from hgtui.session.prompttext import Unreadable, read_prompt
from hgtui.session.recalled import Recalled
from hgtui.session.sending import CannotSend, Change, may_send, send_again, spent_of

Tell = Callable[[str], None]


def change_of(found: Recalled, temperature: float | None, prompt: str | None) -> Change:
    """Return what differs from a call; `prompt` is a text as `session.prompttext` writes it, None for that of the call.

    Raises Fault for a text that is none.
    """
    try:
        may_send(found)
        words = {} if prompt is None else read_prompt(prompt, found.record["messages"])
    except CannotSend as error:
        raise Fault(error.message, error.hint) from None
    except Unreadable as error:
        raise Fault(str(error), "hgtui calls RUN --prompt N prints it as it is.") from None
    return Change(words, temperature)


async def send_in(
    place: Workplace,
    run: Run,
    found: Recalled,
    change: Change,
    model: str = "",
    *,
    choice: Choice | None = None,
    own: Conductor | None = None,
    show: Callable[[ev.Entry], None] = lambda _: None,
    tell: Tell = lambda _: None,
) -> ev.SentAgain:
    """Send a call again and write down what came, within what its run may use.

    It goes to `choice`, else to the controller of the workplace; `model` empty is that of the call where it goes to the
    same server. `own` conducts the run here, else `show` is given the entry. Cancelling ends the call. Raises Fault.
    """
    choice = choice or place.choice
    try:
        chat = client_for(choice, place.environ)
    except ConfigError as error:
        raise Fault(error.message, error.hint) from None
    if chat is None:
        raise Fault("There is no LLM to send it to: rules plan.", "Set OPENAI_BASE_URL, or choose a controller.")
    async with chat:
        same = chat.base_url == found.record.get("base_url")
        chat.model = model or (str(found.record["params"]["model"]) if same else None) or chat.model
        budget = place.budgets.get(own) if own is not None else None
        metered = Metered(chat, budget or spent_of(run.calls, place.choice.limits))
        try:
            async with place.beside(run.id, own, show) as note:
                return await send_again(metered, found, change, place.artifacts, place.recorder, note, tell)
        except RunInUse as error:
            raise Fault(error.message, "What comes would not be kept: send it from there, or wait.") from None
        except (CannotSend, JournalError, ArtifactError) as error:
            raise Fault(error.message, error.hint) from None


async def resend(
    name: str,
    number: int,
    *,
    temperature: float | None,
    model: str,
    profile: str | None,
    prompt: str | None,
    as_json: bool,
) -> int:
    """Send a call of a run again and print what came beside what had come; 1 where no reply came. Raises Fault."""
    from hgtui.ui.answers import both_lines

    text = None if prompt is None else await asyncio.to_thread(read_source, prompt)
    async with await Workplace.open(profile=profile) as place:
        entries = await entries_in(place.journal, name)
        run = fold(entries)
        before = await found_in(entries, place.artifacts, name, number)
        change = change_of(before, temperature, text)
        await own_profile(place, run, profile)
        if not model and place.choice.model is None and place.chat is not None:
            await pick_model(place, ask=False)
        sending = asyncio.create_task(send_in(place, run, before, change, model, tell=_told()))
        stopped: list[int] = []

        def stop(status: int) -> None:
            stopped.append(status)
            sending.cancel()

        with on_signals(stop):
            await asyncio.gather(sending, return_exceptions=True)
        if stopped:
            number = len(fold(await entries_in(place.journal, run.id)).call_book.rows)
            told = f" What had come so far: hgtui calls {run.id} --call {number}"
            say("It was stopped." + (told if number > len(run.call_book.rows) else " Nothing had been sent yet."))
            return stopped[0]
        event = await sending
        entries = await entries_in(place.journal, run.id)
        after = await found_in(entries, place.artifacts, name, fold(entries).call_book.rows[-1].number)
    if as_json:
        _out(json.dumps({"before": before.as_json(), "after": after.as_json()}, indent=2))
    else:
        _out("\n".join("".join(piece for piece, _ in line).rstrip() for line in both_lines(before, after, 100)))
    return EXIT_FAILED if event.failed else EXIT_OK


def _told() -> Tell:
    """Return what shows at a terminal how long the reply is so far."""
    if not sys.stderr.isatty():
        return lambda _: None

    def tell(said: str) -> None:
        sys.stderr.write(f"\r{len(said):,} characters ")
        sys.stderr.flush()

    return tell


def _out(text: str) -> None:
    sys.stdout.write(text + "\n")
