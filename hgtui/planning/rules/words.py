"""The words that mean no task by themselves: languages, pronouns, names for kinds, labels, politeness."""

import re

from hgtui.core.resource import Kind

TOKEN = r"\x02[fq]\d+\x03"
"""How a file (f) or a quoted text (q) stands in a request whose names and quotations are masked."""

LANGUAGES = {
    "afrikaans": "af", "albanian": "sq", "arabic": "ar", "armenian": "hy", "basque": "eu", "bengali": "bn",
    "bosnian": "bs", "bulgarian": "bg", "catalan": "ca", "chinese": "zh", "mandarin": "zh", "croatian": "hr",
    "czech": "cs", "danish": "da", "dutch": "nl", "english": "en", "esperanto": "eo", "estonian": "et", "finnish": "fi",
    "french": "fr", "galician": "gl", "georgian": "ka", "german": "de", "greek": "el", "gujarati": "gu", "hebrew": "he",
    "hindi": "hi", "hungarian": "hu", "icelandic": "is", "indonesian": "id", "irish": "ga", "italian": "it",
    "japanese": "ja", "kannada": "kn", "kazakh": "kk", "khmer": "km", "korean": "ko", "kurdish": "ku", "lao": "lo",
    "latin": "la", "latvian": "lv", "lithuanian": "lt", "luxembourgish": "lb", "macedonian": "mk", "malay": "ms",
    "malayalam": "ml", "maltese": "mt", "marathi": "mr", "mongolian": "mn", "nepali": "ne", "norwegian": "no",
    "persian": "fa", "farsi": "fa", "polish": "pl", "portuguese": "pt", "punjabi": "pa", "romanian": "ro",
    "russian": "ru", "serbian": "sr", "sinhala": "si", "slovak": "sk", "slovenian": "sl", "spanish": "es",
    "swahili": "sw", "swedish": "sv", "tagalog": "tl", "tamil": "ta", "telugu": "te", "thai": "th", "turkish": "tr",
    "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi", "welsh": "cy", "xhosa": "xh", "yoruba": "yo", "zulu": "zu",
}  # fmt: skip
"""English names of languages and their ISO 639-1 codes."""

LANGUAGE = "|".join(LANGUAGES)
INTO_LANGUAGE = re.compile(rf"\b(?:into|to|in)\s+(?P<language>{LANGUAGE})\b", re.I)
TRANSLATED = re.compile(rf"\b(?P<language>{LANGUAGE})\s*$", re.I)
VOICE = re.compile(
    rf"\b(?:in|with|using|by)\s+(?:an?\s+|the\s+|your\s+)?(?P<language>{LANGUAGE})\s+(?:voice|accent|speaker|pronunciation)\b",
    re.I,
)
"""In whose voice a text is to be read: "in a German voice"."""
FROM_LANGUAGE = re.compile(rf"\bfrom\s+(?:the\s+)?(?:{LANGUAGE})\b", re.I)

PRONOUN = re.compile(r"\b(?:it|its|that|this|them|these|those|both|each|all|everything|they|their|one another)\b", re.I)
SEVERAL = re.compile(r"\b(?:both|them|these|those|all|each|every|everything|they|their|one another)\b", re.I)
EACH = re.compile(r"\b(?:each|every|separately|individually|one by one|one after the other)\b", re.I)
LAST_RESULT = re.compile(r"\b(?:the|that|this) (?:results?|answers?|output|outcome|finding|findings)\b", re.I)
SAYS_ABOUT = re.compile(
    r"what (?:else )?(?:does|do|did|is|are|was)\b.{0,60}? (?:say|said|tell(?: us| me)?|state|written)\b.{0,20}? (?:about|on|regarding|concerning)\b",
    re.I,
)
"""A question about one thing in a text, which is not answered by reading all of it."""

KIND_NOUNS: tuple[tuple[str, Kind | None], ...] = (
    (
        r"pictures?|images?|photos?|photographs?|pics?|drawings?|paintings?|screenshots?|scans?|illustrations?",
        Kind.IMAGE,
    ),
    (r"documents?|pdfs?|reports?|contracts?|invoices?|letters?|papers?|articles?", None),
    (r"recordings?|audio|sounds?|speech|voice messages?|podcasts?|songs?|audio files?|clips?", Kind.AUDIO),
    (r"videos?|movies?|films?", Kind.VIDEO),
    (r"tables?|spreadsheets?", Kind.TABLE),
    (r"texts?|contents?|words|writing|sentences?|paragraphs?|lines|notes|pages?|message|stuff", Kind.TEXT),
    (r"files?|attachments?|inputs?", None),
)
"""Words for something that was named before, and the kind that it must have been, None where any is meant."""

LABELS = {r"faces?": "face", r"people|persons?|humans?|pedestrians?": "person", r"qr(?:[- ]?codes?)?": "qr code"}
"""Words for what the embedded engines look for, and the label that they know it by."""

VERBS = (
    "summarize", "summarise", "translate", "transcribe", "describe", "caption", "detect", "locate", "segment", "classify",
    "categorize", "compare", "extract", "recognize", "identify", "convert", "generate", "create", "shorten", "condense",
    "animate", "rewrite", "rephrase", "paraphrase", "correct", "proofread", "simplify", "colorize", "sharpen", "upscale",
    "enhance", "denoise", "restore", "analyze", "narrate", "pronounce", "recite", "continue", "complete", "digitize",
    "separate",
)  # fmt: skip
"""The verbs of the table that are understood misspelt too."""

FILLER = re.compile(
    r"(?:[-*•–]\s+|\d{1,3}[.)]\s+|(?:step|task) \d{1,3}\s*[:.)]\s*|[\s,:]+|"
    r"(?:please|kindly|now|also|first(?:ly)?|second(?:ly)?|third(?:ly)?|next|finally|lastly|afterwards?|after that|then|and|but|so|just|"
    r"quickly|again|well|ok|okay|hey|hi|hello|dear|"
    r"(?:can|could|would|will) you|i (?:want|need|wish|would like|'d like|like)(?: you)?(?: to)?|i'd (?:like|love)(?: you)?(?: to)?|"
    r"we (?:want|need)(?: you)?(?: to)?|help me(?: to)?|let'?s|let me know|let us|tell (?:me|us)|show (?:me|us)(?= (?:what|who|how|which|where|whether|if))|"
    r"(?:to )?(?:find out|figure out|determine|check|know|see|say|explain|tell|work out)(?: to me)?(?= (?:what|who|how|which|where|whether|if|in what|in which)\b)|"
    r"about(?= (?:what|who|how)\b)|i wonder|do you know|go ahead|try to|make sure to|you should|the task is to|your task is to|do the following|whether|use (?:it|that|this) to)\b)",
    re.I,
)
GREETING = re.compile(
    r"\s*(?:(?:hello|hi|hey|good (?:morning|evening|afternoon|day)|thanks?(?: you)?(?: (?:very|so) much| a lot| in advance)?|"
    r"please|cheers|bye|goodbye|there|dear|assistant|hgtui|ok|okay|greetings|how are you(?: today| doing)?)\b[\s,.!?]*)+$",
    re.I,
)
INTRODUCES = re.compile(
    r"\b(?:here(?:'s| is| are)?|this is|these are|there is|there are|i have|i've got|we have|given|take|open|load|use|using|look at|"
    r"see|consider|with|from|in|on|for|of|at|about|regarding|attached|called|named|start with|starting with|and|or|two|three|some|my|our)\b",
    re.I,
)
CONDITION = re.compile(
    r"(?:(?:but )?(?:only )?(?:if|when)|unless|when|whenever|while|until|in case|except|otherwise|else|don'?t|do not|never|without|no)\b",
    re.I,
)

_STOP = (
    "a an the this that these those it its them they their both each all every everything any some of in on at from for with within as "
    "to into by about inside over here there is are was were be been being am do does did has have had can could will would should may "
    "me my mine us our you your i we he she his her please kindly thanks thank now also first second then and or so just too again finally next "
    "after afterwards that's it's what what's which who whose how up out file files attached following given result results "
    "well ok okay together one two three ones same named called entire whole full complete contained containing contains "
    "written shown above below below: separately individually quickly hello hi hey dear it"
)
STOP = frozenset(_STOP.split())
"""Words that may be left over in a clause without meaning anything that was asked for."""
