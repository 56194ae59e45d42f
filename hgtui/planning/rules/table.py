"""What plain English asks for and which task type does it: a table, read from the top, the first row that fits wins."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hgtui.planning.rules.words import LABELS, LANGUAGE, TOKEN

_DO = (
    "find|get|make|create|produce|compute|calculate|extract|show|draw|detect|generate|give|write|take|do|run|perform|apply|estimate|"
    "return|provide|determine|identify|trace|see|build|render|output|prepare|tell|trace out|look for"
)
_DET = r"(?:(?:(?:the|a|an|its|their|this|that|any|some|all|all of|of|both|short|brief|quick|new|detailed|canny|nice|what the|me|us) )+)?"


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A row of the table.

    `verbs` and `nouns` are regular expressions: what a clause begins with, and what the task's result is called ("find
    the *edges*", "an *outline* of", also inside another clause: "read a *summary* aloud"). `arg` takes the subject of
    the clause (the first argument of the type if empty), `fixed` are arguments that the words stand for. `only` are
    tags that the subject must have (see Thing). With `bare`, words that are left over are the subject themselves:
    "say good morning". With `prompt`, what follows the phrase is a text of the person's own. `clause` names an argument
    that takes the whole clause. `instruct` puts the person's words before the text. `strict` rows need a subject.
    `eats` are further words that the row understands. A row whose `task` is empty asks for what is there already.
    """

    task: str
    verbs: str = ""
    nouns: str = ""
    arg: str = ""
    fixed: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    bare: bool = False
    prompt: bool = False
    clause: str = ""
    instruct: bool = False
    strict: bool = False
    quote: str = ""
    pair: str = ""
    eats: str = ""


def _tags(*tags: str) -> frozenset[str]:
    return frozenset(tags)


def _any(words: str) -> str:
    return rf"(?:{words})"


_SEEK = r"(?:count how many|find|detect|locate|count|spot|look for|how many|where (?:is|are)|is there|are there|search for|recogni[sz]e|identify|mark)\b"
_ANY_LABEL = "|".join(LABELS)
_MAKE = r"(?:draw|paint|sketch|generate|create|make|render|imagine|design|produce|show(?: me)?|give(?: me)?|illustrate|synthesi[sz]e)"
_PICTURE = r"(?:picture|image|photo|photograph|pic)s?"
_ART = r"(?:painting|drawing|illustration|sketch|portrait|poster|logo|cartoon|watercolou?r|wallpaper|artwork|icon)s?"
_PLAIN = r"the|this|that|these|those|both|all|each|my|our|a|an|and|of|for|me|us|to|please|it|them|pictures?|images?|photos?|photographs?|drawings?|paintings?|screenshots?|files?"
_IN_IT = (
    r"what(?:'s| is| can be seen| do you see| can you see| you(?: can)? see| is there| is shown| does .{0,40}? show)(?: to be seen)? ?(?:in|on|depicted|shown)?\b"
    rf"(?=(?: the| this| that| in| on| my)* ?(?:{TOKEN}|picture|image|photo|it\b|this\b|that\b|$))|what (?:it|{TOKEN}|the \w+) shows?\b"
)
_IMAGES = _tags("image")
_ANSWER = r"answer\b|(?:(?:an? |my |one |the )?questions? (?:about|on|for|to)|ask)\b(?=.{0,400}?\x02q)"

RULES: tuple[Rule, ...] = (
    Rule("text-to-speech", rf"(?:read|sing|tell)\b(?=.{{0,400}}?\b(?:aloud|out loud|loudly|out|to (?:me|us)|(?:{LANGUAGE}) (?:voice|accent))\b)"
         r"|(?:say|speak|narrate|pronounce|recite|voice|vocali[sz]e)\b(?! (?:what|who|how|which|where|whether|if)\b)"
         r"|(?:turn|convert|make|change|transform)\b(?=.{0,200}?\b(?:in)?to (?:an? )?(?:spoken|speech|audio|voice|sound|mp3|wav))"
         r"|(?:generate|create|make|produce|synthesi[sz]e)(?: an?| the)? (?:speech|audio|voice|spoken version|narration|voice-?over|sound)"
         r"(?: (?:file|recording|clip|version))?|text[- ]to[- ]speech|tts\b|speech synthesis",
         bare=True, eats=r"aloud|out loud|loudly|out|in(?:to)? (?:an? )?(?:speech|audio|voice|sound)(?: file| recording)?|to (?:me|us)|spoken|mp3|wav|speech|audio|loud"),
    Rule("object-detection", r"(?:what|scan|decode|read|does|check)\b.{0,60}?\bqr(?:[- ]?codes?)?\b", r"qr(?:[- ]?codes?)?", fixed={"labels": ("qr code",)},
         eats=rf"{_SEEK}|say|says|mean|means|hold|holds|encodes?|content|text|many"),
    Rule("object-detection", r"(?:read|scan|decode|check|open)\b(?!.{0,40}?\b(?:texts?|words|letters)\b)|what does .{0,60}? (?:say|mean|hold|contain|encode)\b|what(?:'s| is) (?:in|on|encoded in)\b",
         fixed={"labels": ("qr code",)}, only=_tags("qr"), strict=True, eats="say|mean|hold|contain|encode|encoded"),
    Rule("text-classification", rf"(?:in |of )?(?:what|which) (?:human |natural |spoken )?languages?\b|(?:detect|identify|recogni[sz]e|guess|name) (?:the |its |their )?languages?"
         rf"|(?:is|are|was) .{{0,60}}?\b(?:written )?in (?:{LANGUAGE})\b(?: or (?:in )?(?:{LANGUAGE}))*|(?:is|are) .{{0,60}}?\b(?:{LANGUAGE})\s*$|language (?:detection|identification)", r"languages?",
         fixed={"question": "What language is it?"}, bare=True, eats=r"languages?|spoken|used|speak|speaks|say"),
    Rule("text-classification", r"how (?:positive|negative|happy|sad|angry|friendly|good|bad|enthusiastic|upset)\b(?: or (?:positive|negative|happy|sad|bad))?"
         r"|(?:is|are|was|were|does|do)\b.{0,90}?\b(?:positive|negative|happy or sad|good or bad|friendly or (?:angry|hostile))\b(?:,? or (?:negative|positive|neutral))?"
         r"|(?:it|this|that|they)(?: is|'s| are| sounds?)? (?:positive|negative)(?: or (?:negative|positive))?|(?:positive or negative|negative or positive)"
         r"|(?:analy[sz]e|rate|judge|assess|detect|classify|evaluate) (?:the |its |their )?(?:sentiments?|mood|tone|feelings?|attitude)|sentiment analysis"
         r"|what(?:'s| is| are) (?:the|its|their) (?:sentiment|mood|tone|attitude)",
         r"sentiments?|mood|tone|attitude", fixed={"question": "Is it positive or negative?"}, bare=True,
         eats=r"sounds?|feels?|seems?|reads?|positive|negative|neutral|or|sentiment|mood|tone|analysis|analy[sz]e|rate"),
    Rule("text-classification", r"(?:which|what) emotions?\b|(?:detect|find|classify) (?:the |its )?emotions?", "emotions?",
         fixed={"question": "Which emotion is it?"}, eats="emotions?|express(?:es|ed)?|shows?|feel"),
    Rule("text-classification", r"(?:which|what)(?:'s| is| are)? (?:the |its )?(?:topics?|subject|genre)\b", "topics?|subject matter",
         only=_tags("text", "document", "none"), fixed={"question": "What is its topic?"}, eats="topics?|subject"),
    Rule("sentence-similarity", r"compare\b|how (?:similar|alike|close)\b|(?:are|is)\b.{0,60}?\b(?:similar|alike|the same(?: meaning)?)\b|measure the similarity", "similarity",
         pair="context", eats=r"similar|alike|meaning|compare|in meaning|semantically|similarity|between|with|texts?"),
    Rule("zero-shot-image-classification", r"(?:classify|sort|label|categori[sz]e)\b.{0,40}?\b(?:as|into)\b (?P<labels>.+)|is\b.{0,30}? (?:a|an) (?P<labels2>\w+(?:, (?:a |an )?\w+)*,? or (?:a |an )?\w+)\s*$",
         only=_IMAGES, strict=True),
    Rule("zero-shot-classification", r"(?:classify|sort|label|categori[sz]e)\b.{0,40}?\b(?:as|into)\b (?P<labels>.+)|is\b.{0,30}? about (?P<labels2>.+ or .+)$",
         strict=True),
    Rule("tabular-classification", r"(?:classify|label|predict)\b", only=_tags("table"), strict=True, eats="rows|lines|each|table"),
    Rule("audio-classification", r"(?:classify|categori[sz]e|what (?:kind|type|sort) of|(?:which|what) instruments?|what (?:sounds?|noises?|can be heard|genre)|which genre)\b",
         only=_tags("audio"), strict=True, eats="sounds?|noise|music|hear|recording|genre|instruments?|played"),
    Rule("video-classification", r"(?:classify|categori[sz]e|what (?:happens|is happening|goes on|action)|which action)\b", only=_tags("video"), strict=True,
         eats="happens|happening|video|action"),
    Rule("image-classification", r"(?:classify|categori[sz]e|what (?:kind|type|sort|breed|species) of)\b|image classification", only=_IMAGES, eats=r"\w+"),
    Rule("text-classification", r"classify\b|text classification", only=_tags("text", "document", "none"), eats="text"),
    Rule("token-classification", r"(?:find|extract|list|mark|tag|recogni[sz]e|identify|detect|which|what)\b.{0,30}?\b(?:names?|named entit(?:y|ies)|entit(?:y|ies)|places|dates|organi[sz]ations|companies|cities|countries|locations|parts? of speech|people|persons)\b"
         r"(?:(?: of|,| and|,and)* (?:the )?(?:names?|people|persons|places|dates|organi[sz]ations|companies|cities|countries|locations))*|who is (?:mentioned|named)",
         "named entities|entities|names|parts of speech", only=_tags("text", "document", "audio", "quote", "result text"), strict=True, eats="names?|people|persons|places|dates|mentioned|all|appear|occur|tags?"),
    Rule("token-classification", r"(?:find|extract|list|mark|tag|recogni[sz]e|identify|detect|which|what)\b(?: (?:all|the|any|are))* (?:names?|named entit(?:y|ies)|entit(?:y|ies)|dates|organi[sz]ations)\b",
         only=_IMAGES, strict=True, eats="names?|people|persons|places|dates|mentioned|all|appear|occur"),
    Rule("translation", r"translat(?:e|ing|ion)\b|(?:put|turn|convert|say|write|rewrite)\b(?=.{0,80}?\b(?:in)?to (?:" + LANGUAGE + r")\b)", "translation", bare=True),
    Rule("summarization", r"summ?ari[sz](?:e|ing)\b|sum(?: \w+){0,3}? up\b|shorten\b|condense\b|tl;?dr\b|boil\b.{0,30}? down|abridge\b"
         r"|what (?:is|are|was)\b.{0,60}? about\b|what's .{0,60}? about\b|what (?:it|this|that|they|both|each|TOKEN|the \w+)(?: (?:is|are|was|deals?))? (?:all )?(?:about|with)\b|what are the (?:main|key) (?:points|ideas)"
         .replace("TOKEN", TOKEN), r"summar(?:y|ies)|gist|abstract|overview|outline of the text|tl;?dr|main (?:points|ideas)|key (?:points|ideas)|essence",
         eats=r"all|about|up|down|main|key|points|ideas|briefly|short|shortly|brief|text"),
    Rule("summarization", r"(?:make|write|create|give me|produce)\b(?=.{0,120}?\b(?:shorter|briefer|more concise)\b)", only=_tags("text", "document", "quote", "result text"), strict=True,
         eats="shorter|briefer|more|concise|bit|lot|little|much|version"),
    Rule("hed-control", rf"{_any('hed')}\b", r"soft edges|hed(?: (?:edges|map|lines))?|soft outlines?", eats="edges|map"),
    Rule("mlsd-control", r"mlsd\b", r"straight lines|mlsd(?: (?:lines|map))?|line segments", eats="lines|map"),
    Rule("normal-control", "", r"(?:surface )?normals|normal maps?", eats="map"),
    Rule("openpose-control", r"(?:how (?:is|are)|in what pose)\b.{0,40}?\bpos(?:ed|ing|es?)\b", r"poses?|skeletons?|body (?:pose|keypoints)|stick figures?|openpose(?: map)?",
         eats=r"pose|people|persons?|body|(?:of|as) (?:the|a|an) \w+"),
    Rule("canny-control", r"edge[- ]detect(?:ion)?\b|canny\b(?: edge)?|outline\b|trace\b(?: (?:the|its|their))?(?: edges)?", r"edges?(?: (?:map|picture|image|detection|drawing|lines))?|outlines?|contours?|canny(?: (?:edges?|map))*", eats="edges?|detection|lines|map"),
    Rule("depth-estimation", r"how (?:far|deep)\b", r"depths?(?: (?:map|estimation|image|picture))?|distances?", eats="map|away|things|objects|depth|everything|far"),
    Rule("mask-generation", r"segment everything|mask everything|segment (?:\w+ )?(?:without labels)", r"masks?(?: for everything)?", eats="everything|all|without|labels|objects|things|stands"),
    Rule("image-segmentation", r"segment\b(?: out)?|cut out (?P<labels>.+?)(?= (?:of|from|in)\b)|separate the (?:areas|regions|objects)", r"segments|segmentation|areas|regions", eats="areas|regions|objects|things|parts|its"),
    Rule("object-detection", rf"{_SEEK}(?: (?:all|the|any|every|of|out|there))* ?\b(?:{_ANY_LABEL})\b", _ANY_LABEL, eats=rf"{_SEEK}|seen|visible|shown|appear|see|present|{_ANY_LABEL}"),
    Rule("object-detection", rf"{_SEEK}(?: (?:all|the|any|every|of|what|out|there|different))* ?\b(?:objects?|things?|items?|everything)\b|object detection|what (?:objects?|things?|items?)\b",
         "objects|bounding boxes", eats=rf"{_SEEK}|seen|visible|shown|appear|see|present|objects?|things|items|label"),
    Rule("image-to-video", r"animate\b|(?:make|create|generate|produce|turn|convert)\b(?=.{0,60}?\b(?:video|film|movie|animation)\b)", only=_IMAGES, strict=True,
         eats="video|film|movie|animation|a|short|clip|out"),
    Rule("text-to-video", rf"{_MAKE}(?: me| us)?(?: an?| the| some)?(?: (?:short|new|brief|little|small))* (?:video|film|movie|animation|clip)s?(?: clip)?(?: (?:of|showing|with|that shows|about|where|in which))?",
         r"(?:video|film|movie|animation)s?(?: clip)?(?: (?:of|showing|about))", prompt=True),
    Rule("automatic-speech-recognition", r"transcri(?:be|bing|ption)\b|(?:convert|turn)\b(?=.{0,80}? (?:in)?to (?:plain |editable )?text\b)|write down\b|what (?:is|was|'s|are they|is being)\b.{0,60}? (?:said|saying|spoken|talking about)|what's (?:being )?said|what does .{0,60}? say|what (?:it|he|she|they|TOKEN|the \w+) says?"
         r"|(?:recogni[sz]e|extract|get) (?:the )?(?:speech|words|text)|speech (?:recognition|to text)|listen to\b|read\b|caption\b".replace("TOKEN", TOKEN),
         r"transcripts?|transcriptions?|subtitles", only=_tags("audio"), eats="said|say|says|saying|spoken|speech|words|text|down|heard"),
    Rule("text-to-speech", r"read\b", only=_tags("quote", "result text"), strict=True),
    Rule("", r"(?:read|open|load|look at|see|have a look at|study|view|extract the text|get the text)\b|what does .{0,60}? say", only=_tags("file text", "file table", "result text"), strict=True,
         eats="say|text|content|read|carefully|through"),
    Rule("image-to-text", r"read\b|ocr\b|transcribe\b|(?:convert|turn)\b(?=.{0,80}? (?:in)?to (?:plain |editable )?text\b)|(?:extract|get|copy|recogni[sz]e|find|take|pull|scan|fetch|show|give me|type)(?: out)?(?: all)?(?: the| its| their| any| me)* (?:texts?|words|content|writing|letters)\b|digiti[sz]e\b"
         r"|what(?: is|'s) (?:written|printed|the text)\b|what does .{0,60}? (?:say|read)\b|what (?:it|TOKEN|the \w+) says?|what .{0,40}? (?:is|are) written|text recognition|what text is".replace("TOKEN", TOKEN),
         only=_tags("image", "document", "unknown", "none"), eats=r"say|says|read|out|printed|words|carefully|off|text"),
    Rule("text-generation", r"(?:continue|complete|finish|go on (?:from|with))\b", only=_tags("quote", "file text", "result text"), strict=True, eats="text|story|sentence"),
    Rule("fill-mask", r"fill(?: in)?\b.{0,20}? (?:blanks?|mask|gaps?|masked word)|(?:predict|guess|which|what)\b.{0,20}? (?:masked|missing) word", "masked word|missing word", eats="blank|mask|gap|word|masked|missing"),
    Rule("feature-extraction", r"embed\b|vectori[sz]e\b", r"embeddings?|feature vectors?|features|vectors?", eats="vector|numbers"),
    Rule("table-question-answering", _ANSWER, quote="question", arg="table", only=_tags("table"), strict=True, eats="question|using"),
    Rule("question-answering", _ANSWER, quote="question", arg="context", only=_tags("text"), strict=True, eats="question|questions|using"),
    Rule("visual-question-answering", _ANSWER, quote="question", only=_IMAGES, strict=True, eats="question|using"),
    Rule("document-question-answering", _ANSWER, quote="question", only=_tags("document"), strict=True, eats="question|using"),
    Rule("conversational", r"(?:reply|respond|answer|react)\b(?: to)?|chat(?: with me)?(?: about)?", only=_tags("quote", "result text"), strict=True, eats="reply|answer|message"),
    Rule("summarization", r"describe\b", only=_tags("text", "document"), strict=True),
    Rule("image-to-text", rf"{_IN_IT}", only=_tags("document"), strict=True, eats="shows?|seen|see|shown|depicted"),
    Rule("image-text-to-text", rf"(?:describe|caption|explain)\b(?:[ ,]+(?:{TOKEN}|{_PLAIN}))*\s*$|{_IN_IT}|explain what is in (?:the |this )?(?:{TOKEN}|picture|image|photo)",
         r"captions?|descriptions?", arg="image", fixed={"text": "Describe the picture."}, only=_tags("image", "none"), eats="shows?|seen|see|shown|depicted|happening"),
    Rule("image-text-to-text", r"(?:describe|caption|explain)\b", only=_IMAGES, clause="text"),
    Rule("text2text-generation", r"(?:rewrite|rephrase|paraphrase|correct|proofread|simplify|reword|polish|fix|formali[sz]e|improve)\b", only=_tags("text", "document", "audio"), strict=True, instruct=True),
    Rule("text-to-image", rf"{_MAKE}(?: me| us)?(?:(?: an?| some| one| another)?(?: (?:new|nice|beautiful|good|small|big|pretty))* {_PICTURE}| the {_PICTURE}(?= (?:of|showing)))(?: (?:of|showing|with|that shows|depicting|for|about|which shows|where|in which))?\b"
         rf"|{_MAKE}(?: me| us)? (?=(?:an?|the|some|another)?(?: \w+)? ?{_ART}\b)|(?:draw|paint|sketch|illustrate|imagine|render)(?: me| us)?\b(?! (?:the |this |my |over |on )?(?:{TOKEN}|it\b))",
         rf"{_PICTURE} (?:of|showing|that shows|depicting)\b|(?={_ART} (?:of|showing)\b)", prompt=True),
    Rule("image-to-image", r"(?:turn|transform|change|edit|restyle|stylis[sz]e|colou?ri[sz]e|sharpen|upscale|enhance|denoise|restore|retouch|blur|crop|brighten|darken|deblur|improve|fix|make|convert|remove|replace|add|paint|redraw|erase)\b",
         only=_IMAGES, strict=True, clause="text"),
    Rule("audio-to-audio", r"(?:denoise|clean|enhance|separate|isolate|remove|improve|split|filter|restore)\b", only=_tags("audio"), strict=True,
         eats=r"up|noise|background|voices?|speakers?|recording|speech|audio|from|vocals|music|hiss|hum|sources|quality"),
    Rule("image-text-to-text", r"(?:write|compose|invent|make up|tell|give|suggest|think of|come up with)\b", only=_IMAGES, strict=True, clause="text"),
    Rule("text-generation", r"(?:write|compose|invent|make up|come up with|tell me|brainstorm|suggest)\b(?=.{0,40}?\b(?:story|poem|song|essay|letter|e-?mail|article|haiku|joke|limerick|tale|speech|recipe|slogan|post|tweet|paragraph|text|names?|ideas)\b)", clause="text", instruct=True),
    Rule("object-detection", rf"{_SEEK}(?P<labels> .+?)(?= (?:in|on|from|of|are|is|there|can|do|visible|shown)\b|\s*$)", only=_IMAGES, strict=True, eats=r"are|there|seen|visible|see|shown|present"),
)  # fmt: skip
"""Every row, the special ones before the general."""

QUESTION = re.compile(
    r"(?:what|who|whom|whose|which|where|when|why|how|is|are|was|were|does|do|did|can|could|has|have|will|should)\b",
    re.I,
)
ASKS = re.compile(r"(?:what|who|whom|whose|why|how)\b", re.I)

QUESTIONS: tuple[Rule, ...] = (
    Rule("visual-question-answering", only=_IMAGES, arg="image", clause="question"),
    Rule("document-question-answering", only=_tags("document"), arg="document", clause="question"),
    Rule("table-question-answering", only=_tags("table"), arg="table", clause="question"),
    Rule("question-answering", only=_tags("text", "audio"), arg="context", clause="question"),
)
"""Who answers a question that no row knows, by what it is asked of."""

CONTROLLED: Mapping[str, str] = {
    "canny-control": "canny-text-to-image",
    "hed-control": "hed-text-to-image",
    "mlsd-control": "mlsd-text-to-image",
    "normal-control": "normal-text-to-image",
    "openpose-control": "openpose-text-to-image",
    "depth-estimation": "depth-text-to-image",
    "image-segmentation": "seg-text-to-image",
}
"""Which task makes a picture that is held to the result of which (ControlNet)."""

NESTED = frozenset(
    {
        "summarization",
        "translation",
        "automatic-speech-recognition",
        "image-to-text",
        "image-text-to-text",
        "object-detection",
        "token-classification",
        *CONTROLLED,
    }
)
"""The task types whose result may be the subject of another: "read a summary aloud"."""


@functools.cache
def begins(rule: Rule) -> re.Pattern[str]:
    """Return the pattern that the beginning of a clause has where it asks for what a row does; `noun` if only named."""
    forms = [rf"(?:{rule.verbs})"] if rule.verbs else []
    if rule.nouns:
        forms.append(rf"(?P<do>(?:{_DO})(?: me| us)?(?: out)? )?(?P<noun>{_DET}(?:{rule.nouns}))(?![\w-])")
    return re.compile("|".join(forms), re.I | re.DOTALL)


@functools.cache
def named(rule: Rule) -> re.Pattern[str]:
    """Return the pattern of a row's result inside a clause, with its article: "a summary", "its edges"."""
    return re.compile(
        rf"(?P<det>\b(?:the|a|an|its|their|this|that|these|those|same|short|brief)\b )*\b(?:{rule.nouns})\b", re.I
    )
