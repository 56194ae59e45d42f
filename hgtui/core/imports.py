"""The cyclic collector kept from what stays for good, and from holding up a key."""

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


SELDOM = 10_000
"""How many objects are made between two looks at the youngest; Python's own 700 is meant for small programs."""


def seldom_collected() -> None:
    """Take what is there out of the collector's way, and let it run more seldom from now on.

    With a plan of 1,000 tasks on the screen a full collection is a pause of 20 to 30 ms, which a key feels; few of the
    objects of this program are part of a cycle.
    """
    gc.freeze()
    gc.set_threshold(SELDOM, 10, 10)
    gc.enable()
