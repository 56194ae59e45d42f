"""An engine that asks for more memory than it may take, in each of the ways in which engines do."""

import os

from hgtui.execution.wire import EngineCall, Output, Progress, gives_up


def run(call: EngineCall, progress: Progress) -> list[Output]:
    """Ask for a gigabyte as the task says."""
    match call.task:
        case "python":
            return [Output("text", "text/plain", text=str(len(bytearray(1_000_000_000))))]
        case "numpy":
            import numpy as np

            return [Output("text", "text/plain", text=str(np.ones(1_000_000_000).sum()))]
        case "library":
            import cv2
            import numpy as np

            picture = np.zeros((4_000, 4_000), np.uint8)
            return [Output("text", "text/plain", text=str(cv2.resize(picture, (60_000, 60_000)).shape))]
        case "abort":
            with gives_up("a library"):
                os.abort()
        case _:
            os.abort()
