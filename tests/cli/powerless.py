"""`python -m tests.cli.powerless COMMAND…`: run a command without root's power over file permissions.

A test that makes a folder read-only means nothing to root. This takes CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH out of
the bounding set (capabilities(7)), so that the command has to obey permissions like anybody; a user obeys them anyway.
"""

import ctypes
import os
import sys

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2

if __name__ == "__main__":
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for power in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            if libc.prctl(PR_CAPBSET_DROP, power, 0, 0, 0):
                sys.exit(f"capability {power} cannot be dropped: {os.strerror(ctypes.get_errno())}")
    os.execv(sys.argv[1], sys.argv[1:])
