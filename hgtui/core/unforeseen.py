"""What is said of an error that nothing foresaw."""

from hgtui.core.text import one_line


def fault(error: BaseException, limit: int = 300) -> str:
    """Say on one line that it is a fault of hgtui, what it is and in which line of hgtui it arose."""
    place, trace = "", error.__traceback__
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("hgtui."):
            place = f" ({name}:{trace.tb_lineno})"
        trace = trace.tb_next
    return f"A fault of hgtui: {one_line(f'{type(error).__name__}: {error}', limit)}{place}"
