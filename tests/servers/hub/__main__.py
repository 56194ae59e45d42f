"""`python -m tests.servers.hub`: the Hub to drive hgtui against by hand."""

import argparse
import contextlib
import threading

from tests.servers.hub.faults import BY_NAME, RIGHT
from tests.servers.hub.server import TOKEN, HubServer


def _lay(server: HubServer, text: str) -> None:
    """ROUTE=KIND for every request, ROUTE=KIND:n for the n-th one alone."""
    pattern, _, kind = text.partition("=")
    kind, _, number = kind.partition(":")
    if kind not in BY_NAME:
        raise SystemExit(f"There is no fault {kind!r}. There are: {', '.join(BY_NAME)}.")
    if number:
        server.when(pattern, *[RIGHT] * (int(number) - 1), BY_NAME[kind])
    else:
        server.always(pattern, BY_NAME[kind])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.hub", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--listing", type=float, default=0, help="seconds before an answer of the Hub")
    parser.add_argument("--infer", type=float, default=0, help="seconds before an answer of a provider")
    parser.add_argument("--polls", type=int, default=1, help="the poll at which a queued job is done")
    parser.add_argument("--granted", action="append", default=[], help="a gated model that may be used, * for all")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="ROUTE=KIND[:n]",
        help=f"what a route does, always or at request n; routes as in tests.servers.hub.calls; kinds: {', '.join(BY_NAME)}",
    )  # fmt: skip
    options = parser.parse_args()
    server = HubServer(
        port=options.port,
        listing_s=options.listing,
        infer_s=options.infer,
        polls=options.polls,
        granted=options.granted,
    )
    for fault in options.fault:
        _lay(server, fault)
    with server, contextlib.suppress(KeyboardInterrupt):
        print(f"export HF_ENDPOINT={server.url} HGTUI_ROUTER_URL={server.router} HF_TOKEN={TOKEN}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
