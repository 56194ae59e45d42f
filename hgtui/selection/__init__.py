"""Stage 2: a plan becomes candidates and an assignment for each task."""
