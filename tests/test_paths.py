"""The stylesheets are found wherever the package lies."""

from pathlib import Path

from hgtui import paths


def test_the_styles_of_a_checkout_lie_beside_the_package() -> None:
    assert paths.styles() == Path(__file__).parent.parent / "styles"
