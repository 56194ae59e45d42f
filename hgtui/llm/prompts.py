"""Prompts: what an LLM is told, as Jinja2 templates that files of a person may take the place of."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hgtui.core.states import Failure
from hgtui.core.text import one_line
from hgtui.llm.errors import LLMError
from hgtui.llm.messages import Source

SUFFIX = ".j2"
_HINT = "Mend the file, or take it away: then the template that comes with hgtui is used."


class PromptError(LLMError):
    """A template cannot be read or filled in; `message` names its file and, where it is known, the line."""


class Rendered(str):
    """The words of a template that was filled in; `source` says which, and with what."""

    __slots__ = ("source",)
    source: Source


class Prompts:
    """The templates of one stage.

    `folder` holds those that come with hgtui; a file of the same name in `overrides` takes the place of one. Templates
    are sandboxed: they see the values that they are given and can call nothing else. Text is put in as it is; the
    filters `json` (one line of compact JSON) and `line` (one cleaned line, cut to a number of characters) are for
    foreign text. Jinja2 is loaded at the first `render`, and every one reads files: call it off the event loop.
    """

    def __init__(self, folder: Path, overrides: Path | None = None) -> None:
        self._folders = [folder] if overrides is None else [overrides, folder]
        self._environment: Any = None

    def render(self, name: str, **variables: object) -> Rendered:
        """Fill in the template `name` (without .j2), blanks around it taken away. Raises PromptError (bad_input)."""
        import jinja2

        file = f"{name}{SUFFIX}"
        if self._environment is None:
            self._environment = self._made()
        try:
            template = self._environment.get_template(file)
            words = Rendered(str(template.render(variables)).strip())
            words.source = Source(name, str(template.filename), json.loads(json.dumps(variables, default=_plain)))
            return words
        except jinja2.TemplateNotFound as error:
            raise _wrong(self._where(str(error.name or file)), None, "there is no such template") from None
        except jinja2.TemplateSyntaxError as error:
            where = error.filename or self._where(str(error.name or file))
            raise _wrong(where, error.lineno, error.message or "this is no template") from None
        except (OSError, UnicodeDecodeError) as error:
            raise _wrong(self._where(file), None, _why(error)) from None
        except Exception as error:  # a template can fail in any way that an expression can
            place = self._place(error)
            raise _wrong(place[0] if place else self._where(file), place[1] if place else None, _why(error)) from None

    def _made(self) -> Any:
        import jinja2
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        environment = ImmutableSandboxedEnvironment(
            loader=jinja2.FileSystemLoader([str(folder) for folder in self._folders]),
            bytecode_cache=_compiled(),
            # The words go to a model and not into a page.
            autoescape=False,
            undefined=jinja2.StrictUndefined,
            # Read anew each time: a file that a person writes takes the place of ours at once.
            cache_size=0,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["json"] = _json
        environment.filters["line"] = lambda text, limit=None: one_line(str(text), limit)
        return environment

    def _where(self, file: str) -> str:
        """Return the file that a template was, or would be, read from."""
        places = [folder / file for folder in self._folders]
        return str(next((place for place in places if place.is_file()), places[-1]))

    def _place(self, error: BaseException) -> tuple[str, int] | None:
        """Return the innermost place of a template at which filling in failed."""
        place = None
        trace = error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if file.endswith(SUFFIX):
                place = file, trace.tb_lineno
            trace = trace.tb_next
        return place


@functools.cache
def _compiled() -> Any:
    """Return what every run shares of templates: their byte-code by name and content; to compile takes milliseconds."""
    import jinja2

    kept: dict[tuple[str, str], bytes] = {}

    class InMemory(jinja2.BytecodeCache):
        def load_bytecode(self, bucket: Any) -> None:
            if code := kept.get((bucket.key, bucket.checksum)):
                bucket.bytecode_from_string(code)

        def dump_bytecode(self, bucket: Any) -> None:
            kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()

    return InMemory()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _why(error: BaseException) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, OSError):
        return error.strerror or "it cannot be read"
    return str(error) or type(error).__name__


def _wrong(file: str, line: int | None, why: str) -> PromptError:
    where = f"{one_line(file, 300)}, line {line}" if line else one_line(file, 300)
    message = f"The prompt template {where} cannot be used: {one_line(why, 300).rstrip('.')}."
    return PromptError(Failure.BAD_INPUT, message, _HINT)
