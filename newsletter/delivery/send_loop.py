"""All connections of a process to the mail server, in one thread: each goes on when its reply has come.

Threads would cost more than the mails do, as Python runs one at a time. What is ready together is recorded together:
while a commit lasts, more replies come in, and share the next one.
"""

import select
import time
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from carrel.mail.smtp import Need
from newsletter.delivery.batch import SendBatch
from newsletter.delivery.recorder import DeliveryRecorder
from newsletter.delivery.sender import Sender, Turn

POLL_SECONDS = 0.01  # while a connection is being opened, which another thread does
LONGEST_GATHERING_SECONDS = 0.02
FOR_EVER = float("inf")
Answer = bool | BaseException


@dataclass(eq=False)
class _Running:
    """A connection within a batch, and what it needs, until when (monotonic s)."""

    sender: Sender
    batch: SendBatch
    steps: Generator[Need | Turn, bool, None]
    need: Need | Turn | None = None
    until: float = 0.0
    opening: Future[None] | None = None

    @property
    def waits_for_server(self) -> bool:
        """Whether its connection is to be watched."""
        return isinstance(self.need, Need) and self.need is not Need.PERMISSION and not self.opening


class SendLoop:
    """Runs connections. One that waits for the server long after its batch holds up no other."""

    def __init__(self, senders: Sequence[Sender], recorder: DeliveryRecorder) -> None:
        self._senders = senders
        self._recorder = recorder
        self._running: dict[Sender, _Running] = {}
        self._pool = ThreadPoolExecutor(len(senders), thread_name_prefix="digest")
        self._commit_seconds = 0.0  # that the last one took
        self._error: Exception | None = None

    @property
    def idle(self) -> list[Sender]:
        """The connections that can begin a batch."""
        return [
            sender for sender in self._senders if not (sender in self._running or sender.backoff.is_waiting)
        ]

    def is_running(self, batch: SendBatch) -> bool:
        """Whether a connection still has something of the batch in hand."""
        return any(running.batch is batch for running in self._running.values())

    def run(self, batch: SendBatch, until: float) -> None:
        """Send until the batch is over, but no longer than until that moment. Raises what the database raised."""
        for sender in self.idle:
            running = self._running[sender] = _Running(sender, batch, sender.run(batch))
            self._go_on(running)
        self.finish(until)

    def finish(self, until: float = FOR_EVER) -> None:
        """Let what is in hand finish, until that moment. Raises what the database raised."""
        while self._running and (now := time.monotonic()) < until:
            for running, answer in self._ready(now, until):
                self._go_on(running, answer)
            if self._is_commit_due():
                self._record()
        self._record()
        if self._error:
            error, self._error = self._error, None
            raise error

    def close_idle(self) -> None:
        """Close the connections that have nothing in hand."""
        for sender in self._senders:
            if sender not in self._running:
                sender.connection.close()
        self._recorder.close()

    def close(self) -> None:
        """Let what is in hand finish, and close all connections."""
        try:
            self.finish()
        finally:
            self._pool.shutdown()
            self.close_idle()

    def _ready(self, now: float, until: float) -> list[tuple[_Running, Answer]]:
        """Wait until something happens. Those that can go on, and whether they have what they need."""
        poll, waiting = select.poll(), {}
        for running in self._running.values():
            if running.waits_for_server:
                descriptor = running.sender.connection.socket.fileno()
                waiting[descriptor] = running
                poll.register(descriptor, select.POLLOUT if running.need is Need.ROOM else select.POLLIN)
            until = min(until, now + POLL_SECONDS if running.opening else running.until)
        events = poll.poll(max(0.0, until - now) * 1000 if until < FOR_EVER else None)
        ready: dict[_Running, Answer] = {waiting[descriptor]: True for descriptor, _ in events}
        now = time.monotonic()
        for running in self._running.values():
            if running.opening and running.opening.done():
                ready[running] = running.opening.exception() or True
            elif running.until <= now and running.need is not Need.PERMISSION:
                ready.setdefault(running, False)
        return list(ready.items())

    def _go_on(self, running: _Running, answer: Answer | None = None) -> None:
        """Take one connection to its next need."""
        steps, running.opening = running.steps, None
        try:
            need = steps.throw(answer) if isinstance(answer, BaseException) else steps.send(answer)  # type: ignore[arg-type]
        except StopIteration:
            del self._running[running.sender]
        except Exception as error:
            del self._running[running.sender]
            self._error = error
        else:
            self._wait_for(running, need)

    def _wait_for(self, running: _Running, need: Need | Turn) -> None:
        running.need = need
        seconds = need.seconds if isinstance(need, Need) else running.batch.pause_seconds
        running.until = time.monotonic() + seconds
        if need is Need.PERMISSION:
            running.until = time.monotonic() + self._commit_seconds
        elif need is Need.CONNECTION:
            running.until = FOR_EVER
            running.opening = self._pool.submit(running.sender.connection.open)

    def _is_commit_due(self) -> bool:
        """Whether all who could share a commit are there. They are waited for as long as a commit takes."""
        asking = self._asking
        others = any(running.waits_for_server for running in self._running.values())
        return bool(asking) and not (others and time.monotonic() < min(running.until for running in asking))

    @property
    def _asking(self) -> list[_Running]:
        return [running for running in self._running.values() if running.need is Need.PERMISSION]

    def _record(self) -> None:
        """Record all results in one commit, and let those go on whose mails may go."""
        while True:
            asking = self._asking
            done = [sender for sender in self._senders if sender.results and sender not in self._running]
            senders = [*(running.sender for running in asking), *done]
            if not senders:
                return
            began = time.monotonic()
            results = [result for sender in senders for result in sender.results]
            try:
                begun = self._recorder.write(results, [sender.begins for sender in senders if sender.begins])
            except Exception as error:
                self._error = error
                for running in asking:
                    self._go_on(running, error)
                return
            self._commit_seconds = min(time.monotonic() - began, LONGEST_GATHERING_SECONDS)
            for sender in senders:
                sender.results.clear()
            for running in asking:
                self._go_on(running, running.sender.begins in begun)
