"""Engines that work with no key and no network. Each module imports its engine inside its functions only: in a child process."""
