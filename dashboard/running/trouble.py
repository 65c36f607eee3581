"""Faults that pass: a busy database, one that cannot be reached, a full disk, a machine with too much to do.

The user is told to try again, and why; never that his file is at fault.
"""

from __future__ import annotations

import shutil

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from dashboard.settings import Settings
from dashboard.texts import Texts, mark
from loaders.machine import FULL as FULL_NUMBERS
from loaders.machine import is_machines
from store.connecting import StoreBusyError

BUSY = mark("系统繁忙，文件没有入库。请过一两分钟再传一次；重复上传同一文件不会重复计数。")
FULL = mark("服务器磁盘空间不足，文件没有入库。请告诉系统管理员，腾出空间后再传。")
AWAY = mark("数据库暂时连不上，不能确认文件已入库。请过几分钟再传一次；重复上传同一文件不会重复计数。")
HINDERED = mark(
    "服务器负担过重，文件没有读完，也没有入库。文件本身没有问题，请过几分钟再传一次；重复上传同一文件不会重复计数。"
)
PARTLY = mark("压缩包没有处理完。请过几分钟再传同一个压缩包；已入库的文件不会重复计数。")
RETRY_SECONDS = 60


def passing(error: BaseException, texts: Texts) -> str | None:
    """What to tell the user of a fault that passes by itself or by the administrator's hand; None for any other."""
    if isinstance(error, StoreBusyError | NoConnectionError):
        return texts(BUSY)
    if isinstance(error, OSError) and error.errno in FULL_NUMBERS:
        return texts(FULL)
    if isinstance(error, MemoryError) or is_machines(error):
        return texts(HINDERED)
    if isinstance(error, OperationalError | InterfaceError):
        said = str(error.orig).casefold()
        return texts(FULL) if "full" in said or "no space" in said else texts(AWAY)
    return None


def free_bytes(settings: Settings) -> int:
    """Room left where uploads are kept."""
    folder = settings.data if settings.data.exists() else settings.home
    return shutil.disk_usage(folder).free


def has_room(settings: Settings) -> bool:
    """Whether there is room enough for uploads to be taken."""
    return free_bytes(settings) >= settings.least_free_megabytes * 1024**2


def no_room(texts: Texts) -> str:
    """What is said when there is not."""
    return texts(FULL)
