"""What is wrong with one value of an argument: a result or a literal that does not fit, a file that cannot be read."""

import re
from collections.abc import Iterator

from hgtui.core import addresses
from hgtui.core.addresses import is_address
from hgtui.core.edit import Connect, Set
from hgtui.core.look import KIND_WORDS, Look
from hgtui.core.plan import Input, Ref, Task
from hgtui.core.problem import Code, Mend, Problem
from hgtui.core.resource import FILE_KINDS, FileFact, Kind, reads
from hgtui.core.task import TASKS, Arg
from hgtui.core.text import one_line
from hgtui.core.wire import LOOKS_LIKE_REF, write_input, write_ref

_SUFFIX = re.compile(r"\.\w{1,5}\s*\Z")


def reference(look: Look, task: Task, arg: Arg, ref: Ref) -> Iterator[Problem]:
    """Yield what is wrong with an argument that reads a result: of a kind that it cannot take, or of no such name."""
    source = look.tasks.get(ref.uid)
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
                f"Task {source.id} gives {KIND_WORDS[spec.output]}, and nothing named “{one_line(ref.field, 40)}”."
            )
            yield look.error(
                Code.WRONG_KIND,
                message,
                task,
                arg.name,
                _whole(look, task, arg, ref) if spec.gives(arg.kind) else None,
            )
            return
    elif spec.gives(arg.kind):
        return
    message = f"“{arg.name}” of task {task.id} needs {KIND_WORDS[arg.kind]}; task {source.id} gives {KIND_WORDS[spec.output]}."
    yield look.error(Code.WRONG_KIND, message, task, arg.name, _other(look, task, arg, source))


def _whole(look: Look, task: Task, arg: Arg, ref: Ref) -> Mend:
    parts = (Ref(uid=part.uid) if part == ref else part for part in task.args[arg.name].parts)
    value = write_input(Input(parts=tuple(parts), many=task.args[arg.name].many), look.ids)
    return Mend(label="take its result", edit=Set(uid=task.uid, name=arg.name, value=value))


def _other(look: Look, task: Task, arg: Arg, source: Task) -> Mend | None:
    mend = look.offer(task, arg)
    return None if mend and isinstance(mend.edit, Connect) and mend.edit.dep == source.uid else mend


def literal(look: Look, task: Task, arg: Arg, text: str, *, alone: bool) -> Iterator[Problem]:
    """Yield what is wrong with a literal; `alone` where it is a value by itself, not a text around references."""
    if LOOKS_LIKE_REF.search(text):
        message = f"“{one_line(text, 60)}” looks like a reference to a task and is taken as text."
        yield look.warning(Code.LOOKS_LIKE_REFERENCE, message, task, arg.name, look.offer(task, arg))
        if arg.kind in FILE_KINDS:
            return
    fact = look.facts.files.get(text)
    if arg.kind in FILE_KINDS and not alone:
        if text.strip(" ,\n"):
            message = f"“{arg.name}” of task {task.id} needs {KIND_WORDS[arg.kind]}, not a text around one."
            yield look.error(Code.WRONG_KIND, message, task, arg.name, _bare(look, task, arg))
    elif arg.kind in FILE_KINDS:
        yield from _file(look, task, arg, text, fact)
    elif fact and alone and arg.kind is Kind.TEXT and fact.kind and not reads(Kind.TEXT, fact.kind):
        message = f"“{arg.name}” of task {task.id} needs a text; {one_line(text, 60)} is {KIND_WORDS[fact.kind]}."
        yield look.error(Code.WRONG_KIND, message, task, arg.name)
    elif fact and alone and fact.error:
        yield look.error(Code.UNREADABLE_FILE, fact.error, task, arg.name, _meant(look, task, arg, fact))


def _meant(look: Look, task: Task, arg: Arg, fact: FileFact) -> Mend | None:
    """Offer the file of nearly the same name."""
    if not fact.meant:
        return None
    before = task.args[arg.name]
    parts = tuple(fact.meant if part == fact.path else part for part in before.parts)
    value = write_input(Input(parts=parts, many=before.many), look.ids)
    return Mend(label=f"take {one_line(fact.meant, 40)}", edit=Set(uid=task.uid, name=arg.name, value=value))


def _bare(look: Look, task: Task, arg: Arg) -> Mend:
    """Offer to take only the references of an argument, without the text around them."""
    refs = task.args[arg.name].refs
    value = [write_ref(ref, look.ids) for ref in refs] if len(refs) > 1 else write_ref(refs[0], look.ids)
    return Mend(label="take the result without the text", edit=Set(uid=task.uid, name=arg.name, value=value))


def _file(look: Look, task: Task, arg: Arg, path: str, fact: FileFact | None) -> Iterator[Problem]:
    shown = addresses.shown(path, 80) if is_address(path) else one_line(path, 80)
    if fact is None and is_address(path):
        # Only a look at the plan alone has no fact of it.
        why = addresses.why_not(path, look.facts.exempt)
        yield look.error(Code.UNREADABLE_FILE, why, task, arg.name) if why else _fetches(look, task, arg, path)
    elif fact is None:
        if _names_a_file(path):
            code = Code.UNREADABLE_FILE
            message = f"{shown} is none of the files of this request. Name it in the request or with --file."
        else:
            code, message = (
                Code.WRONG_KIND,
                f"“{arg.name}” of task {task.id} needs {KIND_WORDS[arg.kind]}, not a text.",
            )
        yield look.error(code, message, task, arg.name, look.offer(task, arg))
    elif fact.error:
        yield look.error(Code.UNREADABLE_FILE, fact.error, task, arg.name, _meant(look, task, arg, fact))
    elif fact.kind and not arg.takes(fact.kind):
        message = f"“{arg.name}” of task {task.id} needs {KIND_WORDS[arg.kind]}; {shown} is {KIND_WORDS[fact.kind]}."
        yield look.error(Code.WRONG_KIND, message, task, arg.name)
    elif fact.pending:
        yield _fetches(look, task, arg, path)


def _fetches(look: Look, task: Task, arg: Arg, url: str) -> Problem:
    # The whole address is told: what stands behind its question mark is sent to the server too.
    message = f"Task {task.id} fetches {one_line(url, 500)} when it starts: what is there is not known before."
    return look.warning(Code.FETCHES, message, task, arg.name)


def _names_a_file(text: str) -> bool:
    """Say whether a text that should be a path may be one: a name with a suffix, or one word."""
    one_word = bool(text.strip()) and not set(text.strip()) & set(" \n\t")
    return len(text) <= 200 and "\n" not in text and (one_word or bool(_SUFFIX.search(text)))
