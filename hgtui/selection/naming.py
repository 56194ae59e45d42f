"""Which candidate a name means, where the provider may be another than the one that was chosen for it."""

from collections.abc import Iterable

from hgtui.core.model import Candidate, CandidateName


def meant(name: str, candidates: Iterable[Candidate]) -> Candidate | None:
    """Return the candidate of that name; one of the same model at another of its providers is moved there.

    A name without a provider means the candidate at the provider that was chosen for it. None where the name means none.
    """
    few = tuple(candidates)
    exact = next((one for one in few if one.name == name), None)
    if exact is not None:
        return exact
    try:
        asked = CandidateName.parse(name)
    except ValueError:
        return None
    for one in few:
        if (one.endpoint, one.model) != (asked.endpoint, asked.model) or asked.revision not in {None, one.revision}:
            continue
        if asked.provider in {None, one.provider}:
            return one
        if asked.provider in one.providers:
            return one.at(str(asked.provider))
    return None
