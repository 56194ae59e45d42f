"""Stage 3: an approved plan and its assignment become results."""
