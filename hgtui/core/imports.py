"""What the imports of a large library leave behind: it stays for good, so the cyclic collector need not look at it."""

import functools
import gc


@functools.cache
def settled(library: str) -> None:
    """Say that a large library has been imported: all objects so far are taken out of the collector's way (gc.freeze).

    Once for each library. A full collection walks through everything that lives, which with the clients of openai and
    huggingface_hub is a pause of 20 to 40 ms, several times in a run of 30 tasks: a quarter of its processor time
    (python -m benchmarks.hub). What is unreachable at this moment and part of a cycle stays too: little, and only once.
    """
    gc.freeze()
