"""hgtui: HuggingGPT in a terminal, with a person in the loop."""

__version__ = "0.1.0"
