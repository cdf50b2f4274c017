"""gunicorn's threads, and in front of them its loop, which answers kept pages itself.

To parse a request, hand its connection to a thread and take it back costs ten times what a kept page does. So the loop
looks at what a browser sent without taking it. Where memory holds the answer, it sends it; where not, a thread reads the
same bytes as ever.
"""

import errno
import selectors
import socket
from email.utils import formatdate
from functools import lru_cache, partial
from time import time
from typing import TYPE_CHECKING

from gunicorn import SERVER
from gunicorn.workers.gthread import TConn, ThreadWorker

from carrel.http.response_cache.raw_request import LONGEST_HEAD

if TYPE_CHECKING:
    from carrel.http.response_cache import ResponseCache

NOBODY = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED}


class KeptPagesWorker(ThreadWorker):
    """A process of the web server. A connection gets a thread only for what memory cannot answer."""

    @property
    def cache(self) -> "ResponseCache | None":
        """The kept answers of this process; None where RESPONSE_CACHE is off."""
        return getattr(self.app, "response_cache", None)

    def set_accept_enabled(self, enabled: bool | None) -> None:
        """Take connections, or leave them waiting. A process that ends takes those that wait, and closes the door.

        gunicorn would leave it open until its last connection ends, for seconds: who came in meanwhile would wait for nobody,
        and then be cut off. Now a proxy is refused, and asks the next server; a socket of systemd stays open.
        """
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        for listener in self.sockets:
            taken = -1
            while taken != self.nr_conns:
                taken = self.nr_conns
                self.accept(listener)
            listener.close()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, and wait for its request in the loop: no thread waits for a browser that says nothing."""
        try:
            client, address = listener.accept()
        except OSError as problem:
            if problem.errno in NOBODY:
                return
            raise
        self.nr_conns += 1
        connection = TConn(self.cfg, client, address, listener.getsockname())
        connection.set_timeout()
        self.pending_conns.append(connection)
        readable = partial(self.on_pending_socket_readable, connection)
        self.poller.register(client, selectors.EVENT_READ, readable)

    def on_pending_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """A connection's first request. Once answered, it is kept alive like any other."""
        left = self._answer(conn) if len(self.keepalived_conns) < self.max_keepalived else None
        if left is None:
            super().on_pending_socket_readable(conn, client)
            return
        self.pending_conns.remove(conn)
        conn.data_ready = True
        readable = partial(self.on_client_socket_readable, conn)
        self.poller.modify(client, selectors.EVENT_READ, readable)
        self._keep(conn, left)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """The next request of a connection that is kept alive."""
        left = self._answer(conn)
        if left is None:
            super().on_client_socket_readable(conn, client)
            return
        self.keepalived_conns.remove(conn)
        self._keep(conn, left)

    def _keep(self, conn: TConn, left: bytes) -> None:
        """Wait for the next request. What a slow browser has not taken yet, a thread sends first."""
        if left:
            self.poller.unregister(conn.sock)
            sending = self.tpool.submit(_send, conn, left)
            sending.add_done_callback(partial(self.method_queue.defer, self.finish_request, conn))
            return
        conn.set_timeout()
        self.keepalived_conns.append(conn)

    def _answer(self, conn: TConn) -> bytes | None:
        """Answer from memory, and return what the socket did not take yet; None when that is a thread's work."""
        cache = self.cache
        if cache is None or not self.alive:
            return None
        try:
            request = conn.sock.recv(LONGEST_HEAD, socket.MSG_PEEK)
            kept = cache.from_memory(request)
            if kept is None:
                return None
            conn.sock.recv(len(request))
        except OSError:
            return None  # the browser has gone; a thread notices it too, and closes
        return _begin(conn, kept.to_bytes(_fields_of_the_server(int(time()))))


@lru_cache(1)
def _fields_of_the_server(second: int) -> bytes:
    """As gunicorn's own responses begin after their first line."""
    date = formatdate(second, usegmt=True)
    return f"Server: {SERVER}\r\nDate: {date}\r\nConnection: keep-alive\r\n".encode()


def _begin(conn: TConn, response: bytes) -> bytes:
    """Send what the socket takes without waiting, and return the rest. A failure is the next reader's to notice."""
    try:
        return response[conn.sock.send(response) :]
    except BlockingIOError:
        return response
    except OSError:
        return b""


def _send(conn: TConn, left: bytes) -> bool:
    conn.init()
    conn.sock.setblocking(True)
    conn.sock.sendall(left)
    return True
