"""The places where a task can run; the scheduler calls them all the same way."""
