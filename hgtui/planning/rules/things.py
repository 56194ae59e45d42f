"""What tasks work on while a plan grows: files, quoted texts and results, and the tasks that turn one kind into another."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal

from hgtui.core.plan import Input, Part, Ref, Task, Uid, fresh_uids
from hgtui.core.resource import FILE_KINDS, FileFact, Kind, reads
from hgtui.core.task import TASKS, Arg
from hgtui.planning.rules.mentions import guess

QR = "qr"
"""The tag of a picture whose name says that it is a QR code."""
_QR_NAME = re.compile(r"(?:^|[^a-z])qr(?:[-_ ]?codes?)?(?:[^a-z]|$)", re.I)
_ASIDE = frozenset({Kind.LABELS, Kind.VECTOR})


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a task can work on; `text` is a path or a quoted text, `uid` and `task` the task that makes it."""

    origin: Literal["file", "quote", "result"]
    kind: Kind | None
    text: str = ""
    uid: Uid = ""
    task: str = ""

    @property
    def tags(self) -> frozenset[str]:
        """The words by which a row of the table says what it works on: "image", "quote", "file text"."""
        kind = self.kind.value if self.kind else "unknown"
        tags = {kind, self.origin, f"{self.origin} {kind}"}
        is_qr = self.origin == "file" and self.kind is Kind.IMAGE and _QR_NAME.search(PurePath(self.text).stem)
        return frozenset(tags | {QR} if is_qr else tags)

    @property
    def part(self) -> Part:
        """What stands for it in an input."""
        return Ref(uid=self.uid) if self.origin == "result" else self.text

    def fits(self, wanted: Kind) -> bool:
        """Say whether it can be given as it is where `wanted` is taken."""
        if self.origin == "quote":
            return wanted not in FILE_KINDS and reads(wanted, Kind.TEXT)
        if self.origin == "result":
            return TASKS[self.task].gives(wanted)
        return self.kind is None or reads(wanted, self.kind)

    def means(self, wanted: Kind) -> bool:
        """Say whether "it" can mean this thing where `wanted` is taken: its main result, not what comes with it."""
        if self.origin == "result":
            return reads(wanted, TASKS[self.task].output)
        return self.fits(wanted)

    @property
    def is_aside(self) -> bool:
        """Whether it only says something about a text, so that "it" still means the text."""
        return self.origin == "result" and self.kind in _ASIDE and TASKS[self.task].args[0].kind is Kind.TEXT


def thing_of(path: str, files: Mapping[str, FileFact]) -> Thing:
    """Return the file at `path` as a thing; its kind is guessed from the name where nothing was found out."""
    fact = files.get(path)
    return Thing("file", (fact.kind if fact else None) or guess(path), path)


@dataclass(slots=True)
class Bench:
    """The plan as far as it is; the same task with the same arguments is made once."""

    tasks: list[Task] = field(default_factory=list)
    groups: list[tuple[Thing, ...]] = field(default_factory=list)
    last: Thing | None = None
    _made: dict[tuple[str, str], Thing] = field(default_factory=dict)
    _uids: Iterable[Uid] = field(default_factory=fresh_uids)

    def add(self, task: str, args: Mapping[str, Input]) -> Thing:
        """Put a task on the plan and return its result."""
        known = {name: value for name, value in args.items() if value.parts}
        key = (task, repr(sorted((name, value.many, value.parts) for name, value in known.items())))
        if key not in self._made or not known:
            uid = next(iter(self._uids))
            self.tasks.append(Task(uid=uid, id=len(self.tasks), task=task, args=known))
            self._made[key] = Thing("result", TASKS[task].output, "", uid, task)
        return self._made[key]

    def fit(self, thing: Thing, wanted: Kind) -> Thing | None:
        """Return `thing`, or what reads the words out of it where a text is wanted; None where nothing does."""
        if thing.fits(wanted):
            return thing
        if not reads(wanted, Kind.TEXT):
            return None
        return self.words_of(thing)

    def words_of(self, thing: Thing) -> Thing | None:
        """Return what reads the words out of a file, None where nothing does."""
        if QR in thing.tags:
            labels = Input(parts=("qr code",), many=True)
            return self.add("object-detection", {"image": Input(parts=(thing.part,)), "labels": labels})
        for task in ("image-to-text", "automatic-speech-recognition"):
            arg = TASKS[task].args[0]
            if thing.fits(arg.kind):
                return self.add(task, {arg.name: Input(parts=(thing.part,))})
        return None

    def can(self, thing: Thing, wanted: Kind) -> bool:
        """Say whether `fit` would return something."""
        return thing.fits(wanted) or (
            reads(wanted, Kind.TEXT) and any(thing.fits(kind) for kind in (Kind.IMAGE, Kind.AUDIO))
        )

    def see(self, things: Sequence[Thing]) -> None:
        """Make things what "it" means from now on."""
        if things:
            self.groups.append(tuple(things))

    def meant(self, wanted: Kind, tags: frozenset[str], *, several: bool, count: int = 0) -> tuple[Thing, ...]:
        """Return what "it", or with `several` "both" and "them", means where `wanted` is taken, the latest first."""

        def suits(thing: Thing) -> bool:
            return not tags or bool(thing.tags & tags)

        for check in (Thing.means, self.can):
            found: list[Thing] = []
            for group in reversed(self.groups):
                fitting = [thing for thing in group if check(thing, wanted) and suits(thing) and thing not in found]
                if fitting and not several:
                    return tuple(fitting)
                if len(fitting) > 1 and not found and not (count and len(fitting) < count):
                    return tuple(fitting)
                found = fitting + found
                if several and count and len(found) >= count:
                    return tuple(found[-count:])
            if found:
                return tuple(found)
        return ()

    def made_by(self, tasks: frozenset[str]) -> Thing | None:
        """Return the latest result of one of these task types."""
        found = next((task for task in reversed(self.tasks) if task.task in tasks), None)
        return Thing("result", TASKS[found.task].output, "", found.uid, found.task) if found else None


def gather(arg: Arg, things: Sequence[Thing], *, as_list: bool = False) -> Input:
    """Return the input that gives all of `things` to an argument."""
    return Input(parts=tuple(thing.part for thing in things), many=arg.many and (as_list or len(things) > 1))
