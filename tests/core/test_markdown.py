"""Markdown is read on several threads at once, from the first one on."""

import subprocess
import sys

RACE = """
import threading
import mdurl._decode, mdurl._encode

failed, others = [], []

def read():
    try:
        from hgtui.core.markdown import MarkdownIt
        MarkdownIt().parse("[a](https://example.org/%41b) and <https://example.org/%41b>")
    except Exception as error:
        failed.append(repr(error))

class Table(dict):
    "Lets another thread read as soon as a table can be found, before it is filled."
    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        if not others:
            others.append(threading.Thread(target=read))
            others[0].start()
            others[0].join(timeout=0.5)  # one that waits for this thread goes on afterwards

MODULE.TABLE = Table()
read()
assert others, "nothing was looked up"
others[0].join()
print(*failed)
"""


def raced(module: str, table: str) -> str:
    code = RACE.replace("MODULE", module).replace("TABLE", table)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_link_is_read_by_one_thread_while_another_reads_its_first() -> None:
    assert raced("mdurl._encode", "encode_cache").strip() == ""
    assert raced("mdurl._decode", "decode_cache").strip() == ""
