"""Reading processes: bad work ends one reader, never the program, its wardens or the other files."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders.limits import Limits
from loaders.machine import MachineError
from loaders.sandbox import CHUNK, Sandbox
from loaders.warden import Died, Work

LIMITS = Limits(seconds=1, megabytes=300)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def behave(job: str, careful: bool) -> str:
    """Jobs are words that say how to behave: do so."""
    if job == "sleep":
        time.sleep(60)
    if job == "spin":
        while True:
            pass
    if job == "abort" or (job == "abort-once" and not careful):
        os.abort()
    if job == "eat":
        held = bytearray(2 * 1024**3)
        return str(len(held))
    if job == "write":
        Path(f"/tmp/never-{os.getpid()}").write_text("x" * 10)
    if job == "leave":
        sys.exit(3)
    if job == "killed":  # as the system does with the largest when memory runs out
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "no-room":
        raise OSError(errno.ENOSPC, "No space left on device")
    return f"{job} careful" if careful else job


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox[str, str]]:
    with Sandbox(Work(read=behave), LIMITS, workers=2) as opened:
        yield opened


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("well", "well"),
        ("spin", Died("time")),
        ("abort", Died("crash")),
        ("abort-once", "abort-once careful"),
        ("eat", Died("memory")),
        ("write", Died("crash")),
        ("leave", Died("crash")),
    ],
)
def test_each_end_has_its_own_answer(sandbox: Sandbox[str, str], word: str, answer: object) -> None:
    began = time.monotonic()
    assert sandbox.one(word) == answer
    assert time.monotonic() - began < 10
    assert sandbox.one("well") == "well"


def test_the_others_are_read_all_the_same_and_in_order(sandbox: Sandbox[str, str]) -> None:
    jobs = [f"file-{number}" for number in range(5 * CHUNK)]
    jobs[3], jobs[CHUNK], jobs[-1] = "abort", "spin", "eat"
    answers = dict(zip(range(len(jobs)), sandbox.each(jobs), strict=True))
    assert [job for job, _ in answers.values()] == jobs
    for number, (job, answer) in answers.items():
        assert answer == job or number in (3, CHUNK, len(jobs) - 1)
        assert isinstance(answer, Died) == (number in (3, CHUNK, len(jobs) - 1))


@pytest.mark.parametrize(
    ("word", "number"),
    [("sleep", errno.ETIMEDOUT), ("killed", errno.ENOMEM), ("no-room", errno.ENOSPC)],
)
def test_what_the_machine_did_is_never_said_of_the_file(
    sandbox: Sandbox[str, str], word: str, number: int
) -> None:
    with pytest.raises(MachineError) as fault:
        sandbox.one(word)
    assert fault.value.errno == number
    assert sandbox.one("well") == "well"
    answered = []
    if word != "sleep":  # which takes its time
        with pytest.raises(MachineError):
            answered.extend(answer for _, answer in sandbox.each(["a", "b", word, "c"]))
        assert answered == ["a", "b"]
        assert sandbox.one("well") == "well"


def no_room(_original: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def no_process() -> None:
    def refused() -> int:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    os.fork = refused


def no_warden() -> None:
    os._exit(9)


@pytest.mark.parametrize(
    ("work", "number"),
    [
        (Work(read=behave, save=str.encode, put=no_room), errno.ENOSPC),
        (Work(read=behave, prepare=no_process), errno.EAGAIN),
        (Work(read=behave, prepare=no_warden), errno.ENOMEM),
    ],
    ids=["no room for the original", "no process to be had", "wardens are ended"],
)
def test_a_warden_in_need_says_so_and_nothing_of_the_file(work: Work[str, str], number: int) -> None:
    with Sandbox(work, LIMITS) as opened:
        for _ in range(2):
            with pytest.raises(MachineError) as fault:
                opened.one("well")
            assert fault.value.errno == number


def test_stopping_half_way_leaves_the_wardens_fit(sandbox: Sandbox[str, str]) -> None:
    for number, _ in enumerate(sandbox.each(f"file-{one}" for one in range(10 * CHUNK))):
        if number == 3:
            break
    assert sandbox.one("well") == "well"


def test_a_warden_that_is_killed_is_replaced(sandbox: Sandbox[str, str]) -> None:
    for warden in sandbox._wardens:
        assert warden._process.pid
        os.kill(warden._process.pid, signal.SIGKILL)
    assert [answer for _, answer in sandbox.each(["a", "b", "c"])] == ["a", "b", "c"]


def test_nothing_is_left_behind(sandbox: Sandbox[str, str]) -> None:
    """A reader cannot write files: the one that tried was ended."""
    assert not list(Path("/tmp").glob("never-*")) or all(
        one.stat().st_size == 0 for one in Path("/tmp").glob("never-*")
    )
