"""Planning by rules: plain English to a plan, clause by clause, over a table of phrases."""

from hgtui.planning.rules.mentions import mentioned
from hgtui.planning.rules.planner import RulePlanner, propose

__all__ = ["RulePlanner", "mentioned", "propose"]
