"""Stage 4: request, plan, assignments and results become the answer."""
