"""A text as a stranger would write it to take over a terminal: markup of the screen, escapes, bidi, invisible tags."""

EVIL = "[@click=app.quit]x[/] [/x] [bold\x1b]52;c;cHduZWQ=\x07\x1b[2J\x9b31m\x90q\x9c\u202eevil\u2066\ufeff\U000e0041\x00 ]"
EVIL_ID = EVIL.translate({ord(sign): None for sign in "@# "})
"""What of it can stand in the name of a candidate."""
