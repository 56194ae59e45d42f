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

    @property
    def id(self) -> str:
        """The name of its binding, by which the configuration can give it another key."""
        name, _, parameters = self.action.partition("(")
        parameter = parameters.strip("')")
        return f"{name.removesuffix('_pane')}_{parameter}" if parameter else name


# In the order of the footer: what is first stays where the line is short.
KEYS = (
    Key("a", "approve", "a", "approve+run", "Approve the plan with its models and run it"),
    Key("A", "approve_rule", "A", "", "Approve, with a rule for what is like this task"),
    Key("c", "comment", "c", "comment", "Say what should be different: the LLM revises the plan"),
    Key(
        "r",
        "retry",
        "r",
        "retry",
        "Run again what failed or was stopped; ask again for a plan, or look again for models",
    ),
    Key("R", "rerun", "R", "", "Run the task again with what is below it, kept or not; after the end in a new run"),
    Key("n", "go_on", "n", "go on without", "Go on without a task that failed; the answer says so"),
    Key("f", "mend", "f", "mend", "Apply a mend; after a failure take the next candidate"),
    Key("e", "edit", "e", "edit", "Edit the task in a form: its type, its arguments"),
    Key("m", "models", "m", "model", "Choose the model: candidates, cards, a search of the Hub"),
    Key("z", "undo", "z", "undo", "Undo the last edit"),
    Key("E", "editor", "E", "editor", "Edit the whole plan as a text in your editor"),
    Key("s", "supply", "s", "by hand", "Give the result of the task by hand, or correct it"),
    Key("M", "models_all", "M", "", "Choose the model of this task for all of its type"),
    Key("P", "pin", "P", "", "Pin the model of this task for its type, or unpin it"),
    Key("o", "add", "o", "add", "Add a task after this one; with nothing asked yet, begin a plan with it"),
    Key("p", "policy", "p", "policy", "Ask before this task or not; a rule for its type, provider, cost, what leaves"),
    Key("b", "breakpoint", "b", "", "Stop after this task: what is below it asks; after d delete it with that"),
    Key("d", "delete", "d", "delete", "Delete the task; asks where others depend on it"),
    Key("space", "skip", "space", "skip", "Leave the task out of the run, or take it in again"),
    Key("minus", "connect", "-", "waits for", "Choose which tasks this one waits for"),
    Key("J", "shift_task(1)", "J", "", "Move the task a row down"),
    Key("K", "shift_task(-1)", "K", "", "Move the task a row up"),
    Key("Z", "redo", "Z", "redo", "Do again what was undone"),
    Key("D", "difference", "D", "diff", "Show what differs from the plan as it was proposed"),
    Key("w", "what_if", "w", "what-if", "What if: two or three models on the same input, side by side"),
    Key("", "plans", ": plans", "", "List the plans of this run: the planner's, yours, its revisions; bring one back"),
    Key("C", "controller", "C", "controller", "Choose another controller; at a gate it plans the request again"),
    Key("X", "stop_task", "X", "stop task", "Stop this task"),
    Key("x", "stop", "x", "stop", "Stop the run; asks once"),
    Key("F", "finish", "F", "finish", "Write the answer from what there is; give up the rest"),
    Key("N", "new", "N", "new request", "Ask something new"),
    Key("L", "runs", "L", "runs", "List the runs: search, open, go on, run again, delete, export"),
    Key("", "go_on_left", ": go on", "", "Go on with the latest run that was left in the middle"),
    Key("exclamation_mark", "next_problem", "!", "next problem", "Go to the next problem or failure"),
    Key("l", "log_of_task", "l", "", "Show the log of the task alone"),
    Key("i", "call", "i", "", "The exact call of the task: asked, said, how it was read; send it again"),
    Key("t", "take_call", "t", "", "At a gate: take the plan, or the models, of a call that was sent again"),
    Key("", "timeline", ": timeline", "", "Show when each task waited and ran, with the critical path"),
    Key("", "calls", ": calls", "", "List the calls to LLMs, the Hub and endpoints"),
    Key("", "calls_of_task", ": its calls", "", "List the calls of the task alone"),
    Key("S", "save_result", "S", "save", "Save the result of the task as a file"),
    Key("O", "open_outside", "O", "open", "Open the result with the desktop's program; over ssh the scp line"),
    Key("v", "boxes", "v", "boxes", "Draw the plan as boxes with lines, or list it as rows again"),
    Key("V", "boxes_detail", "V", "", "In the drawn plan: boxes with more or with less in them"),
    Key("H", "boxes_direction", "H", "", "In the drawn plan: from left to right, or from top to bottom"),
    Key("left_square_bracket", "tab(-1)", "[", "", "The tab before in the task pane"),
    Key("right_square_bracket", "tab(1)", "]", "", "The next tab in the task pane: candidates, arguments, result"),
    Key("y", "copy", "y", "", "Copy the task as JSON to the clipboard of your terminal"),
    Key("1", "focus_pane('prompt')", "1", "", "Go to the prompt"),
    Key("2", "focus_pane('plan')", "2", "", "Go to the plan"),
    Key("3", "focus_pane('task')", "3", "", "Go to the task: its result, arguments and candidates"),
    Key("slash", "filter", "/", "", "Show only the rows of the plan with the words that you type"),
    Key("plus", "larger", "+", "", "Make the pane larger; at last it is alone"),
    Key("underscore", "smaller", "_", "", "Make the pane smaller"),
    Key("4", "focus_pane('log')", "4", "", "Go to the log, the problems, the timeline and the calls"),
    Key("", "log_find", "4 /", "", "Search the log"),
    Key("", "log_level", "4 v", "", "Leave out what is not grave in the log, or show it again"),
    Key("question_mark,f1", "help", "?", "help", "Show all keys"),
    Key("colon,ctrl+p", "palette", ":", "", "Find an action by its name"),
    Key(
        "",
        "answer_by",
        ": answers",
        "",
        "Let the program write the answers, so that results stay here, or the LLM again",
    ),
    Key("", "open_plan", ": open", "", "Open a plan or a raw reply: a file, or a text that you paste"),
    Key("ctrl+r", "history", "ctrl+r", "", "Find an earlier request"),
    Key("", "rules", ": rules", "", "List the rules, with what they let through; delete one"),
    Key("q", "leave", "q", "leave", "Leave hgtui"),
)
MOTIONS = (
    Key("j,down", "down", "j ↓", "", "One row down"),
    Key("k,up", "up", "k ↑", "", "One row up"),
    Key("pagedown", "page_down", "pgdn", "", "One page down"),
    Key("pageup", "page_up", "pgup", "", "One page up"),
    Key("home,g", "first", "home g", "", "To the first row"),
    Key("end,G", "last", "end G", "", "To the last row"),
    Key(
        "enter", "open", "enter", "", "Open the row, unfold alike rows, take a candidate, apply a mend, take a revision"
    ),
)
"""The keys in every list, and in the conversation."""
OTHERS = (
    Key("y", "take_change", "y", "", "At a revision: take this change into your plan; z takes that back"),
    Key("n", "drop_change", "n", "", "At a revision: leave this change out"),
    Key("escape", "back", "esc", "", "Back one level, at a revision keep your plan; never stops a run"),
    Key(
        "ctrl+c",
        "interrupt",
        "ctrl+c",
        "",
        "Copy what the mouse selected, else clear the prompt, else ask to stop; twice leaves",
    ),
    Key("ctrl+q", "quit", "ctrl+q", "", "Leave at once"),
)
"""The keys of the workbench that are no actions to look for."""
DRAWN = (
    Key("h,left", "box_left", "h ←", "", "In the drawn plan: to the box at the left"),
    Key("l,right", "box_right", "l →", "", "In the drawn plan: to the box at the right"),
    Key("shift+left", "pan_left", "shift+←", "", "In the drawn plan: pan to the left"),
    Key("shift+right", "pan_right", "shift+→", "", "In the drawn plan: pan to the right"),
    Key("shift+up", "pan_up", "shift+↑", "", "In the drawn plan: pan up"),
    Key("shift+down", "pan_down", "shift+↓", "", "In the drawn plan: pan down"),
)
"""The keys of the drawn plan besides those of every list; l is the log of the task where the plan stands as rows."""
MODELS = (
    Key("slash", "filter_models", "/", "", "Show only what has these words"),
    Key("s", "search_models", "s", "", "Search the Hub for a model of this type"),
    Key("i", "model_card", "i", "", "The whole model card"),
    Key("p", "next_provider", "p", "", "The next provider that serves the model"),
    Key("o", "sort_models", "o", "", "Sort: as ranked, by likes, downloads, size, time here, name"),
)
"""The keys of the list of models besides those that choose, which are as on the workbench."""
FORM = (
    ("enter", "set what the form says as one edit"),
    ("↓ ↑", "into what could stand in the field and back"),
    ("tab", "the next field"),
    ("f2", "apply the mend that is shown"),
    ("#0 ‹0›", "the result of task 0"),
    ("esc", "leave; asks where something was typed"),
)
"""The keys of the form of a task, for the help."""
TRIAL = (
    (
        "space a",
        "a candidate takes part, or not; approve what those would send and spend, as it is shown, and run them",
    ),
    ("← →", "the column of another candidate"),
    ("j k", "scroll"),
    ("enter", "this one goes on: the task runs on it, and its result is the task's"),
    ("x", "give it up; what still runs is stopped"),
    ("esc", "back; what was approved goes on, and w shows it again"),
)
"""The keys of a what-if, for the help."""
BOXES = (
    (
        "j k ↓ ↑",
        "to the box below and above; along the drawing it follows the lines; under a filter to the next that has its words",
    ),
    ("pgdn pgup", "pan by a page; the wheel pans too, with shift to the side"),
    ("-", "pick what the task waits for: go to it and press enter or -; on the task itself - ends it"),
    ("V H", "more or less of each task; from left to right or from top to bottom"),
    ("t i a v d", "what flows: text, image, audio, video, document; T table, l labels, b boxes, m mask, n numbers"),
    ("· * ╌ ↺", "only the order; several kinds; a ring, drawn against the direction; a task that waits for itself"),
    ("v", "rows again"),
)
"""The keys and signs of the drawn plan, for the help."""
RUNS = (
    Key("slash", "search_runs", "/", "", "Search requests and names while you write"),
    Key("i", "look_at_run", "i", "", "Only look at the run, also where another hgtui writes it"),
    Key("R", "run_again", "R", "", "Run the plan of the run again, as a new run"),
    Key("d", "delete_run", "d", "", "Delete the run; asks once"),
    Key("e", "export_run", "e", "", "Export the run into a file"),
    Key("y", "copy_run", "y", "", "Copy the name of the run"),
)
"""The keys of the list of runs."""
RUNS_ALSO = (
    ("enter", "look at a run that has ended, go on with another where it stood"),
    ("esc", "back; from a run that was opened, back to the one before, which goes on meanwhile"),
)
"""What else does something there, for the help."""
RESULT = (
    Key("right_square_bracket,n", "next_result", "]", "", "The next result of the task, over the whole screen"),
    Key("left_square_bracket,p", "result_before", "[", "", "The result before"),
    Key("t", "result_data", "t", "", "The result as JSON, and back"),
)
"""The keys of a result over the whole screen, besides those that save and open it, which are as on the workbench."""
LOG = (
    ("[ ]", "log, problems, timeline, calls"),
    ("/", "only the lines, or the calls, with these words"),
    ("v", "leave out the details, all but warnings and errors, all but errors; then show all"),
    ("v", "in the calls: only those of the selected task, or all again"),
    ("G", "the end, and follow it; going up ceases to follow"),
    ("y", "copy the line; in the calls the whole call as JSON"),
    ("u", "in the calls: copy the call as a curl command, without the key"),
    ("t", "in the calls: take the plan, or the models, of one that was sent again"),
    ("enter", "the whole line; from a problem or a bar to its task; the whole call"),
    ("esc", "all lines again, then back to the plan"),
)
"""The keys of pane 4, for the help."""
CALL = (
    ("[ ]", "how it was read, the reply, the request, the template, the exact JSON, curl"),
    ("e", "send it again with changes: prompt, temperature, model, controller"),
    ("t", "of one that was sent again, at a gate: take its plan as a revision, or its models"),
    ("y", "copy all of it as JSON"),
    ("u", "copy it as a curl command; the key stands in it as a variable"),
    ("n p", "the next call, the one before"),
    ("esc", "back"),
)
"""The keys of a call that is shown in full, for the help."""
AGAIN = (
    ("tab", "the next field"),
    ("enter", "in a field: send"),
    ("f2", "send, also from the prompt"),
    ("f3", "choose the controller"),
    ("f4", "the prompt in your editor"),
    ("esc", "leave; while it is sent: stop that"),
)
"""The keys of the form that sends a call again, for the help."""
MOVES = (
    ("tab", "in the prompt: complete the path, else the next pane"),
    ("↑ ↓", "in the prompt, at its first and last line: earlier requests"),
    ("pgup pgdn", "in the prompt: scroll the conversation"),
    ("ctrl+j", "a new line in the prompt"),
)
"""Keys that are not actions of the screen, for the help."""


SCROLLS = (
    ("down", "scroll_down", "down"),
    ("up", "scroll_up", "up"),
    ("page_down", "page_down", "page down"),
    ("page_up", "page_up", "page up"),
    ("first", "scroll_home", "first"),
    ("last", "scroll_end", "last"),
)
"""The motions in what scrolls: the name of the binding, the action of Textual, a word for it."""


def keys_of(name: str) -> str:
    """Return the keys of a motion or of another binding, as Textual takes them."""
    return next(key.key for key in (*MOTIONS, *OTHERS, *MODELS, *RUNS, *RESULT) if key.id == name)
