"""What is wrong or doubtful in a plan, where, and a mend that can be applied."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum

from hgtui.core.base import Value, digest
from hgtui.core.edits import Connect, Delete, Disconnect, Edit, Patch, Renumber, Retype, Set
from hgtui.core.edits import Skip as SkipEdit
from hgtui.core.fit import asked, can_run
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import MISSING, Input, Plan, Ref, Task, Uid
from hgtui.core.planfile import wire_names
from hgtui.core.resource import FILE_KINDS, FileFact, Kind, reads
from hgtui.core.task import TASKS, Arg, TaskSpec
from hgtui.core.text import one_line, plural
from hgtui.core.wire import LOOKS_LIKE_REF, write_input, write_ref


class Severity(StrEnum):
    """An error disables the approval of the plan, a warning never blocks."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """What kind of problem it is."""

    UNKNOWN_TASK = "unknown_task"
    DUPLICATE_ID = "duplicate_id"
    CYCLE = "cycle"
    SELF_REFERENCE = "self_reference"
    MISSING_DEPENDENCY = "missing_dependency"
    MISSING_ARGUMENT = "missing_argument"
    UNKNOWN_ARGUMENT = "unknown_argument"
    WRONG_KIND = "wrong_kind"
    UNREADABLE_FILE = "unreadable_file"
    NO_MODEL = "no_model"
    UNUSED_RESULT = "unused_result"
    SAME_TASK_TWICE = "same_task_twice"
    LOOKS_LIKE_REFERENCE = "looks_like_reference"
    LANGUAGE = "language"
    READS_SKIPPED = "reads_skipped"


class Mend(Value):
    """An edit that would mend a problem, with a few words for the key that applies it."""

    label: str
    edit: Edit


class Problem(Value):
    """One thing that is wrong or doubtful; `message` is a sentence for a person."""

    severity: Severity
    code: Code
    message: str
    uid: Uid | None = None
    arg: str | None = None
    mend: Mend | None = None


class Facts(Value):
    """What is known of the world outside the plan.

    `files` by path as it stands in an argument; `candidates` by task type, None while nothing was looked up; `chosen`
    the candidate of a task by uid; `help` by task type, a sentence on what would help where nothing can run it.
    """

    files: Mapping[str, FileFact] = {}
    candidates: Mapping[str, tuple[Candidate, ...]] | None = None
    assignments: Mapping[Uid, Assignment] = {}
    help: Mapping[str, str] = {}


def problems(plan: Plan, facts: Facts | None = None) -> tuple[Problem, ...]:
    """Return all problems of a plan: errors before warnings, in the order of the rows. Raises nothing."""
    facts = facts or Facts()
    look = _Look(plan, facts)
    found = [*look.duplicates(), *look.cycles()]
    for task in plan:
        found += look.task(task)
    found += look.unused()
    found += look.twice()
    rows = {task.uid: row for row, task in enumerate(plan)}
    found.sort(key=lambda one: (one.severity != Severity.ERROR, rows.get(one.uid or "", -1)))
    return tuple(found)


def errors(found: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return only the errors."""
    return tuple(one for one in found if one.severity is Severity.ERROR)


_LONG_RING = 12
_SUFFIX = re.compile(r"\.\w{1,5}\s*\Z")
_KIND_WORDS = {Kind.TEXT: "a text", Kind.IMAGE: "a picture", Kind.AUDIO: "a sound", Kind.VIDEO: "a video", Kind.DOCUMENT: "a document", Kind.TABLE: "a table", Kind.LABELS: "labels", Kind.BOXES: "boxes", Kind.MASK: "a mask", Kind.VECTOR: "a vector"}  # fmt: skip


class _Look:
    """One look at a plan; holds what each rule needs to know of the whole."""

    def __init__(self, plan: Plan, facts: Facts) -> None:
        self.plan = plan
        self.facts = facts
        self.tasks = {task.uid: task for task in plan}
        self.ids = wire_names(plan)
        self.dependants = plan.dependants()
        self.levels = plan.levels()
        self.givers: dict[Kind, dict[Uid, Task]] = {}

    def error(self, code: Code, message: str, task: Task, arg: str | None = None, mend: Mend | None = None) -> Problem:
        return Problem(severity=Severity.ERROR, code=code, message=message, uid=task.uid, arg=arg, mend=mend)

    def warning(
        self, code: Code, message: str, task: Task, arg: str | None = None, mend: Mend | None = None
    ) -> Problem:
        return Problem(severity=Severity.WARNING, code=code, message=message, uid=task.uid, arg=arg, mend=mend)

    def duplicates(self) -> Iterator[Problem]:
        seen: dict[int, Task] = {}
        if len({task.id for task in self.plan}) == len(self.plan):
            return
        free = self.plan.free_id()
        for task in self.plan:
            if task.id in seen:
                mend = Mend(label="give it a free number", edit=Renumber(uid=task.uid, id=free))
                yield self.error(Code.DUPLICATE_ID, f"Two tasks have the number {task.id}.", task, mend=mend)
            seen.setdefault(task.id, task)

    def cycles(self) -> Iterator[Problem]:
        if len(self.levels) == len(self.tasks):
            return
        import networkx as nx

        graph = self.plan.graph()
        graph.remove_edges_from([(uid, uid) for uid in graph if graph.has_edge(uid, uid)])
        for group in nx.strongly_connected_components(graph):
            if len(group) < 2:
                continue
            edges = nx.find_cycle(graph.subgraph(group))
            ring = [self.tasks[a] for a, _ in edges]
            first = min(ring, key=lambda task: task.id)
            dep = next(a for a, b in edges if b == first.uid)
            way = [str(task.id) for task in [*ring, ring[0]]]
            if len(way) > _LONG_RING:
                way = [*way[: _LONG_RING // 2], "…", *way[-_LONG_RING // 2 :]]
            label = f"{first.id} no longer waits for {self.ids[dep]}"
            mend = Mend(label=label, edit=Disconnect(uid=first.uid, dep=dep))
            yield self.error(Code.CYCLE, f"Tasks wait for each other in a ring: {' → '.join(way)}.", first, mend=mend)

    def task(self, task: Task) -> Iterator[Problem]:
        yield from self.links(task)
        spec = TASKS.get(task.task)
        if spec is None:
            near = get_close_matches(task.task, TASKS, 1)
            mend = Mend(label=f"make it {near[0]}", edit=Retype(uid=task.uid, task=near[0])) if near else None
            hint = f" Did you mean {near[0]}?" if near else ""
            yield self.error(
                Code.UNKNOWN_TASK, f"There is no task type “{one_line(task.task, 60)}”.{hint}", task, mend=mend
            )
            return
        yield from self.arguments(task, spec)
        if not task.skip:
            yield from self.runnable(task)
            yield from self.language(task)

    def links(self, task: Task) -> Iterator[Problem]:
        for dep in task.deps:
            if dep == task.uid:
                mend = Mend(label="take the reference out", edit=Disconnect(uid=task.uid, dep=dep))
                yield self.error(Code.SELF_REFERENCE, f"Task {task.id} waits for its own result.", task, mend=mend)
            elif dep not in self.tasks:
                name = dep.removeprefix(MISSING)
                mend = Mend(label="take the reference out", edit=Disconnect(uid=task.uid, dep=dep))
                message = f"Task {task.id} waits for a task {one_line(name, 20)}, which the plan does not have."
                yield self.error(Code.MISSING_DEPENDENCY, message, task, mend=mend)
            elif self.tasks[dep].skip and dep in {ref.uid for value in task.args.values() for ref in value.refs}:
                message = f"Task {task.id} reads the result of task {self.ids[dep]}, which is skipped."
                mend = Mend(label=f"skip {task.id} too", edit=SkipEdit(uid=task.uid))
                yield self.warning(Code.READS_SKIPPED, message, task, mend=None if task.skip else mend)

    def arguments(self, task: Task, spec: TaskSpec) -> Iterator[Problem]:
        for arg in spec.required:
            given = task.args.get(arg.name, Input())
            if not given.refs and not any(text.strip() for text in given.literals):
                message = f"{task.task} needs “{arg.name}”: {arg.about}."
                yield self.error(Code.MISSING_ARGUMENT, message, task, arg.name, self._fill(task, arg))
        for name, value in task.args.items():
            takes = spec.arg(name)
            if takes is None:
                yield self.error(Code.UNKNOWN_ARGUMENT, *self._unknown(task, spec, name))
                continue
            if takes.kind in FILE_KINDS and not takes.many and value.many and len(value.parts) > 1:
                message = f"“{name}” of task {task.id} takes {_KIND_WORDS[takes.kind]}, not {len(value.parts)}."
                yield self.error(Code.WRONG_KIND, message, task, name)
            for ref in value.refs:
                yield from self.reference(task, takes, ref)
            for literal in value.literals:
                yield from self.literal(task, takes, literal, alone=value.many or value.literal is not None)

    def _fill(self, task: Task, arg: Arg) -> Mend | None:
        """Offer the result of another task: of one that it waits for already, else of the last that does not wait for it."""
        if arg.kind not in self.givers:
            self.givers[arg.kind] = {
                one.uid: one for one in self.plan if (spec := TASKS.get(one.task)) and spec.gives(arg.kind)
            }
        givers = self.givers[arg.kind]
        best = next((givers[dep] for dep in task.deps if dep in givers and self._before(givers[dep], task)), None)
        if best is None and givers:
            below = {task.uid, *self._below(task)}
            best = next((one for one in reversed(givers.values()) if one.uid not in below), None)
        if best is None:
            return None
        return Mend(label=f"take the result of {best.id}", edit=Connect(uid=task.uid, dep=best.uid, name=arg.name))

    def _before(self, one: Task, task: Task) -> bool:
        return one.uid in self.levels and self.levels[one.uid] < self.levels.get(task.uid, len(self.tasks))

    def _below(self, task: Task) -> set[Uid]:
        seen: set[Uid] = set()
        ahead = [task.uid]
        while ahead:
            new = [uid for uid in self.dependants[ahead.pop()] if uid not in seen]
            seen.update(new)
            ahead += new
        return seen

    def _unknown(self, task: Task, spec: TaskSpec, name: str) -> tuple[str, Task, str, Mend]:
        free = [arg for arg in spec.required if arg.name not in task.args]
        names = ", ".join(arg.name for arg in spec.args)
        message = f"{task.task} takes no “{one_line(name, 40)}”, only {names}."
        if len(free) == 1 and self._fits(task.args[name], free[0]):
            args = {(free[0].name if one == name else one): value for one, value in task.args.items()}
            put = task.update(args=args, locked=(*task.locked, free[0].name))
            label = f"use it as {free[0].name}"
            return (
                message,
                task,
                name,
                Mend(label=label, edit=Patch(put=(put,), words=f"{task.id} {task.task}: {label}")),
            )
        return message, task, name, Mend(label="take it out", edit=Set(uid=task.uid, name=name))

    def _fits(self, value: Input, arg: Arg) -> bool:
        specs = [TASKS.get(self.tasks[ref.uid].task) for ref in value.refs if ref.uid in self.tasks]
        files = [text in self.facts.files for text in value.literals]
        return all(spec and spec.gives(arg.kind) for spec in specs) and (arg.kind not in FILE_KINDS or all(files))

    def reference(self, task: Task, arg: Arg, ref: Ref) -> Iterator[Problem]:
        source = self.tasks.get(ref.uid)
        spec = TASKS.get(source.task) if source else None
        if source is None or spec is None or source.uid == task.uid:
            return
        if ref.field:
            named = [kind for kind in Kind if kind.value == ref.field]
            known = [kind for kind in (spec.output, *spec.also) if named and reads(named[0], kind)]
            if any(reads(arg.kind, kind) for kind in known):
                return
            if not known:
                message = (
                    f"Task {source.id} gives {_KIND_WORDS[spec.output]}, and nothing named “{one_line(ref.field, 40)}”."
                )
                yield self.error(
                    Code.WRONG_KIND,
                    message,
                    task,
                    arg.name,
                    self._whole(task, arg, ref) if spec.gives(arg.kind) else None,
                )
                return
        elif spec.gives(arg.kind):
            return
        message = f"“{arg.name}” of task {task.id} needs {_KIND_WORDS[arg.kind]}; task {source.id} gives {_KIND_WORDS[spec.output]}."
        yield self.error(Code.WRONG_KIND, message, task, arg.name, self._fill_other(task, arg, source))

    def _fill_other(self, task: Task, arg: Arg, source: Task) -> Mend | None:
        mend = self._fill(task, arg)
        return None if mend and isinstance(mend.edit, Connect) and mend.edit.dep == source.uid else mend

    def literal(self, task: Task, arg: Arg, text: str, *, alone: bool) -> Iterator[Problem]:
        if LOOKS_LIKE_REF.search(text):
            message = f"“{one_line(text, 60)}” looks like a reference to a task and is taken as text."
            yield self.warning(Code.LOOKS_LIKE_REFERENCE, message, task, arg.name, self._fill(task, arg))
            if arg.kind in FILE_KINDS:
                return
        fact = self.facts.files.get(text)
        if arg.kind in FILE_KINDS and not alone:
            if text.strip(" ,\n"):
                message = f"“{arg.name}” of task {task.id} needs {_KIND_WORDS[arg.kind]}, not a text around one."
                yield self.error(Code.WRONG_KIND, message, task, arg.name, self._bare(task, arg))
        elif arg.kind in FILE_KINDS:
            yield from self.file(task, arg, text, fact)
        elif fact and alone and arg.kind is Kind.TEXT and fact.kind and not reads(Kind.TEXT, fact.kind):
            message = f"“{arg.name}” of task {task.id} needs a text; {one_line(text, 60)} is {_KIND_WORDS[fact.kind]}."
            yield self.error(Code.WRONG_KIND, message, task, arg.name)
        elif fact and alone and fact.error:
            yield self.error(Code.UNREADABLE_FILE, fact.error, task, arg.name)

    def _whole(self, task: Task, arg: Arg, ref: Ref) -> Mend:
        parts = (Ref(uid=part.uid) if part == ref else part for part in task.args[arg.name].parts)
        value = write_input(Input(parts=tuple(parts), many=task.args[arg.name].many), self.ids)
        return Mend(label="take its result", edit=Set(uid=task.uid, name=arg.name, value=value))

    def _bare(self, task: Task, arg: Arg) -> Mend:
        """Offer to take only the references of an argument, without the text around them."""
        refs = task.args[arg.name].refs
        value = [write_ref(ref, self.ids) for ref in refs] if len(refs) > 1 else write_ref(refs[0], self.ids)
        return Mend(label="take the result without the text", edit=Set(uid=task.uid, name=arg.name, value=value))

    def file(self, task: Task, arg: Arg, path: str, fact: FileFact | None) -> Iterator[Problem]:
        shown = one_line(path, 80)
        if path.startswith(("http://", "https://")):
            message = f"hgtui does not fetch {shown}: save it to a file and give that."
            yield self.error(Code.UNREADABLE_FILE, message, task, arg.name)
        elif fact is None:
            if _names_a_file(path):
                code = Code.UNREADABLE_FILE
                message = f"{shown} is none of the files of this request. Name it in the request or with --file."
            else:
                code, message = (
                    Code.WRONG_KIND,
                    f"“{arg.name}” of task {task.id} needs {_KIND_WORDS[arg.kind]}, not a text.",
                )
            yield self.error(code, message, task, arg.name, self._fill(task, arg))
        elif fact.error:
            yield self.error(Code.UNREADABLE_FILE, fact.error, task, arg.name)
        elif fact.kind and not arg.takes(fact.kind):
            message = (
                f"“{arg.name}” of task {task.id} needs {_KIND_WORDS[arg.kind]}; {shown} is {_KIND_WORDS[fact.kind]}."
            )
            yield self.error(Code.WRONG_KIND, message, task, arg.name)

    def runnable(self, task: Task) -> Iterator[Problem]:
        if self.facts.candidates is None or task.uid in self.facts.assignments:
            return
        candidates = self.facts.candidates.get(task.task)
        if candidates is None or any(can_run(task, one) for one in candidates):
            return
        present = [one for one in candidates if not one.missing]
        if present:
            known = ", ".join(dict.fromkeys(label for one in present for label in one.labels[:1]))
            message = (
                f"Nothing here can do {task.task} for “{one_line(', '.join(asked(task)), 60)}”, only for: {known}."
            )
        else:
            message = f"Nothing here can run {task.task}. {self.facts.help.get(task.task, '')}".strip()
        mend = Mend(label=f"skip {task.id}", edit=SkipEdit(uid=task.uid))
        yield self.error(Code.NO_MODEL, message, task, mend=mend)

    def language(self, task: Task) -> Iterator[Problem]:
        chosen = self.facts.assignments.get(task.uid)
        candidates = (self.facts.candidates or {}).get(task.task, ())
        candidate = next((one for one in candidates if chosen and one.name == chosen.candidate), None)
        if candidate is None or not candidate.languages:
            return
        for name, value in task.args.items():
            for language in {self._language(part) for part in value.parts} - {None}:
                if language not in candidate.languages:
                    message = f"{candidate.model} does not speak the language of its input ({language})."
                    yield self.warning(Code.LANGUAGE, message, task, name)

    def _language(self, part: str | Ref) -> str | None:
        if isinstance(part, str):
            fact = self.facts.files.get(part)
            return fact.language if fact else None
        source = self.tasks.get(part.uid)
        told = source.args.get("language") if source else None
        return told.literal if told else None

    def unused(self) -> Iterator[Problem]:
        read = {ref.uid for task in self.plan for value in task.args.values() for ref in value.refs}
        for task in self.plan:
            if self.dependants[task.uid] and task.uid not in read and task.task in TASKS:
                message = f"No task reads the result of task {task.id}, though {plural(len(self.dependants[task.uid]), 'task')} wait for it."
                yield self.warning(Code.UNUSED_RESULT, message, task)

    def twice(self) -> Iterator[Problem]:
        seen: dict[str, Task] = {}
        for task in self.plan:
            key = digest({"task": task.task, "args": {name: value.model_dump() for name, value in task.args.items()}})
            first = seen.setdefault(key, task)
            if first is not task:
                free = not self.dependants[task.uid]
                mend = Mend(label=f"delete {task.id}", edit=Delete(uid=task.uid)) if free else None
                message = f"Task {task.id} does the same as task {first.id}."
                yield self.warning(Code.SAME_TASK_TWICE, message, task, mend=mend)


def _names_a_file(text: str) -> bool:
    """Say whether a text that should be a path may be one: a name with a suffix, or one word."""
    one_word = bool(text.strip()) and not set(text.strip()) & set(" \n\t")
    return len(text) <= 200 and "\n" not in text and (one_word or bool(_SUFFIX.search(text)))


def reads_file(plan: Plan, files: Mapping[str, FileFact]) -> dict[str, tuple[Uid, ...]]:
    """Return for each file the uids of the tasks that read it."""
    found: dict[str, list[Uid]] = {}
    for task in plan:
        for path in file_literals(task, files):
            found.setdefault(path, []).append(task.uid)
    return {path: tuple(uids) for path, uids in found.items()}


def file_literals(task: Task, files: Mapping[str, FileFact]) -> tuple[str, ...]:
    """Return the literal values of a task that name a file: all of a file's kind, and texts that are a known file."""
    spec = TASKS.get(task.task)
    found: list[str] = []
    for name, value in task.args.items():
        arg = spec.arg(name) if spec else None
        for text in _alone(value):
            if (arg and arg.kind in FILE_KINDS) or text in files:
                found.append(text)
    return tuple(dict.fromkeys(found))


def _alone(value: Input) -> tuple[str, ...]:
    if value.many:
        return value.literals
    return (value.literal,) if value.literal else ()
