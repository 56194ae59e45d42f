"""Extractive summary: LexRank (Erkan and Radev 2004), own code on networkx."""

import math
import re
from collections import Counter, defaultdict

from hgtui.execution.endpoints.embedded import files, prose
from hgtui.execution.wire import EngineCall, Output, Progress

LIMIT = 600
"""Sentences that are compared: the work grows with their square."""
THRESHOLD, DAMPING = 0.1, 0.85
"""Sentences less alike than this are not linked; the share of the walk that follows links (both from the paper)."""
_HUB = -1
_ENDS = ".!?…。！？\"'”’)"

_STOP_WORDS = """
a about after all also an and any are as at be been but by can could did do does for from had has have he her him
his how i if in into is it its just may more most my no not of on one only or other our out over she should so
some such than that the their them then there these they this to up us was we were what when which who will with
would you your
aber als am an auch auf aus bei das dem den der des die ein eine einen einer es für hat ich im in ist mit nicht
oder sich sie sind so und von war was wie wir zu zum zur
au aux avec ce ces dans de des du elle en est et il ils la le les leur mais ne nous on ou par pas pour que qui sa
se ses son sur un une vous y
al como con del el ella es esta este la las lo los más no para pero por que se sin su sus un una
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""The commonest words of English, German, French and Spanish."""


def run(call: EngineCall, progress: Progress) -> list[Output]:
    """Return the most central sentences of `text`, as they stand and in their order; one to five of them."""
    text = files.text_of(call, "text").strip()
    if not text:
        raise files.bad_input("There is no text to summarize.")
    sentences = prose.sentences(text)
    notes = ["These sentences stand in the text: nothing was rewritten."]
    if len(sentences) <= 2:
        notes = ["The text is too short to be summarized and is given whole."]
        return [Output("text", "text/plain", text=text, notes=tuple(notes))]
    if len(sentences) > LIMIT:
        notes.append(f"Only the first {LIMIT} of {len(sentences)} sentences were considered.")
    sentences = sentences[:LIMIT]
    # A heading is no sentence: it would stand in the summary as a scrap.
    sentences = [sentence for sentence in sentences if sentence[-1] in _ENDS or len(sentence.split()) > 8] or sentences
    wanted = max(1, min(5, round(len(sentences) / 3)))
    scores = _centrality(_vectors(sentences))
    best = sorted(range(len(sentences)), key=lambda place: (-scores[place], place))[:wanted]
    chosen = " ".join(sentences[place] for place in sorted(best))
    return [Output("text", "text/plain", text=chosen, notes=tuple(notes))]


def _vectors(sentences: list[str]) -> list[dict[str, float]]:
    """Return the unit tf-idf vector of each sentence."""
    counts = [
        Counter(word for word in re.findall(r"\w+", sentence.casefold()) if word not in STOP_WORDS)
        for sentence in sentences
    ]
    seen = Counter(word for count in counts for word in count)
    vectors = []
    for count in counts:
        weights = {word: times * (math.log(len(sentences) / seen[word]) + 1) for word, times in count.items()}
        norm = math.hypot(*weights.values())
        vectors.append({word: weight / norm for word, weight in weights.items()})
    return vectors


def _centrality(vectors: list[dict[str, float]]) -> dict[int, float]:
    """Return each sentence's PageRank in the graph of likeness.

    networkx computes PageRank with SciPy, which is not among what hgtui needs. The jump to anywhere goes through a node of
    its own instead, so that the eigenvector centrality of the whole (pure Python) is in proportion to PageRank.
    """
    import networkx as nx

    graph = nx.DiGraph()
    likeness = _likeness(vectors)
    for place in range(len(vectors)):
        links = likeness[place]
        total = sum(links.values())
        for other, alike in links.items():
            graph.add_edge(place, other, weight=DAMPING * alike / total)
        graph.add_edge(place, _HUB, weight=1 - DAMPING if links else 1.0)
        graph.add_edge(_HUB, place, weight=1 / len(vectors))
    return dict(nx.eigenvector_centrality(graph, max_iter=2000, tol=1e-7, weight="weight"))


def _likeness(vectors: list[dict[str, float]]) -> list[dict[int, float]]:
    """Return for each sentence the cosine of those alike enough, found through the words that they share."""
    having: dict[str, list[int]] = defaultdict(list)
    for place, vector in enumerate(vectors):
        for word in vector:
            having[word].append(place)
    rows = []
    for place, vector in enumerate(vectors):
        row: dict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            for other in having[word]:
                if other != place:
                    row[other] += weight * vectors[other][word]
        rows.append({other: alike for other, alike in row.items() if alike >= THRESHOLD})
    return rows
