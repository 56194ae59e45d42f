"""A server of files on the loopback: what is laid on it is given, however a test wants it."""

import http.server
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

Handler = http.server.BaseHTTPRequestHandler
Way = Callable[[Handler], None]


class _Handler(Handler):
    server: "_Server"

    def do_GET(self) -> None:
        self.server.owner.seen.append(self.path)
        way = self.server.owner.ways.get(self.path.partition("?")[0])
        if way is None:
            self.send_error(404)
        else:
            try:
                way(self)
            except (BrokenPipeError, ConnectionResetError):
                self.server.owner.left.set()

    def log_message(self, *args: object) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    owner: "FileServer"
    daemon_threads = True


class FileServer:
    """Gives files at paths. `seen` are the paths that were asked for, `left` is set when somebody hung up in a body."""

    def __init__(self, secure: ssl.SSLContext | None = None) -> None:
        self._http = _Server(("127.0.0.1", 0), _Handler)
        if secure is not None:
            self._http.socket = secure.wrap_socket(self._http.socket, server_side=True)
        self._http.owner = self
        self.ways: dict[str, Way] = {}
        self.seen: list[str] = []
        self.left = threading.Event()
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,))

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def give(
        self, path: str, body: bytes, media_type: str = "", *, status: int = 200, length: bool = True, **headers: str
    ) -> str:
        """Give a body at a path and return its URL."""

        def way(handler: Handler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            if media_type:
                handler.send_header("Content-Type", media_type)
            if length:
                handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.ways[path.partition("?")[0]] = way
        return self.url(path)

    def lead(self, path: str, to: str) -> str:
        """Redirect from a path."""
        return self.give(path, b"", status=302, Location=to)

    def endless(self, path: str, block: bytes) -> str:
        """Give blocks until somebody hangs up."""

        def way(handler: Handler) -> None:
            handler.send_response(200)
            handler.end_headers()
            while not self.closing.is_set():
                handler.wfile.write(block)

        self.ways[path] = way
        return self.url(path)

    def silent(self, path: str, head: bytes = b"") -> str:
        """Give the beginning of a body and then nothing more."""

        def way(handler: Handler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "1000000")
            handler.end_headers()
            handler.wfile.write(head)
            handler.wfile.flush()
            self.closing.wait(60)

        self.ways[path] = way
        return self.url(path)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
