"""Markdown to be read, on several threads at once. Import it late: the library costs start-up time.

mdurl 0.1, which markdown-it-py reads links with, puts its tables where other threads find them before they are filled: a
second thread that meets a link meanwhile raises IndexError. They are filled here, while this is imported, which only one
thread does and all others wait for.
"""

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink, normalizeLinkText

__all__ = ["MarkdownIt"]

_LINK = "https://example.org/a%20b"
normalizeLink(_LINK)
normalizeLinkText(_LINK)
