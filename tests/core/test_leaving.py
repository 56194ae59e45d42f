"""What leaves this machine, to whom, and what is spent, as it is told before it is approved."""

from typing import Any

from hgtui.core.edits import Draft
from hgtui.core.leaving import SHOWN, leaving, spending
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.resource import FileFact, Kind
from tests.core.test_stand_ins import here, hub

FILES = {"a.jpg": FileFact(path="a.jpg", kind=Kind.IMAGE, digest="d")}
PAGE = {"page": "https://huggingface.co/a/one"}


def task(uid: str, name: str = "summarization", **args: Input) -> Task:
    return Task(uid=uid, id=int(uid[1:]), task=name, args=args)


def told(*rows: tuple[Task, Candidate], others: tuple[Candidate, ...] = (), **more: Any) -> list[str]:
    return [str(one) for one in leaving(*drafted(*rows, others=others), **{"controller": "", "told": (), **more})]


def drafted(*rows: tuple[Task, Candidate], others: tuple[Candidate, ...] = ()) -> tuple[Draft, Any, Any]:
    draft = Draft(
        plan=Plan(tasks=tuple(one for one, _ in rows)),
        assignments={one.uid: Assignment.of(chosen, "ranking", "") for one, chosen in rows},
    )
    known: dict[str, tuple[Candidate, ...]] = {}
    for one, chosen in rows:
        known[one.task] = tuple(dict.fromkeys((*known.get(one.task, ()), chosen, *others)))
    return draft, FILES, known


def test_each_place_has_a_line_with_the_files_results_and_texts_that_go_there() -> None:
    caption, detect = (
        task("t0", "image-to-text", image=Input.text("a.jpg")),
        task("t1", "ocr", image=Input.text("a.jpg")),
    )
    sums = task("t2", text=Input(parts=("In short: ", *Input.of("t0").parts)))
    first, second = hub("a/one", "hf-inference", **PAGE), hub("b/two", "hf-inference", **PAGE)
    lines = told((caption, first), (detect, second), (sums, hub("c/three", **PAGE)))
    assert lines == [
        "a.jpg → hf-inference through huggingface.co (2 tasks)",
        "the result of 0, the text given to 2 → fal-ai through huggingface.co (1 task)",
    ]


def test_a_file_that_is_fetched_when_the_plan_runs_is_asked_of_its_server() -> None:
    url = "https://example.org/a.png?size=1"
    first, second = (task(f"t{number}", "image-to-text", image=Input.text(url)) for number in (0, 1))
    there = {url: FileFact(path=url, remote=True)}
    draft, _, known = drafted((first, here("one")), (second, here("one")))
    assert [str(row) for row in leaving(draft, there, known, "", ())] == [
        f"a request that fetches {url} → example.org (2 tasks)"
    ]
    assert leaving(draft, {url: FileFact(path=url, kind=Kind.IMAGE, digest="d")}, known, "", ()) == ()
    skipped = Draft(plan=Plan(tasks=(first.update(skip=True),)), assignments=draft.assignments)
    assert leaving(skipped, there, known, "", ()) == ()


def test_what_stays_here_is_not_told() -> None:
    assert told((task("t0", text=Input.text("x")), here("one"))) == []


def test_the_controller_is_told_the_request_and_what_its_tasks_read() -> None:
    chat = Candidate(name="controller:gpt", model="gpt", endpoint="controller", place="llm", leaves=True)
    rows = ((task("t0", text=Input.text("x")), chat),)
    where: dict[str, Any] = {"controller": "gpt at https://llm.example", "told": ("the request", "the results")}
    assert told(*rows, **where) == [
        "the request, the results, the text given to 0 → gpt at https://llm.example (1 task)"
    ]
    assert told(**where) == ["the request, the results → gpt at https://llm.example"]


def test_a_worker_is_named() -> None:
    worker = Candidate(name="gpu1:a/one", model="a/one", endpoint="gpu1", place="worker", leaves=True)
    assert told((task("t0", text=Input.text("x")), worker)) == ["the text given to 0 → the worker gpu1 (1 task)"]


def test_where_a_stand_in_would_send_it_is_told_too_and_only_where_that_is_new() -> None:
    chosen = hub("a/one", providers=("groq",))
    one = task("t0", text=Input.text("x"))
    assert told((one, chosen), others=(hub("b/two"),)) == [
        "the text given to 0 → fal-ai through the Hub (1 task)",
        "if it fails also the text given to 0 → groq through the Hub (1 task)",
    ]


def test_an_assignment_that_nobody_lists_still_leaves_where_it_names_a_provider() -> None:
    one = task("t0", text=Input.text("x"))
    draft = Draft(plan=Plan(tasks=(one,)), assignments={"t0": Assignment(candidate="hub:z/z#groq", provider="groq")})
    assert [str(row) for row in leaving(draft, {}, {}, "", ())] == [
        "the text given to 0 → groq through the Hub (1 task)"
    ]


def test_a_skipped_task_sends_nothing_and_spends_nothing() -> None:
    rows = ((task("t0", text=Input.text("x")).update(skip=True), hub("a/one")),)
    assert told(*rows) == []
    draft, _, known = drafted(*rows)
    assert spending(draft, known) == ""


def test_many_things_are_counted_and_a_name_is_one_line() -> None:
    texts = tuple(f"{n}\n\x1b[31m.jpg" for n in range(SHOWN + 4))
    many = Task(uid="t0", id=0, task="image-to-text", args={"image": Input(parts=texts, many=True)})
    (line,) = told((many, hub("a/one")))
    assert " and 4 more → " in line
    assert "\n" not in line
    assert "\x1b" not in line


def spent(*chosen: Candidate) -> str:
    draft, _, known = drafted(*((task(f"t{n}", text=Input.text("x")), one) for n, one in enumerate(chosen)))
    return spending(draft, known)


def test_credits_are_told_in_words_and_calls() -> None:
    assert spent(hub("a/one"), hub("b/two")) == "spends credits of HF_TOKEN (2 calls)"


def test_what_the_controller_asks_besides_is_told_where_it_costs_as_much_as_a_task() -> None:
    draft, _, known = drafted(
        (task("t0", text=Input.text("x")), hub("a/one")), (task("t1", text=Input.text("x")), hub("b/two"))
    )
    assert spending(draft, known, "credits of HF_TOKEN") == (
        "spends credits of HF_TOKEN (2 calls, and what the controller asks)"
    )
    assert spending(Draft(), {}, "credits of HF_TOKEN") == "spends credits of HF_TOKEN (what the controller asks)"
    assert spending(draft, known, "credits of acme") == (
        "spends credits of HF_TOKEN (2 calls) · spends credits of acme (what the controller asks)"
    )


def test_known_prices_are_summed_and_one_that_is_not_known_is_never_nothing() -> None:
    paid, unknown = hub("a/one", usd=0.02), hub("b/two", spends="")
    assert spent(paid, hub("c/three", usd=0.01), unknown) == "price $0.0300 (2 calls), - (1 call)"
    assert spent(unknown) == "price - (1 call)"
    assert spent(hub("a/one", usd=0.000001)) == "price under $0.0001 (1 call)"
    assert spent(here("one")) == ""
    assert spent(hub("a/one", usd=0.0)) == ""
