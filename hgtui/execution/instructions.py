"""What a chat model is told for each task type that it does by chat, and in which form it replies."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Form = Literal["text", "labels"]


@dataclass(frozen=True, slots=True)
class Instruction:
    """`words` tell what to do; `form` is what comes back: a text, or labels with scores as JSON; `sees` asks for pictures."""

    words: str
    form: Form = "text"
    sees: bool = False


_ONLY = "Reply with the result alone: no preface, no quotes, no explanation."
_LABELS = (
    'Reply with JSON alone: a list of objects {"label": text, "score": number from 0 to 1}, the most likely first, '
    "at most five."
)

INSTRUCTIONS: Mapping[str, Instruction] = MappingProxyType(
    {
        "text-classification": Instruction(
            "Classify the text. Where a question is given, the labels answer it; else they tell its sentiment.", "labels"
        ),
        "token-classification": Instruction(
            "Find the names in the text: people, places, organizations, dates. The label is the name as it stands in "
            "the text, then a colon and its kind.",
            "labels",
        ),
        "zero-shot-classification": Instruction("Choose among the labels that are given with the text.", "labels"),
        "fill-mask": Instruction("Fill the masked word of the sentence; each label is one word.", "labels"),
        "tabular-classification": Instruction("Put a label on each row of the table, in the order of the rows.", "labels"),
        "sentence-similarity": Instruction(
            "Say how alike the text is in meaning to each text of the context; the label is the beginning of that text.",
            "labels",
        ),
        "text2text-generation": Instruction("Do with the text what it asks for."),
        "summarization": Instruction("Summarize the text, or all texts together, in its own language."),
        "translation": Instruction("Translate the text into the language that is given, else into English."),
        "question-answering": Instruction("Answer the question from the context alone; say so where it is not there."),
        "table-question-answering": Instruction("Answer the question from the table alone; say so where it is not there."),
        "conversational": Instruction("Reply to the text as in a chat."),
        "text-generation": Instruction("Write what the text asks for, or go on from it."),
        "image-to-text": Instruction("Describe the picture in one or two sentences; where it shows text, give the text.", sees=True),
        "image-text-to-text": Instruction("Follow the instruction in the text about the picture.", sees=True),
        "visual-question-answering": Instruction("Answer the question about the picture.", sees=True),
        "document-question-answering": Instruction("Answer the question about the document in the picture.", sees=True),
        "image-classification": Instruction("Classify what the picture shows.", "labels", sees=True),
        "zero-shot-image-classification": Instruction("Choose among the labels that are given with the picture.", "labels", sees=True),
    }
)  # fmt: skip
"""The task types that a chat model does by chat."""


def system(task: str) -> str:
    """Return the system prompt for a task type."""
    instruction = INSTRUCTIONS[task]
    return f"Task execution: {task}\n{instruction.words} {_LABELS if instruction.form == 'labels' else _ONLY}"
