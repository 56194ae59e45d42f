"""Which layer each task of a graph stands in: behind all that it waits for. A ring is opened by turning an edge round."""

from collections.abc import Mapping, Sequence

Edge = tuple[str, str]
"""What gives a result, and what waits for it."""


def turned(nodes: Sequence[str], edges: Sequence[Edge]) -> frozenset[Edge]:
    """Return the edges that must be turned round so that no ring is left: none where there is no ring.

    `edges` are between different `nodes`. Those are found that lead back on a walk along the edges, in the order of the
    nodes (depth first, as in any topological sort).
    """
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for giver, reader in edges:
        after[giver].append(reader)
    waiting = {reader for _, reader in edges}
    back: set[Edge] = set()
    done: dict[str, bool] = {}
    for root in (*(node for node in nodes if node not in waiting), *nodes):
        if root in done:
            continue
        done[root] = False
        ahead = [(root, iter(after[root]))]
        while ahead:
            node, others = ahead[-1]
            for other in others:
                if other not in done:
                    done[other] = False
                    ahead.append((other, iter(after[other])))
                    break
                if not done[other]:
                    back.add((node, other))
            else:
                done[node] = True
                ahead.pop()
    return frozenset(back)


def ranks(nodes: Sequence[str], edges: Sequence[Edge], least: Mapping[str, int] | None = None) -> dict[str, int]:
    """Return for each node the length of the longest way to it, along `edges` that have no ring.

    No node gets less than `least` says.
    """
    after: dict[str, list[str]] = {node: [] for node in nodes}
    left = dict.fromkeys(nodes, 0)
    for giver, reader in edges:
        after[giver].append(reader)
        left[reader] += 1
    least = least or {}
    found = {node: least.get(node, 0) for node in nodes}
    ahead = [node for node in nodes if not left[node]]
    for node in ahead:
        for reader in after[node]:
            found[reader] = max(found[reader], found[node] + 1)
            left[reader] -= 1
            if not left[reader]:
                ahead.append(reader)
    return found
