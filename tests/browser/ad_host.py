"""An advertising network on this machine: a tag like AdSense's, a consent tool, and a list of who asked for what."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SCRIPT = """
(() => {
  const fill = () => {
    const place = document.querySelector("ins.adsbygoogle:not([data-adsbygoogle-status])");
    if (!place) return;
    place.dataset.adsbygoogleStatus = "done";
    if (UNFILLED) return void (place.dataset.adStatus = "unfilled");
    const frame = document.createElement("iframe");
    frame.src = "HOST/frame";
    frame.width = 300;
    frame.height = 250;
    frame.style.border = "0";
    place.append(frame);
    new Image().src = "HOST/pixel.gif";
    fetch("HOST/auction").catch(() => {});
  };
  const waiting = window.adsbygoogle || [];
  window.adsbygoogle = { push: fill };
  for (const _ of waiting) fill();
})();
"""
CONSENT = """
window.__tcfapi = (command, version, callback) => {
  callback({ eventStatus: "tcloaded", gdprApplies: true, purpose: { consents: { 1: GRANTED } } }, true);
};
"""
TAG = """
<!-- Article, top -->
<script async src="HOST/pagead/js/adsbygoogle.js?client=ca-pub-1" crossorigin="anonymous"></script>
<ins class="adsbygoogle" style="display:block" data-ad-client="ca-pub-1" data-ad-slot="2"></ins>
<script>
     (adsbygoogle = window.adsbygoogle || []).push({});
</script>
"""


class AdHost(ThreadingHTTPServer):
    """The network. `asked` lists the paths; `is_down` makes every answer an error, `is_empty` leaves every slot unfilled."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.tag = TAG.replace("HOST", self.url)
        self.asked: list[str] = []
        self.is_down = False
        self.is_empty = False

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["AdHost"]:
        """The network, until the block ends."""
        host = cls()
        thread = threading.Thread(target=host.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield host
        host.shutdown()
        thread.join(10)
        host.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: AdHost

    def do_GET(self) -> None:
        """Answer, and remember."""
        self.server.asked.append(self.path)
        body, kind = self._answer()
        self.send_response(500 if self.server.is_down else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Set-Cookie", "tracker=1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self) -> tuple[bytes, str]:
        if self.path.startswith("/pagead/js/"):
            unfilled = "true" if self.server.is_empty else "false"
            script = SCRIPT.replace("HOST", self.server.url).replace("UNFILLED", unfilled)
            return script.encode(), "text/javascript"
        if self.path.startswith("/consent-"):
            granted = "true" if "yes" in self.path else "false"
            return CONSENT.replace("GRANTED", granted).encode(), "text/javascript"
        return b"<!doctype html><title>Ad</title><p>A network's ad", "text/html"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
