"""The processes in which files are read: a warden, and the readers that it forks (see loaders/sandbox.py)."""

from __future__ import annotations

import contextlib
import errno
import gc
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, Literal, TypeVar

from loaders.limits import Limits
from loaders.machine import is_machines

Job = TypeVar("Job")
Answer = TypeVar("Answer")
Reason = Literal["time", "memory", "crash", "machine"]
PATIENCE = 3  # times the clock's allowance that a reader is given which the processor has hardly served
# Ends that others bring about: the system when memory runs out, an operator, a service that is stopped.
KILLED = (signal.SIGTERM, *((signal.SIGKILL, signal.SIGHUP) if hasattr(signal, "SIGKILL") else ()))
LONGEST_LIFE = 400  # files that one reader reads, so that what a library leaks does not add up


@dataclass(frozen=True)
class Died:
    """The reader ended without an answer for this file; where the machine was why, with the number of its fault."""

    reason: Reason
    number: int = 0


@dataclass(frozen=True)
class Work(Generic[Job, Answer]):
    """What readers and wardens do, as functions that other processes can be given.

    `prepare()` runs once in each warden; `read(job, careful)` parses a file, in a reader; `save(answer)` says what of it
    is to be put away, and `put(what)` does so in the warden, since readers cannot write. `size(job)` gives its bytes, from
    which follows the time that it is given.
    """

    read: Callable[[Job, bool], Answer]
    save: Callable[[Answer], Any] | None = None
    put: Callable[[Any], None] | None = None
    prepare: Callable[[], None] | None = None
    size: Callable[[Job], int] | None = None


@dataclass(frozen=True)
class Chunk(Generic[Job]):
    """Files to read one after the other. `alone`: by a reader that reads nothing else before or after."""

    jobs: tuple[Job, ...]
    alone: bool = False


def keep_watch(conn: Connection) -> None:
    """The life of a warden: its task first, then a chunk of jobs in, an answer for each out, until the program is gone."""
    # Interrupting the program is for the program to handle; it ends its wardens itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(EOFError, OSError):
        work, limits = conn.recv()
        if work.prepare is not None:
            work.prepare()
        gc.collect()
        gc.freeze()
        watch = _Watch(work, limits)
        while True:
            for message in watch.read(conn.recv()):
                conn.send_bytes(message)


class _Watch:
    """A warden's dealings with its reader, who lives for many files unless one of them is the end of him."""

    def __init__(self, work: Work[Any, Any], limits: Limits) -> None:
        self._work, self._limits = work, limits
        self._reader: _Reader | None = None

    def end(self) -> None:
        """Dismiss the reader."""
        if self._reader is not None:
            self._reader.end()
            self._reader = None

    def read(self, chunk: Chunk[Any]) -> Iterator[bytes]:
        """An answer for each job, pickled, in order."""
        if not hasattr(os, "fork"):
            yield from (_pickled(self._work, job, False)[1] for job in chunk.jobs)
            return
        if chunk.alone:
            self.end()
        done = 0
        while done < len(chunk.jobs):
            ended: Died | None = None
            for message in self._ask(chunk.jobs[done:], False):
                if isinstance(message, Died):
                    ended = message
                    break
                yield message
                done += 1
            if ended is not None:
                yield self._second_try(chunk.jobs[done], ended, patient=not chunk.alone)
                done += 1
        if chunk.alone or (self._reader and self._reader.served > LONGEST_LIFE):
            self.end()

    def _ask(self, jobs: Sequence[Any], careful: bool) -> Iterator[bytes | Died]:
        try:
            if self._reader is None:
                self._reader = _Reader(self._work, self._limits)
            for put_away, message in self._reader.answers(jobs, careful):
                if isinstance(message, Died):
                    self.end()
                elif put_away is not None and self._work.put is not None:
                    self._work.put(put_away)
                yield message
        except OSError as error:
            # No process to be had, or no room for the original: no answer may be made of that.
            self.end()
            yield Died("machine", error.errno or errno.EIO)

    def _second_try(self, job: Any, first: Died, *, patient: bool) -> bytes:
        """One more try, alone, with care where the file may be why; what took too long is not given the same time again.

        `patient`: a machine that had no time is asked once more. A single sender is rather told to send again.
        """
        crashed, late = first.reason == "crash", first.number == errno.ETIMEDOUT
        if crashed or (first.reason == "machine" and (patient or not late)):
            for message in self._ask([job], crashed):
                if not isinstance(message, Died):
                    return message
                first = message
        return pickle.dumps(first)


class _Reader:
    """A forked process that reads files, seen from its warden."""

    def __init__(self, work: Work[Any, Any], limits: Limits) -> None:
        self._work, self._limits, self.served = work, limits, 0
        self._conn, theirs = multiprocessing.Pipe()
        self._number = os.fork()
        if self._number == 0:
            self._conn.close()
            _be_reader(theirs, work, limits)
        theirs.close()

    def answers(self, jobs: Sequence[Any], careful: bool) -> Iterator[tuple[Any, bytes | Died]]:
        """For each job what is to be put away and its answer; Died in its place, and nothing more, when the reader ended."""
        with contextlib.suppress(OSError):
            self._conn.send((tuple(jobs), careful))
        for job in jobs:
            self.served += 1
            allowed = _seconds(self._work, self._limits, job)
            try:
                if late := self._waits(allowed):
                    yield None, late
                    return
                put_away, answer = pickle.loads(self._conn.recv_bytes()), self._conn.recv_bytes()  # noqa: S301 - our own
            except (EOFError, OSError):
                yield None, self._how_it_ended()
                return
            yield put_away, answer

    def _waits(self, allowed: int) -> Died | None:
        """None when an answer comes in time, else who is late: the file by the processor's time, the machine by the clock.

        On a busy machine a good file may have to wait for its turn; it is given more of the clock while it has not used
        its time of the processor, and when that is not enough either, nothing is said of the file.
        """
        begun = self._processor_seconds()
        for _ in range(PATIENCE):
            if self._conn.poll(allowed + 1):
                return None
            if self._processor_seconds() - begun >= allowed:
                return Died("time")
        return Died("machine", errno.ETIMEDOUT)

    def _processor_seconds(self) -> float:
        """What the reader has used of the processor; none where the system does not tell (its own limit ends it there)."""
        try:
            with open(f"/proc/{self._number}/stat", encoding="ascii", errors="replace") as status:
                numbers = status.read().rpartition(")")[2].split()
            return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, IndexError):
            return 0.0

    def _how_it_ended(self) -> Died:
        try:
            _, status = os.waitpid(self._number, 0)
        except ChildProcessError:
            return Died("crash")
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if ended in KILLED:
            return Died("machine", errno.ENOMEM)
        return Died("time" if ended == signal.SIGXCPU else "crash")

    def end(self) -> None:
        """Kill it, if it still lives."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._number, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._number, 0)
        self._conn.close()


def _be_reader(conn: Connection, work: Work[Any, Any], limits: Limits) -> None:
    """The life of a reader: it ends here, whatever happens."""
    try:
        _restrain(limits)
        gc.disable()  # looking for cycles while values are read costs a fifth of the time
        while True:
            jobs, careful = conn.recv()
            gc.collect()
            for job in jobs:
                _allow_seconds(_seconds(work, limits, job))
                for message in _pickled(work, job, careful):
                    conn.send_bytes(message)
    finally:
        os._exit(1)


def _seconds(work: Work[Any, Any], limits: Limits, job: Any) -> int:
    return limits.seconds_for(work.size(job) if work.size is not None else 0)


def _pickled(work: Work[Any, Any], job: Any, careful: bool) -> tuple[bytes, bytes]:
    try:
        answer = work.read(job, careful)
        put_away = work.save(answer) if work.save is not None else None
        return pickle.dumps(put_away), pickle.dumps(answer)
    except MemoryError:
        return pickle.dumps(None), pickle.dumps(Died("memory"))
    except OSError as error:
        if not is_machines(error):
            raise
        return pickle.dumps(None), pickle.dumps(Died("machine", error.errno or errno.EIO))


def _restrain(limits: Limits) -> None:
    """No more memory than allowed, no file written, no core left behind."""
    import resource

    held = int(_status("VmSize")) * 1024 if os.path.exists("/proc/self/status") else 512 * 1024**2
    most = held + limits.megabytes * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What the libraries say on their way down is of no use to anybody.
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)


def _status(name: str) -> str:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(line.split()[1] for line in status if line.startswith(f"{name}:"))


def _allow_seconds(seconds: int) -> None:
    """Processor time for the next file, from what is used up already."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
