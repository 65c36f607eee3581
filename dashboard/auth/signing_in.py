"""Signing in: who may try, whether it is right, and what is written down of it. Knows nothing of pages."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pyotp

from dashboard.auth.code_secrets import is_sealed_now, open_code, seal_code
from dashboard.auth.demonstration import serves_demonstration
from dashboard.auth.passwords import hashed, is_outdated, is_right
from dashboard.workspace import Workspace
from store.accounts import AccountRecord, find_account, keep_code, keep_hash
from store.sessions import Attempts, attempts, begin_session, failed, take_code
from store.times import now

SECOND, MINUTE = 1_000, 60_000
FREE, LOCKED_AT = 5, 10  # failures without delay; failures after which it is locked
LOCKED = 15 * MINUTE
# From all networks together, so that guessing from many places at once is slow too; ten times what locks one place.
EVERYWHERE_AT = 100
ADDRESS_AT, ADDRESS_WINDOW = 100, 10 * MINUTE


@dataclass(frozen=True)
class Whence:
    """Where somebody tries from."""

    address: str
    network: str
    browser: str = ""


@dataclass(frozen=True)
class Entered:
    """Signed in: the browser's secret, and whether a one-time code is still owed."""

    secret: str
    stage: str


@dataclass(frozen=True)
class Refused:
    """Not signed in: why, and the seconds to wait where it is a matter of waiting. One reason for all that is wrong."""

    reason: str  # wrong | wait
    seconds: int = 0


def sign_in(workspace: Workspace, name: str, password: str, whence: Whence) -> Entered | Refused:
    """Try a name and password. An unknown name, a wrong password and a disabled account look the same and take as long."""
    name = name.strip()[:80]
    windows = _windows(name, whence)
    if wait := held_for(workspace, windows):
        return Refused("wait", wait)
    record = find_account(workspace.store, name)
    right = is_right(record.password if record else "", password)
    if record is None or not right or not _may_come(workspace, record):
        failed(workspace.store, windows, record.name if record else "?", whence.address, "password")
        return Refused("wrong", held_for(workspace, windows))
    if is_outdated(record.password):
        keep_hash(workspace.store, record.name, hashed(password))
    return enter(workspace, record, whence, "password", asks_code=bool(record.code_secret))


def enter(
    workspace: Workspace, record: AccountRecord, whence: Whence, how: str, *, asks_code: bool = False
) -> Entered:
    """Begin a session, always a new one. Failures are forgotten only when nothing more is owed."""
    stage = "code" if asks_code else "full"
    cleared = () if asks_code else tuple(_windows(record.name, whence))[:1]
    secret = begin_session(workspace.store, record.name, stage, whence.address, whence.browser, cleared, how)
    return Entered(secret, stage)


def give_code(workspace: Workspace, record: AccountRecord, code: str, whence: Whence) -> Entered | Refused:
    """The second step: a one-time code, each of which serves once, one step of half a minute to either side."""
    windows = _windows(record.name, whence)
    if wait := held_for(workspace, windows):
        return Refused("wait", wait)
    settings, kept = workspace.settings, record.code_secret
    secret = open_code(settings, record.name, kept) or ""
    step = code_step(secret, code)
    if step is None or not take_code(workspace.store, record.name, step):
        failed(workspace.store, windows, record.name, whence.address, "code")
        return Refused("wrong", held_for(workspace, windows))
    if not is_sealed_now(settings, record.name, kept):
        keep_code(workspace.store, record.name, seal_code(settings, record.name, secret))
    return enter(workspace, record, whence, "password and code")


def prove(workspace: Workspace, record: AccountRecord, password: str, whence: Whence) -> Refused | None:
    """Whether somebody signed in knows his password: None when he does. Wrong ones count as at the door.

    A browser left open, or a stolen session, would else guess as often as it likes.
    """
    windows = _windows(record.name, whence)
    if wait := held_for(workspace, windows):
        return Refused("wait", wait)
    if is_right(record.password, password):
        return None
    failed(workspace.store, windows, record.name, whence.address, "password")
    return Refused("wrong", held_for(workspace, windows))


def code_step(secret: str, code: str, moment: float | None = None) -> int | None:
    """The half minute that a code belongs to, if it is now or next to now."""
    shown = code.replace(" ", "")
    if not secret or not (len(shown) == 6 and shown.isascii() and shown.isdigit()):
        return None
    here = int((time.time() if moment is None else moment) // 30)
    codes = pyotp.TOTP(secret)
    found = None
    for step in (here - 1, here, here + 1):
        if pyotp.utils.strings_equal(codes.generate_otp(step), shown):
            found = step
    return found


def _may_come(workspace: Workspace, record: AccountRecord) -> bool:
    if record.disabled_at is not None:
        return False
    return not record.demonstration or serves_demonstration(workspace)


def _windows(name: str, whence: Whence) -> dict[str, int]:
    """What failures are counted by: the account from this network, the account from everywhere, the address."""
    return {
        f"account:{name}@{whence.network}"[:200]: LOCKED,
        f"account:{name}"[:200]: LOCKED,
        f"address:{whence.address}"[:200]: ADDRESS_WINDOW,
    }


def held_for(workspace: Workspace, windows: dict[str, int]) -> int:
    """Seconds until it may be tried again; 0 when it may now."""
    found = attempts(workspace.store, windows)
    pair, everywhere, address = windows
    moment = now()
    waits = [
        _pair_wait(found.get(pair), moment),
        _full_wait(found.get(everywhere), EVERYWHERE_AT, LOCKED, moment),
        _full_wait(found.get(address), ADDRESS_AT, ADDRESS_WINDOW, moment),
    ]
    return -(-max(waits) // SECOND)


def _pair_wait(seen: Attempts | None, moment: int) -> int:
    """After five failures one second, then two, four …; after ten a quarter of an hour."""
    if seen is None or seen.failures < FREE or moment - seen.last_at > LOCKED:
        return 0
    delay = LOCKED if seen.failures >= LOCKED_AT else SECOND * 2 ** (seen.failures - FREE)
    return max(0, seen.last_at + delay - moment)


def _full_wait(seen: Attempts | None, most: int, window: int, moment: int) -> int:
    if seen is None or seen.failures < most:
        return 0
    return max(0, seen.last_at + window - moment)
