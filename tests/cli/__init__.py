"""The command line as a process: what goes in, what comes out, how it ends."""
