"""What the calls of a run took, in few words: calls, tokens, money."""

from collections.abc import Sequence

from hgtui.core import events as ev
from hgtui.core.text import plural


def spent(calls: Sequence[ev.Called | ev.SentAgain]) -> str:
    """Return "3 calls  3.5k tok  $0.002"; "~" marks an estimate, "-" a cost that is not known."""
    if not calls:
        return ""
    about = "~" if any(call.estimated for call in calls) else ""
    return f"{plural(len(calls), 'call')}  {about}{_tokens(calls)}  {_money(calls, about)}"


def _tokens(calls: Sequence[ev.Called | ev.SentAgain]) -> str:
    count = sum(call.tokens_in + call.tokens_out for call in calls)
    if count < 1_000:
        return f"{count} tok"
    return f"{count / 1_000:.1f}k tok" if count < 1_000_000 else f"{count / 1_000_000:.1f}M tok"


def _money(calls: Sequence[ev.Called | ev.SentAgain], about: str) -> str:
    known = [call.usd for call in calls if call.usd is not None]
    if not known:
        return "-"
    usd = sum(known)
    words = f"${usd:.2f}" if usd >= 1 or usd == 0 else f"${usd:.3f}" if usd >= 0.001 else "<$0.001"
    more = " + ?" if len(known) < len(calls) else ""
    return f"{about}{words}{more}"
