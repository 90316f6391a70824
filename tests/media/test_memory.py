"""A document of 100 MB costs a process at most 32 MB: measured in a process of its own."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MB = 1 << 20
PROGRAM = """
import sys
from pathlib import Path
from safarichat.ground.outbound import ask
from safarichat.ground.spooling import Spool
from safarichat.ground.storing import Store
from safarichat.ground.talks import Call, FilePart

def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) // 1024

url, folder = sys.argv[1], Path(sys.argv[2])
store = Store.of("", folder / "kept")
ask(Call(name="warm up", method="GET", url=url + "/small"))
before = peak()
with Spool(folder, 100 << 20) as spool:
    call = Call(name="down", method="GET", url=url + "/large", is_download=True, max_bytes=100 << 20, timeout_s=60)
    assert ask(call, hand=spool).status == 200
    assert spool.size == 100 << 20
    store.put("1/large", spool.chunks())

class Stored:
    size = 100 << 20
    def write(self, chunk): raise AssertionError
    def chunks(self): return store.chunks("1/large")

form = {"messaging_product": "whatsapp"}
call = Call(name="up", method="POST", url=url, form=form, file=FilePart("a.pdf", "application/pdf"), timeout_s=60)
answer = ask(call, hand=Stored())
assert int(answer.body) > 100 << 20, answer
print(peak() - before)
"""


class Shelf(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        size = 100 * MB if self.path == "/large" else 1
        self.send_response(200)
        self.send_header("content-length", str(size))
        self.end_headers()
        for _ in range(max(1, size // MB)):
            self.wfile.write(b"x" * min(MB, size))

    def do_POST(self) -> None:
        left = length = int(self.headers["content-length"])
        while left:
            left -= len(self.rfile.read(min(left, MB)))
        said = str(length).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet: pytest shows enough."""


def test_a_document_of_100_mb_is_never_in_memory(tmp_path: Path) -> None:
    """Down from a provider, into the store, out of it and up to a provider."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    command = [sys.executable, "-c", PROGRAM, f"http://127.0.0.1:{server.server_port}", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    server.shutdown()
    server.server_close()
    assert done.returncode == 0, done.stderr
    print(f"{done.stdout.strip()} MB more than before")
    assert int(done.stdout) <= 32
