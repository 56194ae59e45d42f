"""What a person has set of the workbench itself: its colours, its keys, whether it rings. Nothing heavy is imported here."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Looks:
    """`theme` is one of `themes.NAMES`; `keys` are those of the person by the id of the binding; `bell` whether it rings.

    `pixels` is whether the terminal is asked for graphics, in which a picture is then shown whole.
    """

    theme: str = "dark"
    keys: Mapping[str, str] = field(default_factory=dict)
    bell: bool = True
    pixels: bool = False
