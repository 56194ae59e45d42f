"""A call of a run as it was: what was asked, what came back, how that was read, out of the journal and the records."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hgtui.core import events as ev
from hgtui.core.calls import CallRow
from hgtui.core.plan import Uid
from hgtui.core.ports import ArtifactStore, CallError, Given
from hgtui.core.resource import FILE_KINDS, Resource
from hgtui.core.run import Run
from hgtui.core.states import HAS_RESULT, Stage
from hgtui.core.text import clean, decode, one_line
from hgtui.execution.resolve import Resolver
from hgtui.session.curl import curl_of_hub, curl_of_listing, curl_of_llm, curl_of_media
from hgtui.session.rereading import Understood, understood
from hgtui.session.store import Records

MOST_RESULT = 1_000_000
"""Bytes of a text result that are looked at."""
TOLD = 200
"""How many characters of what went in and came out are told in a line."""


class NoCall(Exception):
    """There is no such call in the run; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A call with everything that is kept of it. Texts are as they came: they are to be cleaned before they are shown.

    `request` and `reply` are the exact JSON (`reply` a text for an LLM); `facts` are short sentences on how it was made:
    the form of reply that was asked for, what the server refused, retries. `templates` are as in `llm.values.CallRecord`.
    `understood` says how the reply was read; `curl` makes the same request from a shell, without the key, empty where no
    server was asked. `gone` is a sentence where the record is not kept any more. `record` is the whole of it, JSON.
    """

    row: CallRow
    request: Any = None
    reply: Any = ""
    reasoning: str = ""
    facts: tuple[str, ...] = ()
    templates: tuple[Mapping[str, Any], ...] = ()
    understood: Understood = field(default_factory=Understood)
    curl: str = ""
    gone: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            **self.row.as_json(),
            "request": self.request,
            "reply": self.reply,
            "reasoning": self.reasoning,
            "facts": list(self.facts),
            "templates": [dict(one) for one in self.templates],
            **self.understood.as_json(),
            "curl": self.curl,
            "gone": self.gone,
        }


async def recalled(entries: Sequence[ev.Entry], artifacts: ArtifactStore, number: int) -> Recalled:
    """Return the call of that number. Raises NoCall, ArtifactError."""
    # In threads: a long run takes a tenth of a second to fold, a long reply as long to read.
    run = await asyncio.to_thread(_up_to, entries, number)
    count = len(run.call_book.rows)
    if not 0 < number <= count:
        raise NoCall(f"There is no call {number}: the run has {count}." if count else "The run has made no call.")
    return await _whole(run.call_book.rows[number - 1], run, entries, artifacts)


def _up_to(entries: Sequence[ev.Entry], number: int) -> Run:
    """Return a run as it stood when the call of a number had ended, whole where there is no such call."""
    run = Run()
    for entry in tuple(entries):
        run.fold(entry)
        if 0 < number <= len(run.call_book.rows):
            break
    return run


async def _whole(row: CallRow, run: Run, entries: Sequence[ev.Entry], artifacts: ArtifactStore) -> Recalled:
    if row.kind == "endpoint" and not row.record:
        return await _at_endpoint(row, run, artifacts)
    try:
        _, request, reply = await Records(artifacts, {}).load(row.record)
        kept = json.loads(reply)
    except (KeyError, ValueError):
        return Recalled(row, gone="What was sent and what came back is not kept any more.")
    if row.kind == "hub" and "requests" in request:
        return _of_listing(row, request, kept)
    if row.kind == "hub":
        return _of_hub(row, request, kept, artifacts)
    if row.kind == "endpoint":
        return _of_media(row, run, request, kept, artifacts)
    if "error" in kept and "notes" in kept and kept.get("record") is None:
        return _failed(row, request, kept)
    notes = await _retries(kept, entries, row, artifacts)
    if row.again:
        run = await asyncio.to_thread(_at_first, row, entries)
    return await asyncio.to_thread(_of_llm, row, run, kept, notes)


def _at_first(row: CallRow, entries: Sequence[ev.Entry]) -> Run:
    """Return the run as it stood at the call that was sent again: its reply is read as that of the first one was."""
    run = Run()
    for entry in entries:
        run.fold(entry)
        if isinstance(entry.event, ev.Called) and entry.event.record == row.of:
            break
    return run


def _of_llm(row: CallRow, run: Run, kept: Mapping[str, Any], notes: Sequence[str]) -> Recalled:
    params = dict(kept["params"])
    request = {**params, "messages": kept["messages"]}
    return Recalled(
        row,
        request=request,
        reply=kept["reply"],
        reasoning=kept["reasoning"],
        facts=(*_facts(kept), *notes),
        templates=tuple(kept.get("templates", ())),
        understood=understood(row, run, kept),
        curl=curl_of_llm(str(kept["base_url"]), request, hub=run.hub),
        record=kept,
    )


def _facts(kept: Mapping[str, Any]) -> list[str]:
    params = kept["params"]
    rung = {None: "no form was asked for", "text": "as text"}.get(kept["rung"], str(kept["rung"]))
    temperature = params.get("temperature")
    said = [
        f"server: {kept['base_url']}",
        f"temperature: {'left to the server' if temperature is None else temperature}",
        f"rung: {rung}",
    ]
    if kept["refused"]:
        said.append(f"refused by the server before: {', '.join(kept['refused'])}")
    if kept["ignored"]:
        said.append(f"taken and not kept to before: {', '.join(kept['ignored'])}")
    said.append(f"ended: {kept['finish_reason'] or 'without a reason'}")
    if kept["request_id"]:
        said.append(f"request id: {kept['request_id']}")
    if kept["tries"] > 1:
        said.append(f"requests: {kept['tries']}")
    if cached := kept["usage"].get("cached"):
        said.append(f"of the tokens in, {cached} came from the server's cache")
    return said


async def _retries(
    kept: Mapping[str, Any], entries: Sequence[ev.Entry], row: CallRow, artifacts: ArtifactStore
) -> list[str]:
    """Return what was told of the retries of a call: the exchange that is kept of them has the same record."""
    if kept["tries"] < 2 and kept["finish_reason"]:
        return []
    before = [one.event for one in entries if (one.seq or 0) < row.seq]
    for event in reversed(before[-200:]):
        if isinstance(event, ev.Recorded) and event.kind == "llm":
            try:
                _, _, reply = await Records(artifacts, {}).load(event.record)
                told = json.loads(reply)
            except (KeyError, ValueError):
                continue
            if told.get("record") == kept:
                failed = told.get("error") or {}
                broke = [f"broke off: {failed['message']}"] if failed else []
                return [*(_retry(one) for one in told["notes"]), *broke]
    return []


def _retry(note: Sequence[Any]) -> str:
    number, wait, reason = note
    return f"try {number} failed: {reason}" + (f" Again after {wait:.1f} s." if wait else "")


def _failed(row: CallRow, request: Mapping[str, Any], kept: Mapping[str, Any]) -> Recalled:
    error = kept["error"]
    facts = [_retry(one) for one in kept["notes"]]
    facts.append(f"failed: {error['message']} {error['hint']}".strip())
    if error.get("said"):
        facts.append(f"the server said: {error['said']}")
    return Recalled(
        row, request={"messages": request["messages"]}, reply=error.get("partial", ""), facts=tuple(facts), record=kept
    )


def _of_hub(row: CallRow, request: Any, kept: Any, artifacts: ArtifactStore) -> Recalled:
    facts = [] if row.what.startswith("looked for") else [f"provider: {request.get('provider', '')}"]
    if request.get("task"):
        facts.append(f"method of the client: {request['task']}")
    if row.failed:
        facts.append(f"failed: {row.failed}")
    curl = curl_of_hub(request, artifacts) if "url" in request else ""
    return Recalled(row, request=request, reply=kept, facts=tuple(facts), curl=curl)


def _of_listing(row: CallRow, request: Any, kept: Any) -> Recalled:
    """Return what was asked of the Hub's API for a task type (the listing, models by name, and cards), or for a name."""
    facts = [_exchanged(one, came) for one, came in zip(request["requests"], kept["answers"], strict=True)]
    facts += [f"failed: {row.failed}"] if row.failed else []
    return Recalled(row, request, kept, facts=tuple(facts), curl=curl_of_listing(request["requests"]))


def _exchanged(asked: Mapping[str, Any], came: Mapping[str, Any]) -> str:
    """Say in a line what became of a question to the Hub."""
    said = []
    if "status" in came:
        status = "no answer" if came["status"] is None else came["status"]
        said.append(f"{status}, {came['seconds'] * 1000:,.0f} ms, {came['received']:,} bytes in")
    if "kept_s" in came:
        said.append(f"what was kept was taken, {came['kept_s']:,.0f} s old")
    if "count" in came:
        said.append(f"{came['count']} models")
    if "model" in came:
        said.append("found")
    if "card" in came:
        said.append(f"{came['card']['characters']:,} characters")
    return "; ".join(
        [f"{asked['what']}: {said[0] if said else 'nothing came'}", *said[1:], *filter(None, [came.get("error")])]
    )


def _of_media(row: CallRow, run: Run, request: Any, kept: Any, artifacts: ArtifactStore) -> Recalled:
    """Return a request to a route for speech, transcription or pictures of the controller's server."""
    facts = [f"{request['method']} {request['url']}"]
    if "status" in kept:
        facts.append(f"status: {kept['status']}" + (f", {kept['content_type']}" if kept.get("content_type") else ""))
    if row.failed:
        facts.append(f"failed: {row.failed}")
    if kept.get("said"):
        facts.append(f"the server said: {kept['said']}")
    return Recalled(row, request, kept, facts=tuple(facts), curl=curl_of_media(request, artifacts, hub=run.hub))


async def _at_endpoint(row: CallRow, run: Run, artifacts: ArtifactStore) -> Recalled:
    """Return a call on this machine: what went in and what came out, by what is kept of the tasks."""
    task = row.task
    if task is None:
        return Recalled(row, gone="The task that it was for is not in the plan any more.")
    results = {uid: one.results for uid, one in run.tasks.items() if one.state in HAS_RESULT}
    chosen = run.draft.assignments.get(task.uid)
    request: dict[str, Any] = {"candidate": row.model, "task": task.task}
    if chosen is not None and chosen.candidate == row.model:
        request |= {"provider": chosen.provider, "revision": chosen.revision}
    facts = [f"attempt: {row.attempt}"] if row.attempt > 1 else []
    try:
        inputs = await Resolver(run.plan, run.files, artifacts).inputs(task, results, fetch=False)
        request["inputs"] = {name: [_given(one) for one in given] for name, given in inputs.items()}
        facts += [f"in: {name} {_went_in(one)}" for name, given in inputs.items() for one in given]
    except CallError as error:
        facts.append(f"what went in is not known any more: {error.message}")
    if row.failed:
        facts.append(f"failed: {row.failed}")
    facts += [f"out: {one.kind.value} {one_line(one.preview, TOLD) or one.media_type}" for one in row.results]
    return Recalled(row, request, [await _result(one, artifacts) for one in row.results], facts=tuple(facts))


def _went_in(one: Given) -> str:
    return one_line(one.text, TOLD) if one.text is not None else one_line(one.name, TOLD) or one.kind.value


def _given(one: Given) -> dict[str, Any]:
    if one.text is not None:
        return {"kind": one.kind.value, "text": one.text, **({"language": one.language} if one.language else {})}
    return {"kind": one.kind.value, "name": one.name, "media_type": one.media_type, "sha256": one.digest}


async def _result(one: Resource, artifacts: ArtifactStore) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": one.kind.value,
        "media_type": one.media_type,
        "sha256": one.digest,
        "size": one.size,
    }
    if one.kind not in FILE_KINDS:
        try:
            told["text"] = clean(decode(await artifacts.read(one.digest, MOST_RESULT)))
        except KeyError:
            told["text"] = one.preview
    return told


def of_task(found: Sequence[CallRow], run: Run, uid: Uid) -> CallRow | None:
    """Return the call that says most of a task: its own last one, else that which chose its model, else that of the plan."""
    own = [one for one in found if one.uid == uid and not one.again]
    if own:
        return own[-1]
    chosen = run.draft.assignments.get(uid)
    stages = [Stage.SELECTION, Stage.PLANNING] if chosen and chosen.chosen_by == "selector" else [Stage.PLANNING]
    for stage in stages:
        of_stage = [one for one in found if one.kind == "llm" and one.stage is stage and not one.again]
        if of_stage:
            return of_stage[-1]
    return None
