"""The composition root and the second front end: the same conductor without a screen."""
