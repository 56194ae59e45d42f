"""Answers remembered for the very same values: what is frozen has the same answer each time it is asked."""

import functools
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

Asked = TypeVar("Asked", bound=Callable[..., Any])


class _Known(NamedTuple):
    holder: "weakref.ref[Any]"
    given: tuple[Callable[[], Any], ...]
    answer: Any


def remembering(holder: int = 0) -> Callable[[Asked], Asked]:
    """Remember the last answer for each argument at the place `holder`, as long as that object lives and all are the same.

    For functions of frozen values that are asked again and again with what has not changed. Objects are compared by
    identity, which costs nothing; arguments are given by position (a call with names is not remembered).
    """

    def made(function: Asked) -> Asked:
        known: dict[int, _Known] = {}

        @functools.wraps(function)
        def remembered(*given: Any, **named: Any) -> Any:
            if named or holder >= len(given):
                return function(*given, **named)
            key = id(given[holder])
            found = known.get(key)
            if found is not None and _same(found.given, given):
                return found.answer

            def forget(held: object) -> None:  # before another object can come to have its id
                now = known.get(key)
                if now is not None and now.holder is held:
                    del known[key]

            answer = function(*given)
            known[key] = _Known(weakref.ref(given[holder], forget), tuple(_held(one) for one in given), answer)
            return answer

        return cast("Asked", remembered)

    return made


def _held(one: Any) -> Callable[[], Any]:
    """Hold an object weakly where that can be done (a tuple cannot), so that nothing lives on for having been asked about."""
    try:
        return weakref.ref(one)
    except TypeError:
        return lambda: one


def _same(held: tuple[Callable[[], Any], ...], given: tuple[Any, ...]) -> bool:
    return len(held) == len(given) and all(one() is now for one, now in zip(held, given, strict=True))
