"""Passwords: made, kept as argon2id, and refused when others would guess them first."""

from __future__ import annotations

import re
import secrets
import threading
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboard.settings import Settings
from dashboard.texts import Texts

LONGEST = 128
# About 20 ms and 19 MB a password, and two at once: a storm of sign-ins costs half a core, not the machine's memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(2)
# Of a password that nobody knows.
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$ov3atlou9u01v8PMzHPPLQ$04B+HM8Rbl0kdRdp5XXqmI9ZWBDkCCFie19qBfp9MwE"
# Without 0 and O, 1, l and I: initial passwords are read from paper.
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
_LEET = str.maketrans("@4301!$5789", "aaeoiissbgg")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p")  # fmt: skip


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_right(kept: str, password: str) -> bool:
    """Whether it is the password; takes as long where there is no account or no password."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _NOBODYS, password[:LONGEST]) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Whether a right password should be kept anew, because the costs have been raised since."""
    return _HASHER.check_needs_rehash(kept)


def initial_password() -> str:
    """One to be printed, used once and changed: sixteen signs that cannot be mistaken for one another, in fours."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))


@cache
def common() -> frozenset[str]:
    """Words that passwords are commonly made of."""
    text = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def faults(password: str, names: tuple[str, ...], settings: Settings, t: Texts) -> list[str]:
    """Everything that speaks against a password, in sentences; `names`: what the account is called."""
    found = []
    if len(password) < settings.password_length:
        found.append(t("密码至少 {count} 位；可以用几个不相干的词连起来。", count=settings.password_length))
    if len(password) > LONGEST:
        found.append(t("密码最长 {count} 位。", count=LONGEST))
    if is_common(password):
        found.append(t("这个密码太常见，别人会先试到。"))
    if any(len(name) >= 4 and name.casefold() in password.casefold() for name in names):
        found.append(t("密码里不要含账号或单位名称。"))
    if settings.password_complexity and not _is_mixed(password):
        found.append(t("密码要同时有大写字母、小写字母、数字和其他符号。"))
    return found


def is_common(password: str) -> bool:
    """Whether it is, or is little more than, a common word, a run of keys, or one part again and again."""
    plain = password.casefold().strip()
    letters = re.sub(r"[^a-z]", "", plain.translate(_LEET))
    cores = {plain, re.sub(r"[\W\d_]+$", "", plain), re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain), letters}
    cores |= {one.translate(_LEET) for one in cores}
    if cores & common() or _is_run(plain):
        return True
    digits = re.sub(r"\D", "", plain)
    if len(set(plain)) <= 4 or re.fullmatch(r"(.{1,6})\1+.?", plain):
        return True
    # A telephone number or a birthday with a few letters before it.
    return len(digits) >= 6 and len(plain) - len(digits) <= 3


def _is_run(plain: str) -> bool:
    """Whether it is made of stretches of the alphabet, the digits or the keyboard, forward or backward."""
    lines = [*_ROWS, *(row[::-1] for row in _ROWS)]
    rest, stretches = plain, 0
    while rest and stretches < 4:
        length = max(
            (size for size in range(3, len(rest) + 1) if any(rest[:size] in row for row in lines)), default=0
        )
        if not length:
            break
        rest, stretches = rest[length:], stretches + 1
    return len(rest) <= 2 and stretches > 0


def _is_mixed(password: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
    return all(any(kind(sign) for sign in password) for kind in kinds)
