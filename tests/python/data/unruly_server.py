"""A web server on the loopback interface that misbehaves on request."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Serves `content` under any path and notes every request's Range header in `ranges`.

    Attributes
    ----------
    cut_after : list of int
        For each coming request, send only that many bytes and then cut the connection.
    resumes : bool
        Whether Range is honoured.
    statuses : list of int
        For each coming request, answer with this status instead.
    """

    def __init__(self, content: bytes):
        self.content = content
        self.ranges: list[str | None] = []
        self.cut_after: list[int] = []
        self.statuses: list[int] = []
        self.resumes = True
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.answer(self)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/data/set.tar.gz"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range")
        self.ranges.append(wanted)
        if self.statuses:
            request.send_error(self.statuses.pop(0))
            return
        total = len(self.content)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.resumes else 0
        if start >= total:
            request.send_response(416)
            request.send_header("Content-Range", f"bytes */{total}")
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        request.send_header("Content-Length", str(total - start))
        request.end_headers()
        end = start + self.cut_after.pop(0) if self.cut_after else total
        request.wfile.write(self.content[start:end])

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
