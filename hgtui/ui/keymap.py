"""The keys that are in force: those of `keys`, with what the configuration says otherwise. Textual comes in only to read names."""

from collections.abc import Iterable, Mapping

from hgtui.core.text import one_line
from hgtui.ui.keys import DRAWN, KEYS, MODELS, MOTIONS, OTHERS, RESULT, RUNS, Key

ALL = (*KEYS, *MOTIONS, *OTHERS, *DRAWN, *MODELS, *RUNS, *RESULT)
_ON_BOTH = {"models_all", "pin", "help", "leave", "back", "interrupt"}
_SCREENS = (
    (*KEYS, *MOTIONS, *OTHERS, *DRAWN),
    (*MOTIONS, *MODELS, *(one for one in (*KEYS, *OTHERS) if one.id in _ON_BOTH)),
    (*MOTIONS, *RUNS, *(one for one in (*KEYS, *OTHERS) if one.id in {"help", "leave", "back", "interrupt"})),
    (*MOTIONS, *RESULT, *(one for one in KEYS if one.id in {"save_result", "open_outside"})),
)
"""What is bound at a time: on the workbench, in the list of models, in that of the runs, over a result."""
KEPT = {
    "enter": "opens and sends",
    "escape": "goes back",
    "tab": "goes to the next pane",
    "ctrl+c": "stops and leaves",
    "ctrl+q": "leaves",
    "ctrl+j": "begins a new line",
}
"""Keys that stay what they are: without them a person could not get on, or out."""
SAME = {"ctrl+m": "Enter", "ctrl+i": "Tab", "ctrl+h": "Backspace", "ctrl+left_square_bracket": "Esc"}
"""Keys that a plain terminal cannot tell from others."""
_MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "hyper", "meta"})
_SHOWN = {
    "escape": "esc", "pagedown": "pgdn", "pageup": "pgup", "enter": "enter", "up": "↑", "down": "↓", "left": "←",
    "right": "→", "delete": "del",
}  # fmt: skip


class KeysError(ValueError):
    """The keys of the configuration cannot be used; `message` is a sentence, `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class KeyMap:
    """Which keys do what. `changed` are keys by the name of a binding, several with a comma between. Raises KeysError."""

    def __init__(self, changed: Mapping[str, str] | None = None) -> None:
        self.changed = {name: _read(name, keys) for name, keys in (changed or {}).items()}
        if self.changed:
            for screen in _SCREENS:
                self._refuse_clashes(screen)

    def _refuse_clashes(self, bound: tuple[Key, ...]) -> None:
        before = {(key, one.id) for one in bound for key in _split(one.key)}
        taken: dict[str, Key] = {}
        # What is as it was comes first: the one that was changed is to be told of.
        for one in sorted(bound, key=lambda one: one.id in self.changed):
            for key in self.keys(one.id):
                other = taken.setdefault(key, one)
                if other.id == one.id or {(key, one.id), (key, other.id)} <= before:
                    continue
                raise KeysError(
                    f"keys.{one.id}: {shown(key)} is the key of {other.id} already ({other.about[:1].lower()}{other.about[1:]}).",
                    f"Give {one.id} another key, or {other.id} one of its own.",
                )

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the keys of a binding as Textual names them; none where it has none."""
        if name in self.changed:
            return self.changed[name]
        return next((_split(one.key) for one in ALL if one.id == name), ())

    def shown(self, key: Key) -> str:
        """Return how the key of an action is written on the screen; for one without a key how it is found."""
        return " ".join(map(shown, self.changed[key.id])) if key.id in self.changed else key.shown

    def first(self, key: Key) -> str:
        """Return the first key of an action as it is written in the footer."""
        return shown(self.changed[key.id][0]) if key.id in self.changed else key.shown

    def of(self, name: str) -> str:
        """Return the first key of a binding, by its name, as it is written in a footer."""
        return self.first(next(one for one in ALL if one.id == name))

    def in_field(self, name: str) -> str:
        """Return the key of a binding that works while text is written, as it is shown; empty where there is none."""
        return next((shown(key) for key in self.keys(name) if _acts_in_field(key)), "")

    @property
    def of_textual(self) -> dict[str, str]:
        """What Textual is told: only what is otherwise than by default."""
        return {name: ",".join(keys) for name, keys in self.changed.items()}


def shown(key: str) -> str:
    """Return how a key is written on the screen: "?" for question_mark, "esc" for escape."""
    *modifiers, base = key.split("+")
    if base not in _SHOWN and len(base) > 1 and not modifiers:
        base = next((char for char in map(chr, range(33, 127)) if _name(char) == base), base)
    return "+".join((*modifiers, _SHOWN.get(base, base)))


def named(key: str) -> str:
    """Return the name that Textual has for a key as it is shown: the other way round of `shown`."""
    names = {words: name for name, words in _SHOWN.items()}
    return names.get(key) or (_name(key) if len(key) == 1 else key)


def _split(keys: str) -> tuple[str, ...]:
    return tuple(key for key in keys.split(",") if key)


def _acts_in_field(key: str) -> bool:
    return "ctrl+" in key or "alt+" in key or (key.startswith("f") and key[1:].isdigit())


def _name(char: str) -> str:
    from textual.keys import _character_to_key

    return _character_to_key(char)


def _read(name: str, keys: str) -> tuple[str, ...]:
    shown_name = one_line(name, 60)
    known = next((one for one in ALL if one.id == name), None)
    if known is None:
        raise KeysError(
            f"keys.{shown_name}: there is no action of that name{_nearest(name, (one.id for one in ALL))}.",
            "hgtui keys lists them.",
        )
    if name in {"interrupt", "quit", "back"}:
        raise KeysError(f"keys.{name}: {known.shown} stays what it is, so that there is always a way out.")
    found = tuple(dict.fromkeys(_key(name, key.strip()) for key in keys.split(",")))
    for key in found:
        if key in KEPT and key not in _split(known.key):
            raise KeysError(f"keys.{name}: {shown(key)} stays what it is: it {KEPT[key]}.", "Take another key.")
    return found


def _key(name: str, key: str) -> str:
    if len(key) == 1 and key.isprintable() and key != " ":
        return _name(key)
    *modifiers, base = key.split("+")
    base = _name(base) if len(base) == 1 and base.isprintable() and base != " " else base
    whole = "+".join((*modifiers, base))
    if whole in SAME:
        raise KeysError(f"keys.{name}: {key} is {SAME[whole]} on a plain terminal.", "Take another key.")
    if base not in _bases() or not set(modifiers) <= _MODIFIERS:
        raise KeysError(
            f"keys.{name}: {one_line(key, 40)!r} is no key{_nearest(base, _bases())}.",
            "A key is a character, or one such as f5, ctrl+t, alt+x, space, insert.",
        )
    return whole


def _bases() -> frozenset[str]:
    from textual.keys import Keys

    named = {key.value for key in Keys if "+" not in key.value and not key.value.startswith("<")}
    return frozenset({*named, "space", "enter", *(_name(char) for char in map(chr, range(33, 127)))})


def _nearest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = next(iter(get_close_matches(word.lower(), list(known), n=1)), "")
    return f"; the nearest is {near!r}" if near else ""
