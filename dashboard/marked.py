"""An upload's own workbook back, marked: made when asked for, from the kept original and its issues, in a process of its own."""

from __future__ import annotations

import atexit
import threading
from pathlib import Path

from flask import Response, abort, request

from dashboard.answers import Answers
from dashboard.auth.asking import current_account
from dashboard.auth.declaring import Door
from dashboard.auth.reach import upload_seen
from dashboard.downloads import WORKBOOK, attachment
from dashboard.outcomes import kept_issues
from dashboard.texts import LANGUAGES, Texts
from loaders.annotate import Annotated
from loaders.annotating import MarkingRoom, MarkJob, open_marking_room
from loaders.files import Job
from store import reading

MACROS = "application/vnd.ms-excel.sheet.macroEnabled.12"


class _Room:
    """The processes that mark files, begun with the first file and ended with the program."""

    def __init__(self, answers: Answers) -> None:
        self._answers, self._lock = answers, threading.Lock()
        self._room: MarkingRoom | None = None

    def open(self) -> MarkingRoom:
        with self._lock:
            if self._room is None:
                self._room = open_marking_room(self._answers.workspace.desk)
                atexit.register(self._room.close)
            return self._room


def register(app: Door, answers: Answers) -> None:
    """Put GET /marked/<upload> on the app's server."""
    server = app.server
    room = _Room(answers)

    @server.get("/marked/<int:upload_id>")
    def marked(upload_id: int) -> Response:
        row = upload_seen(answers, current_account(), upload_id)
        if row is None or not row["kept"]:
            abort(404)
        asked = request.args.get("lang", "")
        language = asked if asked in LANGUAGES else answers.workspace.settings.language
        content = reading.original(answers.workspace.store, str(row["sha256"]))
        job = MarkJob(
            Job(Path(str(row["name"])), content),
            kept_issues(answers, upload_id),
            language,
            request.args.get("rows") == "faulty",
        )
        given = room.open().one(job)
        if not isinstance(given, Annotated):
            t = Texts(language)
            return Response(t("这个文件不能读取，没有可退回的标注件。"), 404, mimetype="text/plain")
        return attachment(given.content, given.name, MACROS if given.name.endswith(".xlsm") else WORKBOOK)
