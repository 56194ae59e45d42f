"""The plan as a drawn graph. Nothing here knows Textual: what is drawn follows from rows and edges alone."""
