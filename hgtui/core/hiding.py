"""Secrets taken out of texts: the one rule for every record, message and export."""

import re
from collections.abc import Iterable

SHORT = 8
"""A secret shorter than this, in characters, may be a common word or a part of one."""
_DUMMIES = frozenset(
    {
        *("anything", "api-key", "api_key", "changeme", "dummy-key", "lm-studio", "lmstudio", "llama.cpp", "llamacpp"),
        *("no-key-required", "no_key_required", "not-needed", "not_needed", "not-required", "password", "placeholder"),
        *("sk-no-key-required", "unneeded", "whatever", "your-api-key", "your_api_key"),
    }
)
"""What people set as the key of a server that asks for none."""
_BEFORE = re.compile(
    r"""(?: \b bearer \s+
          | \b (?: authorization | (?:x-)? api [-_ ]? key | access [-_] token | hf_token | openai_api_key )
            ["']? \s* (?: \w+ \s* )? [:=] \s* ["']?
          | [?&] (?: token | key | api_?key | access_token | signature | sig | password ) =
          | :// [^/\s:@]* :
        ) \Z""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before a key: the word of a header, the name of a field, the query or the user of a URL."""
_FAR = 60
"""How many characters before a secret are looked at."""


def is_word(secret: str) -> bool:
    """Say whether a secret may be an ordinary word: it is short, or what people set where no key is asked for."""
    return len(secret) < SHORT or secret.lower() in _DUMMIES


def hidden(text: str, secrets: Iterable[str], instead: str) -> str:
    """Return `text` with `instead` for every secret.

    One that may be an ordinary word is replaced only as a whole word where a key stands: behind ``Bearer``, behind the
    name of a key (``api_key=``), in the query of a URL and before its ``@``. Everywhere else it is a word of the text.
    """
    # The longest first: one secret may begin as another does.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        if secret not in text:
            continue
        text = _among_words(text, secret, instead) if is_word(secret) else text.replace(secret, instead)
    return text


def _among_words(text: str, secret: str, instead: str) -> str:
    def clear(found: re.Match[str]) -> str:
        return instead if _BEFORE.search(text, max(0, found.start() - _FAR), found.start()) else secret

    return re.sub(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", clear, text)
