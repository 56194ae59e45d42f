"""What the help says: first of what has the focus, then of all keys; of each that does nothing now why."""

from typing import NamedTuple

from hgtui.ui.comparing import PIECEMEAL
from hgtui.ui.keymap import KeyMap
from hgtui.ui.keys import (
    AGAIN,
    BOXES,
    CALL,
    DRAWN,
    FORM,
    KEYS,
    LOG,
    MODELS,
    MOTIONS,
    MOVES,
    OTHERS,
    RESULT,
    RUNS,
    RUNS_ALSO,
    TRIAL,
    Key,
)  # fmt: skip
from hgtui.ui.may import why_not
from hgtui.ui.view import View
from hgtui.ui.words import SIGNS


class Told(NamedTuple):
    """A line of the help: a key with its words, a heading without a key, a sentence with neither."""

    key: str
    words: str
    role: str = ""


WHERE = {
    "prompt": (
        "The prompt",
        "What is written here is a request; at a gate it says what should be different, and approves nothing. While a run "
        "goes on it waits as the next request. Files are named by their paths.",
    ),
    "talk": ("The conversation", "What was asked and answered, the latest below. What waits for you stands in the line above."),
    "plan": (
        "The plan",
        "One row for each task: its state, what goes in, the model, where that runs. ‹0› is the result of task 0; "
        "~ stands at what you changed, + at what you added. Nothing runs before you approve it.",
    ),
    "boxes": (
        "The plan as boxes",
        "Each task with its state, its model and how far it is; a line goes from what gives a result to what waits for it, with a "
        "letter for what flows. Lines that cross have a gap; ├ ┬ ┼ branch. The lines of the selected task are heavy.",
    ),
    "task": ("The selected task", "Its result or failure, its arguments, and who could run it with what is known of each."),
    "log": (
        "Log, problems, timeline, calls",
        "What has happened, the latest last; what is wrong or doubtful in the plan, with its mends; a bar for each task, "
        "with the critical path; every call to an LLM, the Hub and an endpoint.",
    ),
    "diff": (
        "A plan against another",
        "What differs, task by task: - as it was, + as it would be, = unchanged, n left out by you. L is what the planner "
        "had before you changed it, ~ what you changed and what stays so. No plan is lost: : plans brings each back.",
    ),
    "models": (
        "The list of models",
        "What could run the task, with place, licence, size and what its card says. ● runs it now. Enter chooses the model "
        "for the task.",
    ),
    "form": ("The arguments of a task", "Each with its kind and what it is for; ‹0› stands for the result of task 0."),
}  # fmt: skip
"""What each pane is called and shows."""
IN_PROMPT = (
    ("enter", "send; where a path of the list was chosen, take it"),
    ("tab", "complete the path, or go to the next pane"),
    ("↑ ↓", "earlier requests, from the first and the last line; in the list of paths the next one"),
    ("ctrl+j", "a new line; a paste keeps its lines"),
    ("pgup pgdn", "scroll the conversation"),
)
ENTER = {
    "plan": "go to the task",
    "task": "take the candidate, edit the argument",
    "log": "from a problem or a bar to the task; the whole line, the whole call",
    "models": "choose the model for the task",
}
"""What Enter does in a pane."""
TAKES = {
    "revision": "take what is left of the revision",
    "controller": "take what is left of this plan",
    "opened": "take this plan",
    "earlier": "bring this plan back",
}
"""What Enter does at a plan beside another, by what that is about."""
MARKS = "~ edited by you   + added by you   ! a problem   ‹0› result of task 0   ⇄ ran in place of the chosen model"


def guide(where: str, view: View, keymap: KeyMap, compared: str = "") -> list[Told]:
    """Return the help for a pane, by its id; `compared` is the kind of the comparison that stands there, empty for none."""
    drawn = where == "plan" and view.boxes
    title, about = WHERE["boxes"] if drawn else WHERE.get(where, WHERE["plan"])
    writes = where in {"prompt", "form"}
    now = [key for key in KEYS if not why_not(key.action, view)]
    told = [Told("", title, "head"), Told("", about, "dim")]
    told += _at_comparison(where, compared, keymap)
    told += [Told(*one) for one in _here(where, keymap)]
    in_drawn = [*(_key(key, keymap) for key in DRAWN), *(Told(*one) for one in BOXES)]
    if drawn:
        told += in_drawn
    if writes:
        reach = [key for key in KEYS if keymap.in_field(key.id)]
        told += [Told(keymap.in_field(key.id), key.about) for key in reach]
        told += [Told("", "With the focus in another pane (esc goes there)", "head")]
    if where == "models":
        both = [key for key in KEYS if key.id in {"models_all", "pin"}]
        told += [_key(key, keymap) for key in (*MODELS, *both)]
        told.append(Told("", "On the workbench", "head"))
    told += [_key(key, keymap) for key in now]
    told += [Told("", "Not now", "head")]
    told += [_key(key, keymap, f"{key.about}. {why_not(key.action, view)}") for key in KEYS if key not in now]
    told += [Told("", "In every list", "head"), *(_key(key, keymap) for key in MOTIONS)]
    told += [Told("", "Everywhere", "head"), *(_key(key, keymap) for key in OTHERS), *(Told(*one) for one in MOVES)]
    if not drawn:
        told += [Told("", "In the drawn plan", "head"), *in_drawn]
    for name, rows in (
        ("In the form of a task", FORM),
        ("In the log, the problems, the timeline and the calls", LOG),
        ("In a call", CALL),
        ("In the form that sends a call again", AGAIN),
        ("In a what-if", TRIAL),
    ):
        told += [Told("", name, "head"), *(Told(*one) for one in rows)]
    told += [Told("", "In the list of runs", "head"), *_runs(keymap)]
    told += [Told("", "Over a result", "head"), *(_key(key, keymap) for key in RESULT)]
    if where != "models":
        told += [Told("", "In the list of models", "head"), *(_key(key, keymap) for key in MODELS)]
    told += [Told("", "Signs", "head"), *(Told(sign, state) for state, (sign, _) in SIGNS.items()), Told("", MARKS)]
    return told


def _at_comparison(where: str, compared: str, keymap: KeyMap) -> list[Told]:
    """Return what the keys do where a plan stands beside another: all that belongs there, also for who is not there yet."""
    if not compared:
        return []
    named = {key.id: key for key in OTHERS}
    keys = [named[name] for name in ("take_change", "drop_change")] if compared in PIECEMEAL else []
    takes = [Told("enter", TAKES[compared])] if compared in TAKES else []
    told = [*takes, *(_key(key, keymap) for key in keys), _key(named["back"], keymap)]
    if where == "diff":
        return told
    there = next(key for key in KEYS if key.id == "focus_plan")
    words = "the revision" if compared == "revision" else "what differs"
    go = Told(
        "esc, then " + keymap.first(there) if where in {"prompt", "form"} else keymap.first(there), f"Go to {words}"
    )
    return [Told("", f"A plan stands beside yours: in {words}", "head"), go, *told, Told("", "Here", "head")]


def guide_runs(keymap: KeyMap) -> list[Told]:
    """Return the help for the list of runs."""
    about = "What was asked, where it stands and how it ended, the latest first. A run that was left goes on where it stood."
    told = [Told("", "The list of runs", "head"), Told("", about, "dim"), *_runs(keymap)]
    return [*told, Told("", "In every list", "head"), *(_key(key, keymap) for key in MOTIONS)]


def guide_call() -> list[Told]:
    """Return the help for a call that is shown in full, and for the form that sends it again."""
    about = "What was asked, what came back and how that was read; nothing of it changes the run."
    told = [Told("", "A call", "head"), Told("", about, "dim"), *(Told(*one) for one in CALL)]
    return [*told, Told("", "In the form that sends it again", "head"), *(Told(*one) for one in AGAIN)]


def _runs(keymap: KeyMap) -> list[Told]:
    return [*(_key(key, keymap) for key in RUNS), *(Told(*one) for one in RUNS_ALSO)]


def _here(where: str, keymap: KeyMap) -> list[tuple[str, str]]:
    if where == "prompt":
        return [*IN_PROMPT, ("esc", "to the plan"), ("ctrl+c", "clear what is written; then stop or leave")]
    if where == "form":
        return [("enter", "set the arguments"), ("tab ↓ ↑", "the next, the one before"), ("esc", "leave it as it was")]
    opens = next(key for key in MOTIONS if key.id == "open")
    return [(keymap.shown(opens), ENTER[where])] if where in ENTER else []


def _key(key: Key, keymap: KeyMap, words: str = "") -> Told:
    shown = keymap.shown(key)
    return Told(shown if key.key or key.id in keymap.changed else key.shown, words or key.about)


def found(told: list[Told], query: str) -> list[Told]:
    """Return what has all words of a query, under its headings."""
    words = query.casefold().split()
    kept: list[Told] = []
    for one in told:
        text = f"{one.key} {one.words}".casefold()
        if one.role == "head":
            if kept and kept[-1].role == "head":
                kept.pop()
            kept.append(one)
        elif all(word in text for word in words):
            kept.append(one)
    return kept[:-1] if kept and kept[-1].role == "head" else kept
