"""Lighthouse's scores of a page, served on loopback as any web server would: compressed.

    python tests/lighthouse.py _output/report.html
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

#: The last version that runs on Node 20; 13 asks for 22.
LIGHTHOUSE = "lighthouse@12.8.2"
LEAST = 98
CATEGORIES = ("performance", "accessibility", "best-practices")
FLAGS = ("--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync")


def serve(page: bytes) -> ThreadingHTTPServer:
    """A server of this one page, at a free port of 127.0.0.1."""
    compressed = gzip.compress(page, mtime=0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/report.html"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(compressed) if found else 0))
            if found:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            if found:
                self.wfile.write(compressed)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def measure(address: str, *options: str) -> dict:
    """Lighthouse's report as data."""
    npx = shutil.which("npx") or sys.exit("npx is missing: on Debian, apt-get install npm")
    chromium = os.environ.get("CHROME_PATH") or shutil.which("chromium") \
        or sys.exit("Chromium is missing: on Debian, apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        run = subprocess.run([npx, "--yes", LIGHTHOUSE, address, "--quiet", "--output=json", f"--output-path={report}",
                              f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={FLAGS}", *options],
                             env={**os.environ, "CHROME_PATH": chromium}, stdout=sys.stderr)
        if run.returncode:
            sys.exit(f"Lighthouse ended with exit code {run.returncode}")
        return json.loads(report.read_text("utf-8"))


def main(path: str) -> int:
    server = serve(Path(path).read_bytes())
    low = False
    for device, options in (("phone", ()), ("desktop", ("--preset=desktop",))):
        report = measure(f"http://127.0.0.1:{server.server_port}/report.html", *options)
        for name in CATEGORIES:
            category = report["categories"][name]
            score = round(100 * category["score"])
            low |= score < LEAST
            print(f"{device:8} {name:15} {score:3}{'' if score >= LEAST else f'  (at least {LEAST} expected)'}")
            for part in category["auditRefs"]:
                audit = report["audits"][part["id"]]
                if part["weight"] and (audit["score"] or 0) < 1 and audit["scoreDisplayMode"] != "notApplicable":
                    print(f"           costs points: {audit['title']} {audit.get('displayValue', '')}"
                          f" (score {audit['score']}, weight {part['weight']})")
    server.shutdown()
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "_output/report.html"))
