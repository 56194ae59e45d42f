"""What runs in place of a model that failed: within what was approved, told, and never for what only a person mends."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hgtui.cli.words import gate_words
from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.model import Candidate
from hgtui.core.ports import Answering, Call, CallError, Produced, Tell, Wrote
from hgtui.core.states import Failure, Gate, Outcome, TaskState
from tests.session.staging import CHAIN, ByHand, FakeWork, Models, Stage, plan, stage, task

ONE = plan(task("t1"))
STOPS = [Failure.CREDITS, Failure.ACCESS, Failure.BAD_INPUT, Failure.REFUSED]


def hub(model: str, provider: str = "fal-ai", **more: Any) -> Candidate:
    return Candidate(
        name=f"fake:{model}#{provider}",
        model=model,
        endpoint="fake",
        provider=provider,
        place="hub",
        leaves=True,
        page=f"https://huggingface.co/{model}",
        spends="credits of HF_TOKEN",
        **{"licence": "mit", **more},
    )


FIRST = hub("a/one", providers=("groq",))
LISTED = (FIRST, hub("b/two"), hub("c/three", licence="apache-2.0"))


class Broken(FakeWork):
    """An endpoint at which the candidates that the test names fail."""

    def __init__(self, **failures: Failure) -> None:
        super().__init__()
        self.failures = failures

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        provider = (call.assignment.provider or "").replace("-", "_")
        model = call.assignment.candidate.partition(":")[2].partition("/")[0]
        failure = self.failures.get(f"{model}_{provider}")
        if failure is not None:
            self.calls.append(call)
            raise CallError(failure, "It is down.", "Look again.")
        return await super().run(call, work, tell)


def staged(folder: Path, work: FakeWork, *listed: Candidate, tasks: Any = ONE, **more: Any) -> Any:
    async def at_once(_: float) -> None:
        return

    return stage(folder, ByHand(tasks), work=work, models=(Models(*(listed or LISTED)),), sleep=at_once, **more)


def ran(here: Stage) -> list[str]:
    return [call.assignment.candidate for call in here.work.calls]


# What the gate tells


async def test_the_gate_tells_what_leaves_what_is_spent_and_what_stands_in(tmp_path: Path) -> None:
    async with staged(tmp_path, Broken(), tasks=CHAIN) as here:
        gate = await here.gate()
        assert gate.leaves == (
            "the text given to 1, the result of 1 → fal-ai through huggingface.co (2 tasks)",
            "if it fails also the text given to 1, the result of 1 → groq through huggingface.co (2 tasks)",
        )
        assert gate.spends == "spends credits of HF_TOKEN (2 calls)"
        assert gate.substitutes == dict.fromkeys(("t1", "t2"), ("fake:a/one#groq", "fake:b/two#fal-ai"))
        line = json.loads(json.dumps((await here.entries())[-1].line()))
        assert line["leaves"] == list(gate.leaves)
        assert line["substitutes"]["t1"] == ["fake:a/one#groq", "fake:b/two#fal-ai"]
        assert tuple(str(one) for one in (await here.reopened()).leaving) == gate.leaves


async def test_a_gated_model_is_told_at_the_gate_with_the_page_where_its_terms_are_accepted(tmp_path: Path) -> None:
    page = "https://huggingface.co/a/one"
    gated = tuple(one.model_copy(update={"gated": "auto", "page": page}) for one in LISTED)
    async with staged(tmp_path, Broken()) as here:
        assert (await here.gate()).gated == {}
        assert "terms" not in gate_words(here.run)
    async with staged(tmp_path / "gated", Broken(), *gated) as here:
        assert (await here.gate()).gated == {"t1": page}
        said = f"1 summarization: fake:a/one#fal-ai is gated: it runs once its terms are accepted at {page}"
        assert said in gate_words(here.run)


async def test_the_words_at_the_gate_say_it_too(tmp_path: Path) -> None:
    async with staged(tmp_path, Broken()) as here:
        await here.gate()
        words = gate_words(here.run)
        assert "if 1 summarization fails: fake:a/one#groq, then fake:b/two#fal-ai" in words
        assert "leaves this machine: the text given to 1 → fal-ai through huggingface.co (1 task)" in words
        assert (
            "leaves this machine: if it fails also the text given to 1 → groq through huggingface.co (1 task)" in words
        )
        assert "spends credits of HF_TOKEN (1 call)" in words


async def test_where_nothing_leaves_nothing_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        gate = await here.gate()
        assert (gate.leaves, gate.spends, gate.substitutes) == ((), "", {})
        assert "leaves" not in gate_words(here.run)


async def test_what_approves_in_a_persons_place_is_told_with_what_leaves_and_what_is_spent(tmp_path: Path) -> None:
    async with staged(tmp_path, Broken(), approve_by="--yes") as here:
        here.send(cmd.Submit(request="go"))
        await here.end()
        (approved,) = here.all(ev.Approved)
        assert (approved.by, approved.spends) == ("--yes", "spends credits of HF_TOKEN (1 call)")
        assert approved.leaves[0] == "the text given to 1 → fal-ai through huggingface.co (1 task)"


async def test_a_fingerprint_that_one_process_shows_is_approved_in_another(tmp_path: Path) -> None:
    async with staged(tmp_path, Broken(a_fal_ai=Failure.NO_MODEL)) as here:
        gate = await here.gate()
        run = await here.reopened()
    async with staged(tmp_path, Broken(a_fal_ai=Failure.NO_MODEL), hub("z/new"), run=run) as again:
        again.send(cmd.Approve(fingerprint=gate.fingerprint))
        assert (await again.end()).outcome is Outcome.DEGRADED
        assert again.run.grant
        assert again.run.grant.fingerprint == gate.fingerprint


# What stands in


async def test_what_stands_in_answers_the_run_is_degraded_and_everyone_is_told(tmp_path: Path) -> None:
    async with staged(tmp_path, Broken(a_fal_ai=Failure.TRANSPORT)) as here:
        await here.gate()
        here.approve()
        ended = await here.end()
        assert (ended.outcome, ended.exit) == (Outcome.DEGRADED, 0)
        assert ran(here) == ["fake:a/one#fal-ai"] * 3 + ["fake:a/one#groq"]
        assert here.work.calls[-1].assignment.provider == "groq"
        (told,) = here.all(ev.TaskSubstituted)
        assert (told.candidate, told.in_place_of, told.message) == (
            "fake:a/one#groq", "fake:a/one#fal-ai", "It is down.",
        )  # fmt: skip
        words = "fake:a/one#groq ran in place of fake:a/one#fal-ai: It is down."
        assert here.run.status("t1").stood_in == words
        assert here.run.answer
        assert words in here.run.answer.text.replace("\\", "")
        assert (await here.reopened()).status("t1").stood_in == words


async def test_the_llm_that_answers_is_told_what_ran_in_place_of_what(tmp_path: Path) -> None:
    class Writes:
        name = "by hand"
        about: Answering | None = None

        async def respond(self, about: Answering) -> AsyncIterator[Wrote]:
            self.about = about
            yield Wrote(text="All is well.", by="by hand")

    writes = Writes()
    async with staged(tmp_path, Broken(a_fal_ai=Failure.EMPTY), responder=writes) as here:
        await here.gate()
        here.approve()
        assert (await here.end()).outcome is Outcome.DEGRADED
    assert writes.about
    (finding,) = writes.about.findings
    assert finding.candidate == "fake:a/one#groq"
    assert finding.message == "fake:a/one#groq ran in place of fake:a/one#fal-ai: It is down."
    # And whoever reads the answer is told, also where the LLM says nothing of it.
    assert here.run.answer
    assert finding.message in here.run.answer.text.replace("\\", "")


async def test_after_the_same_model_elsewhere_comes_another_of_the_same_licence_and_then_it_fails(
    tmp_path: Path,
) -> None:
    down = Failure.NO_MODEL
    async with staged(tmp_path, Broken(a_fal_ai=down, a_groq=down, b_fal_ai=down)) as here:
        await here.gate()
        here.approve()
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
        assert ran(here) == ["fake:a/one#fal-ai", "fake:a/one#groq", "fake:b/two#fal-ai"]
        message = here.run.status("t1").message
        assert message.startswith("It is down. Tried fake:a/one#fal-ai (no model), then fake:a/one#groq")
        # Run again by a person, it begins with what was chosen.
        here.work.failures.clear()
        here.send(cmd.Retry(uid="t1"))
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert ran(here)[-1] == "fake:a/one#fal-ai"


@pytest.mark.parametrize("failure", STOPS)
async def test_what_only_a_person_can_mend_waits_for_them(tmp_path: Path, failure: Failure) -> None:
    async with staged(tmp_path, Broken(a_fal_ai=failure)) as here:
        await here.gate()
        here.approve()
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
        assert (ran(here), here.all(ev.TaskSubstituted)) == (["fake:a/one#fal-ai"], [])
        status = here.run.status("t1")
        assert (status.state, status.failure, status.hint) == (TaskState.FAILED, failure, "Look again.")


async def test_a_model_that_a_person_chose_is_not_replaced_by_another(tmp_path: Path) -> None:
    down = Failure.NO_MODEL
    async with staged(tmp_path, Broken(a_fal_ai=down, a_groq=down)) as here:
        await here.gate()
        gate = await here.after(cmd.ChooseModel(uid="t1", candidate="fake:a/one#fal-ai"), kind=ev.GateOpened)
        assert gate.substitutes == {"t1": ("fake:a/one#groq",)}
        here.approve()
        await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
        assert ran(here) == ["fake:a/one#fal-ai", "fake:a/one#groq"]


async def test_what_was_edited_while_it_ran_keeps_what_may_stand_in(tmp_path: Path) -> None:
    work = Broken(a_fal_ai=Failure.NO_MODEL)
    work.holding("t1")
    async with staged(tmp_path, work, tasks=CHAIN) as here:
        await here.gate()
        here.approve()
        await here.began()
        assert here.run.grant
        before = here.run.grant.substitutes
        carried = await here.after(cmd.EditPlan(edit=ed.Renumber(uid="t2", id=7)), kind=ev.ApprovalCarried)
        assert carried.grant.substitutes == before
        work.let("t1")
        assert (await here.end()).outcome is Outcome.DEGRADED


async def test_a_run_that_is_stopped_while_it_waits_for_a_model_ends(tmp_path: Path) -> None:
    async def for_ever(_: float) -> None:
        await asyncio.Event().wait()

    async with stage(
        tmp_path, ByHand(ONE), work=Broken(a_fal_ai=Failure.LOADING), models=(Models(hub("a/one")),), sleep=for_ever
    ) as here:
        await here.gate()
        here.approve()
        await here.state("t1", TaskState.RETRYING)
        assert here.run.status("t1").wait_s > 0
        here.send(cmd.Stop())
        assert (await here.end()).outcome is Outcome.INTERRUPTED
