"""Candidates from the Hub: what of it can run a task type today, and any other model of it that a person names."""

from hgtui.selection.hub.catalogue import HubCatalogue
from hgtui.selection.hub.store import HubStore

__all__ = ["HubCatalogue", "HubStore"]
