"""What a call costs, in US dollars: the person's own prices, else genai-prices; unknown is None, never 0."""

from collections.abc import Callable
from dataclasses import dataclass

from hgtui.llm.address import is_loopback
from hgtui.llm.values import Usage

PER = 1_000_000
"""Prices are for a million tokens."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens in and out; `exact` prices a whole call where tiers and caches are known."""

    usd_in: float
    usd_out: float
    exact: Callable[[Usage], float] | None = None

    def cost(self, usage: Usage) -> float:
        """Return the price of a call in US dollars."""
        if self.exact is not None:
            return self.exact(usage)
        return self.about(usage)

    def about(self, usage: Usage) -> float:
        """Return the price without tiers and caches, for an estimate."""
        return (usage.tokens_in * self.usd_in + usage.tokens_out * self.usd_out) / PER


def price_of(base_url: str, model: str, price_in: float | None = None, price_out: float | None = None) -> Price | None:
    """Return the price of a model at a server, None where it is not known; own prices go before the table's.

    Reads the table that is packaged with genai-prices, never the network. Its import takes 0.2 s: call this in a thread.
    """
    if price_in is not None and price_out is not None:
        return Price(price_in, price_out)
    known = _from_table(base_url, model)
    if known is None or (price_in is None and price_out is None):
        return known
    return Price(known.usd_in if price_in is None else price_in, known.usd_out if price_out is None else price_out)


def _from_table(base_url: str, model: str) -> Price | None:
    # No table knows a server on this machine, whatever its model is called.
    if is_loopback(base_url):
        return None
    import genai_prices

    def exact(usage: Usage) -> float:
        counted = genai_prices.Usage(
            input_tokens=usage.tokens_in, output_tokens=usage.tokens_out, cache_read_tokens=usage.cached
        )
        return float(genai_prices.calc_price(counted, model, provider_api_url=base_url).total_price)

    try:
        small = exact(Usage(1000, 0)), exact(Usage(0, 1000))
    except LookupError:
        return None
    return Price(small[0] * PER / 1000, small[1] * PER / 1000, exact)
