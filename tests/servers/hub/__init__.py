"""The Hub on loopback, for the real client: its API, the inference router, and the providers' own replies."""

from tests.servers.hub.calls import Call
from tests.servers.hub.faults import RIGHT, Cut, Dripped, Endless, Held, Lying, Redirect, Slow
from tests.servers.hub.made import Made, as_json, picture, picture_bomb
from tests.servers.hub.models import HOSTILE, HOSTILE_MODELS, MODELS, Listed, Offer
from tests.servers.hub.server import TOKEN, HubServer

__all__ = [
    "HOSTILE",
    "HOSTILE_MODELS",
    "MODELS",
    "RIGHT",
    "TOKEN",
    "Call",
    "Cut",
    "Dripped",
    "Endless",
    "Held",
    "HubServer",
    "Listed",
    "Lying",
    "Made",
    "Offer",
    "Redirect",
    "Slow",
    "as_json",
    "picture",
    "picture_bomb",
]
