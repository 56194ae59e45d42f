"""Stage 1: a request becomes a plan, task by task, by rules or by an LLM."""

from hgtui.planning.rules import RulePlanner, mentioned

__all__ = ["RulePlanner", "mentioned"]
