"""A revision in the workbench: three plans in one view, change by change, the plans of a run, another controller's in part."""

from pathlib import Path

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.partly import Part
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.problems import Facts
from hgtui.core.resource import FileFact
from hgtui.core.versions import Maker, Version
from hgtui.ui.comparing import Compared, compared_lines, wrong
from hgtui.ui.screens.plans import Plans
from hgtui.ui.screens.workbench import Workbench
from tests.servers.chat import Reply, Request
from tests.servers.gate import Gate
from tests.servers.replies import Answer
from tests.ui.bench import keys, notice, screen_text, settle, until
from tests.ui.talk import REQUEST, Controller, plan, row
from tests.ui.test_drawing import EVIL
from tests.ui.test_llm import FRENCH, GERMAN, diff, finished, revised, talking, to_rules
from tests.ui.test_whole import ask, run


def lines(two: Compared, width: int = 100) -> list[str]:
    return ["".join(piece for piece, _ in line).rstrip() for line, _ in compared_lines(two, width, two.dropped)]


def task(uid: str, id: int, text: str, *reads: str, kind: str = "summarization") -> Task:
    args = {"text": Input.of(*reads) if reads else Input.text(text)}
    return Task(uid=uid, id=id, task=kind, args=args)


FIRST = Plan(tasks=(task("t1", 0, "first"), task("t2", 1, "two"), task("t3", 2, "", "t1"), task("t4", 3, "gone")))
MINE = FIRST.with_tasks([task("t1", 0, "mine"), task("t2", 1, "mine too"), FIRST["t3"], task("t5", 4, "own")])


def test_three_plans_stand_in_one_view() -> None:
    after = MINE.with_tasks(
        [task("t1", 0, "revised"), task("t2", 1, "two"), task("t3", 2, "", "t1", "t2"), MINE["t5"], FIRST["t4"]]
    )
    told = "\n".join(lines(Compared("revision", "", MINE, after, base=FIRST)))
    assert "L   args.text      first   the planner, before you changed it" in told
    assert "-   args.text      mine   yours" in told
    assert "+   args.text      revised" in told
    assert "+   args.text      two   as the planner had it" in told
    assert "wider: reads one more result" in told
    assert "+ task 3 summarization text gone   you had taken it out" in told
    assert "~   task 4 summarization added by you" in told
    kept = "\n".join(lines(Compared("revision", "", MINE, MINE.with_tasks([*MINE, task("t9", 9, "new")]), base=FIRST)))
    assert "~   0.text mine · the planner had first" in kept
    assert "~   task 3 summarization taken out by you" in kept
    assert "+ task 9 summarization text new   new" in kept


def planner(number: int, plan: Plan, by: Maker = "planner") -> Version:
    return Version(number=number, by=by, draft=ed.Draft(plan=plan))


def test_what_was_taken_from_a_revision_is_not_called_a_persons_own() -> None:
    other = task("t6", 5, "revised too", kind="translation")
    revision = MINE.with_tasks(
        [task("t1", 0, "mine"), task("t2", 1, "revised"), task("t3", 2, "", "t6"), MINE["t5"], other]
    )
    now = MINE.with_tasks([task("t1", 0, "mine"), task("t2", 1, "revised"), FIRST["t3"], MINE["t5"], other])
    versions = (planner(1, FIRST), planner(2, MINE, "person"), planner(3, revision))
    told = "\n".join(lines(Compared("revision", "", now, revision, base=FIRST, versions=versions)))
    assert "~   0.text mine · the planner had first" in told
    assert "~   task 4 summarization added by you" in told
    assert "~   task 3 summarization taken out by you" in told
    assert "the planner had two" not in told
    assert "task 5 translation added" not in told
    assert "-   args.text      ‹0›" in told
    assert "before you changed it" not in told
    # Taken by hand afterwards it is theirs again, and what is locked is theirs whoever has it too.
    again = now.with_tasks([one.update(locked=("text",)) if one.uid == "t2" else one for one in now])
    assert "1.text revised · the planner had two" in "\n".join(
        lines(Compared("revision", "", again, revision, base=FIRST, versions=versions))
    )
    other_text = now.with_tasks([task("t2", 1, "own words") if one.uid == "t2" else one for one in now])
    told = "\n".join(lines(Compared("revision", "", other_text, revision, base=FIRST, versions=versions)))
    assert "L   args.text      two" in told
    assert "-   args.text      own words   yours" in told


def test_a_number_is_no_change_and_two_results_of_the_same_number_are_told_apart() -> None:
    before = Plan(tasks=(task("t1", 0, "a"), task("t2", 1, "", "t1"), task("t4", 2, "b")))
    new = task("t3", 1, "", "t1", kind="translation")
    after = before.with_tasks([before["t1"], new, task("t2", 2, "", "t3"), task("t4", 3, "b")])
    reads = task("t5", 4, "", "t2")
    before, after = before.with_tasks([*before, reads]), after.with_tasks([*after, task("t5", 4, "", "t3")])
    told = lines(Compared("controller", "", before, after))
    assert not [line for line in told if "  id  " in line]
    assert "-   args.text      ‹1 summarization›" in told
    assert "+   args.text      ‹1 translation›   reads another result" in told
    assert "= tasks 0 3 unchanged" in told


def test_of_a_revision_with_errors_the_first_is_told_and_a_file_that_nobody_has_looked_at_is_none() -> None:
    picture = Task(uid="t9", id=9, task="image-to-text", args={"image": Input.text("later.png")})
    ring = [task("t7", 7, "", "t8"), task("t8", 8, "", "t7")]
    plan = Plan(tasks=(*ring, picture))
    found = wrong(plan, Facts())
    assert found == ("Tasks wait for each other in a ring: 7 → 8 → 7.",)
    told = " ".join(lines(Compared("revision", "", FIRST, plan, errors=found)))
    assert "! 1 error in it, to mend before it can run: Tasks wait for each other in a ring" in told
    gone = FileFact(path="later.png", error="There is no file later.png.")
    both = wrong(plan, Facts(files={"later.png": gone}))
    told = " ".join(lines(Compared("revision", "", FIRST, plan, errors=both)))
    assert "! 2 errors in it, to mend before it can run; the first: Tasks wait" in told


def test_what_is_left_out_is_marked_and_hostile_text_is_one_line() -> None:
    after = MINE.with_tasks([task("t1", 0, EVIL), *MINE.tasks[1:]])
    two = Compared("revision", EVIL, MINE, after, EVIL, (EVIL,), base=FIRST, dropped=frozenset({Part(uid="t1")}))
    told = lines(two, 60)
    assert told[0].startswith("n task 0")
    assert all(len(line) <= 60 and "\x1b" not in line and "\n" not in line for line in told)


async def test_a_change_is_taken_at_once_another_left_out_and_z_takes_back(tmp_path: Path) -> None:
    changed = {**GERMAN, "args": {"text": "Guten Abend allerseits"}}
    async with talking(tmp_path, Controller(plan(GERMAN), plan(changed, FRENCH)), (80, 24)) as (pilot, _):
        await ask(pilot, REQUEST)
        before = await revised(pilot, "evening, and French")
        assert "Revision 2 by test-model against your plan 1" in screen_text(pilot)
        await pilot.press("j", "y")
        await until(pilot, lambda: run(pilot).plan != before and run(pilot).gate)
        await settle(pilot)
        assert len(run(pilot).plan) == 1
        assert run(pilot).revision
        assert "-   args.text" not in screen_text(pilot)
        await pilot.press("z")
        await until(pilot, lambda: run(pilot).plan == before and run(pilot).gate)
        await settle(pilot)
        await pilot.press("g", "n")
        await until(pilot, lambda: run(pilot).dropped)
        await settle(pilot)
        assert "n task 0" in screen_text(pilot)
        await pilot.press("y")  # the cursor went on to the new task
        await until(pilot, lambda: not run(pilot).comment and run(pilot).gate)
        await settle(pilot)
        assert run(pilot).plan.tasks[0] == before.tasks[0]
        assert len(run(pilot).plan) == 2
        assert diff(pilot).two is None
        assert run(pilot).grant is None
        await pilot.app.screen.run_action("plans")
        await until(pilot, lambda: isinstance(pilot.app.screen, Plans))
        await settle(pilot)
        text = screen_text(pilot)
        assert "1  by test-model" in text
        assert "2  revised by test-model" in text
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench) and diff(pilot).two)
        await settle(pilot)
        assert "Plan 1 (by test-model) against your plan" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: run(pilot).plan == before and run(pilot).gate)
        await settle(pilot)
        assert diff(pilot).two is None


class SlowToChoose(Controller):
    """A controller that chooses models for the first plan at once, and for what comes later when it is let."""

    def __init__(self, *plans: Answer) -> None:
        super().__init__(*plans)
        self.gate, self.chosen = Gate(), 0

    def __call__(self, request: Request) -> Answer:
        if not request.system.startswith("Model selection"):
            return super().__call__(request)
        self.chosen += 1
        return Reply("{}") if self.chosen == 1 else Reply("{}", gate=self.gate)


async def test_while_models_are_chosen_for_what_was_taken_each_key_says_so_and_what_comes_along_is_told(
    tmp_path: Path,
) -> None:
    mood = row(1, "Was für ein Tag", question="Is it happy?")
    first, revision = row(0, "Guten Morgen", "summarization"), row(0, "<GENERATED>-1", "summarization")
    script = SlowToChoose(plan(first), plan(revision, mood, FRENCH | {"id": 2}))
    async with talking(tmp_path, script, (80, 24)) as (pilot, _):
        await ask(pilot, REQUEST)
        await revised(pilot, "of its mood")
        await pilot.press("y")
        await until(pilot, lambda: script.gate.reached.is_set and len(run(pilot).plan) == 2)
        await settle(pilot)
        assert "Taken with it, for what it reads must be there: task 1 text-classification (new)." in notice(pilot)
        assert run(pilot).revision
        assert not {"y", "n", "enter", "esc", "z"} & set(keys(pilot))
        assert "models are being chosen for what you took" in screen_text(pilot)
        for key in ("enter", "y", "n", "escape", "z", "c"):
            await pilot.press("2", key)
            await settle(pilot)
            assert "Models are being chosen for what you took" in notice(pilot), key
        script.gate.release()
        await until(pilot, lambda: run(pilot).gate)
        await settle(pilot)
        assert {"y", "enter", "esc", "z"} <= {word for key in keys(pilot) for word in key.split()}
        await pilot.press("y")
        await until(pilot, lambda: len(run(pilot).plan) == 3 and run(pilot).gate and not run(pilot).comment)


async def test_a_revision_that_was_left_open_is_shown_when_the_run_is_gone_on_with(tmp_path: Path) -> None:
    script = Controller(plan(GERMAN), plan(GERMAN, FRENCH))
    async with talking(tmp_path, script) as (pilot, _):
        await ask(pilot, REQUEST)
        await revised(pilot, "and French")
    async with talking(tmp_path, script) as (pilot, _):
        await pilot.press("escape", "L")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Workbench))
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench) and run(pilot).revision and run(pilot).gate)
        await until(pilot, lambda: diff(pilot).two)
        await settle(pilot)
        assert "+ task 1 text-classification" in screen_text(pilot)
        await pilot.press("2", "y")
        await until(pilot, lambda: len(run(pilot).plan) == 2 and not run(pilot).comment)


async def test_of_another_controllers_plan_a_part_is_taken(tmp_path: Path) -> None:
    async with talking(tmp_path, Controller(plan(GERMAN, FRENCH))) as (pilot, _):
        await ask(pilot, REQUEST)
        first = run(pilot)
        await pilot.press("d")
        await until(pilot, lambda: len(first.plan) == 1 and first.gate)
        await settle(pilot)
        await to_rules(pilot)
        await until(pilot, lambda: run(pilot) is not first and run(pilot).gate)
        await settle(pilot)
        await pilot.press("2", "n")
        await until(pilot, lambda: run(pilot).undos and run(pilot).gate)  # before enter: a kill would not lose it
        await settle(pilot)
        left = diff(pilot).dropped
        assert left and diff(pilot).two
        await pilot.press("z")
        await until(pilot, lambda: not run(pilot).undos and run(pilot).gate)
        await settle(pilot)
        assert not diff(pilot).dropped
        await pilot.press("Z")
        await until(pilot, lambda: run(pilot).undos and run(pilot).gate)
        await settle(pilot)
        assert diff(pilot).dropped == left
        await pilot.press("enter")
        await settle(pilot)
        assert diff(pilot).two is None
        assert len(run(pilot).undos) == 1
        assert run(pilot).plan.tasks[0].args == first.plan.tasks[0].args
        await pilot.press("a")
        assert (await finished(pilot)).planner == "rules"
        assert first.grant is None


async def test_the_earlier_plans_are_listed_and_the_one_that_stands_is_not_taken_anew() -> None:
    from tests.ui.bench import workbench
    from tests.ui.scripted import chain

    async with workbench(chain()) as (pilot, conductor):
        edit = ed.Replace(draft=conductor.run.draft.model_copy(update={"plan": chain().with_tasks(chain().tasks[:1])}))
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
        conductor.gate()
        await settle(pilot)
        screen = pilot.app.screen
        await screen.run_action("plans")
        await until(pilot, lambda: isinstance(pilot.app.screen, Plans))
        await pilot.press("enter")
        await until(pilot, lambda: diff(pilot).two)
        await pilot.press("escape")
        await settle(pilot)
        assert conductor.commands == []
        await screen.run_action("plans")
        await until(pilot, lambda: isinstance(pilot.app.screen, Plans))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench) and diff(pilot).two)
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert conductor.commands == [cmd.BringBack(number=1)]
        conductor.tell(ev.EditUndone())
        conductor.gate()
        await screen.run_action("plans")
        await until(pilot, lambda: isinstance(pilot.app.screen, Plans))
        await pilot.press("enter")
        await until(pilot, lambda: "as it stands" in notice(pilot))
