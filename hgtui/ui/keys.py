"""Every key of the workbench with its action and its words: the bindings, the footer, the help and the palette read this."""

from typing import NamedTuple


class Key(NamedTuple):
    """A key. `footer` is how it is called there, empty where the footer leaves it out; `about` is for help and palette.

    With no `key` it is in the palette alone.
    """

    key: str
    action: str
    shown: str
    footer: str
    about: str


# In the order of the footer: what is first stays where the line is short.
KEYS = (
    Key("a", "approve", "a", "approve+run", "Approve the plan with its models and run it"),
    Key("A", "approve_rule", "A", "", "Approve, with a rule for what is like this task"),
    Key("c", "comment", "c", "comment", "Say what should be different: the LLM revises the plan"),
    Key("r", "retry", "r", "retry", "Run again what failed or was stopped; ask again for a plan"),
    Key("R", "rerun", "R", "", "Run the task again with what is below it; asks once"),
    Key("n", "go_on", "n", "go on without", "Go on without a task that failed; the answer says so"),
    Key("f", "mend", "f", "mend", "Apply a mend; after a failure take the next candidate"),
    Key("e", "edit", "e", "edit", "Edit the arguments of the task"),
    Key("m", "models", "m", "model", "Choose the model: candidates, cards, a search of the Hub"),
    Key("M", "models_all", "M", "", "Choose the model of this task for all of its type"),
    Key("P", "pin", "P", "", "Pin the model of this task for its type, or unpin it"),
    Key("p", "policy", "p", "policy", "Ask before this task or not; a rule for its type, provider, cost, what leaves"),
    Key("b", "breakpoint", "b", "", "Stop after this task: what is below it asks; or no more"),
    Key("d", "delete", "d", "delete", "Delete the task; asks where others depend on it"),
    Key("space", "skip", "space", "skip", "Leave the task out of the run, or take it in again"),
    Key("z", "undo", "z", "undo", "Undo the last edit"),
    Key("Z", "redo", "Z", "redo", "Do again what was undone"),
    Key("D", "difference", "D", "diff", "Show what differs from the plan as it was proposed"),
    Key("C", "controller", "C", "controller", "Choose another controller; at a gate it plans the request again"),
    Key("X", "stop_task", "X", "stop task", "Stop this task"),
    Key("x", "stop", "x", "stop", "Stop the run; asks once"),
    Key("F", "finish", "F", "finish", "Write the answer from what there is; give up the rest"),
    Key("N", "new", "N", "new request", "Ask something new"),
    Key("exclamation_mark", "next_problem", "!", "next problem", "Go to the next problem or failure"),
    Key("y", "copy", "y", "", "Copy the task as JSON to the clipboard of your terminal"),
    Key("1", "focus_pane('prompt')", "1", "", "Go to the prompt"),
    Key("2", "focus_pane('plan')", "2", "", "Go to the plan"),
    Key("3", "focus_pane('task')", "3", "", "Go to the task: its result, arguments and candidates"),
    Key("4", "focus_pane('log')", "4", "", "Go to problems and log"),
    Key("question_mark,f1", "help", "?", "help", "Show all keys"),
    Key("colon,ctrl+p", "palette", ":", "", "Find an action by its name"),
    Key(
        "",
        "answer_by",
        ": answers",
        "",
        "Let the program write the answers, so that results stay here, or the LLM again",
    ),
    Key("", "rules", ": rules", "", "List the rules, with what they let through; delete one"),
    Key("q", "leave", "q", "leave", "Leave hgtui"),
)
MODELS = (
    ("enter", "choose the model for the task"),
    ("M", "choose it for all tasks of this type in this plan"),
    ("P", "pin it for this task type, or unpin it"),
    ("/", "show only what has these words"),
    ("s", "search the Hub for a model of this type"),
    ("i", "the whole model card"),
    ("p", "the next provider that serves the model"),
)
"""The keys of the list of models, for the help."""
MOVES = (
    ("enter", "send, open, take a candidate, apply a mend, take a revision"),
    ("y n", "at a revision: take this change, leave it out"),
    ("esc", "back one level, at a revision: keep your plan; never stops a run"),
    ("j k ↑ ↓  Home G", "move, first, last"),
    ("tab", "next pane"),
    ("pgup pgdn", "in the prompt: scroll the conversation"),
    ("ctrl+j", "a new line in the prompt"),
    ("ctrl+c", "clear the prompt, else ask to stop; twice leaves"),
    ("ctrl+q", "leave"),
)
"""Keys that are not actions of the screen, for the help."""


def name_of(action: str) -> str:
    """Return the action without its parameters."""
    return action.partition("(")[0]
