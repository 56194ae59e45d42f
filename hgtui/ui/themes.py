"""The colours of the workbench, named by what they mean: good, bad, warn, busy, accent, dim. Each state has a sign besides.

The stylesheets in styles/ take the variables of these names ($good, $dim …). In "dark" and "light" every text has a
contrast of 4.5 to 1 or more on each ground that it can stand on (WCAG 2.2, 1.4.3). The "ansi" themes leave all colours to
the terminal: its own 16, its own ground.
"""

from typing import NamedTuple

from textual.theme import BUILTIN_THEMES, Theme

DARK, LIGHT, ANSI_DARK, ANSI_LIGHT = "dark", "light", "ansi-dark", "ansi-light"
NAMES = (DARK, LIGHT, ANSI_DARK, ANSI_LIGHT)
"""What the setting `theme` can be."""


class Colours(NamedTuple):
    """What each colour means. `ground`, `surface`, `panel`, `cursor` and `here` lie behind a text, the others are its own."""

    ground: str
    surface: str
    panel: str
    cursor: str
    here: str
    text: str
    dim: str
    good: str
    bad: str
    warn: str
    busy: str
    accent: str
    frame: str


GROUNDS = ("ground", "surface", "panel", "cursor", "here")
TEXTS = ("text", "dim", "good", "bad", "warn", "busy", "accent")
COLOURS = {
    DARK: Colours(
        ground="#121212", surface="#1e1e1e", panel="#242a30", cursor="#123a5a", here="#1e1e1e",
        text="#e4e4e4", dim="#a2a8ae", good="#7fdc9c", bad="#ff9aa8", warn="#ffc46b", busy="#6fd8e4", accent="#93c1ff",
        frame="#4d5257",
    ),
    LIGHT: Colours(
        ground="#fafaf8", surface="#f0f0ee", panel="#e3e6e8", cursor="#c6ddf4", here="#ececea",
        text="#1b1b1b", dim="#50565b", good="#0f5c2a", bad="#9b1034", warn="#6d4200", busy="#00545f", accent="#0a4690",
        frame="#a9adb1",
    ),
}  # fmt: skip


def _own(name: str) -> Theme:
    colours = COLOURS[name]
    return Theme(
        name=name,
        dark=name == DARK,
        primary=colours.accent,
        secondary=colours.busy,
        accent=colours.busy,
        success=colours.good,
        warning=colours.warn,
        error=colours.bad,
        foreground=colours.text,
        background=colours.ground,
        surface=colours.surface,
        panel=colours.panel,
        variables={
            **{one: getattr(colours, one) for one in ("good", "bad", "warn", "busy", "dim")},
            "meant": colours.accent,  # $accent is one of Textual's own
            "dim-style": "none",
            "cursor-style": "none",
            "frame": colours.frame,
            "cursor-ground": colours.cursor,
            "here-ground": colours.here,
            "text": colours.text,
            "text-muted": colours.dim,
            "text-disabled": colours.dim,
            "text-primary": colours.accent,
            "text-secondary": colours.busy,
            "text-accent": colours.busy,
            "text-success": colours.good,
            "text-warning": colours.warn,
            "text-error": colours.bad,
            "primary-muted": colours.cursor,
            "block-cursor-foreground": colours.text,
            "block-cursor-background": colours.cursor,
            "block-cursor-blurred-foreground": colours.text,
            "block-cursor-blurred-background": colours.cursor,
            "input-selection-background": colours.cursor,
            "link-color": colours.accent,
        },
    )


def _of_terminal(name: str) -> Theme:
    dark = name == ANSI_DARK
    blue, warn = ("ansi_bright_blue", "ansi_yellow") if dark else ("ansi_blue", "ansi_magenta")
    return Theme(
        name=name,
        ansi=True,
        dark=dark,
        primary=blue,
        secondary="ansi_cyan",
        accent="ansi_cyan",
        success="ansi_green",
        warning=warn,
        error="ansi_red",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables={
            **BUILTIN_THEMES[name].variables,
            "good": "ansi_green",
            "bad": "ansi_red",
            "warn": warn,
            "busy": "ansi_cyan",
            "meant": blue,
            "dim": "ansi_default",
            "dim-style": "dim",
            "frame": "ansi_bright_black" if dark else "ansi_white",
            "cursor-ground": "ansi_default",
            "cursor-style": "reverse",  # readable whatever the terminal makes of its colours
            "here-ground": "ansi_default",
            "input-cursor-background": "ansi_default",
            "input-cursor-foreground": "ansi_default",
            "input-cursor-text-style": "reverse",
            "scrollbar": "ansi_bright_black" if dark else "ansi_white",
            **{f"scrollbar-{one}": "ansi_default" for one in ("background", "background-hover", "background-active")},
            "scrollbar-corner-color": "ansi_default",
            "border": blue,
        },
    )


def theme_of(name: str) -> Theme:
    """Return the theme of one of `NAMES`."""
    return _own(name) if name in COLOURS else _of_terminal(name)
