"""Messages by mail, where a mail server is set up: to the addresses that `mail.csv` of the installation's overlay names.

A message is marked as mailed after the server has taken it for all its addresses; one that it did not take is tried again
the next time. So nobody misses one, and after a fault somebody may get one twice.
"""

from __future__ import annotations

import csv
import datetime as dt
import smtplib
import ssl
from collections import defaultdict
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from dashboard.running.notices import notice
from dashboard.settings import Settings, SettingsError
from dashboard.texts import LANGUAGES, Texts
from dashboard.workspace import Workspace
from store.messages import Told, mark_mailed, to_mail

FILE = "mail.csv"
SECONDS = 20
OLDEST = dt.timedelta(days=7)


def addresses(settings: Settings) -> dict[str, list[str]]:
    """Organisation → addresses; raises SettingsError for a file that cannot be used."""
    found: dict[str, list[str]] = defaultdict(list)
    for folder in settings.overlay_folders:
        if not (folder / FILE).exists():
            continue
        with (folder / FILE).open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if rows.fieldnames is None or not {"organisation", "address"} <= set(rows.fieldnames):
                raise SettingsError(f"{folder / FILE}: needs the columns organisation,address")
            for number, row in enumerate(rows, start=2):
                address = (row["address"] or "").strip()
                if address.count("@") != 1 or any(sign.isspace() or sign in ",;<>" for sign in address):
                    raise SettingsError(f"{folder / FILE}, line {number}: '{address}' is no mail address")
                found[(row["organisation"] or "").strip()].append(address)
    return dict(found)


def send(workspace: Workspace, now: dt.datetime) -> int:
    """Mail what was not mailed yet; gives how many messages. Raises OSError or SMTPException when the server does not take them."""
    settings = workspace.settings
    known = addresses(settings)
    if not settings.smtp_host or not known:
        return 0
    waiting = to_mail(workspace.store, list(known), now - OLDEST)
    if not waiting:
        return 0
    sent: list[int] = []
    try:
        with _connect(settings) as server:
            for told in waiting:
                server.send_message(_letter(workspace, told, known[told.organisation]))
                sent.append(told.number)
    finally:
        if sent:
            mark_mailed(workspace.store, sent)
    return len(sent)


def _connect(settings: Settings) -> smtplib.SMTP:
    safe = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=SECONDS, context=safe
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS)
    if settings.smtp_security == "starttls":
        server.starttls(context=safe)
    if settings.smtp_user:
        server.login(settings.smtp_user, settings.smtp_password)
    return server


def _letter(workspace: Workspace, told: Told, to: Sequence[str]) -> EmailMessage:
    """In both languages, the installation's own first."""
    own = workspace.settings.language
    organisations = workspace.registry.organisations
    words = [
        notice(told, Texts(language), workspace.forms, organisations)
        for language in sorted(LANGUAGES, key=lambda language: language != own)
    ]
    letter = EmailMessage()
    letter["Subject"] = words[0].title
    letter["From"] = workspace.settings.smtp_sender
    letter["To"] = ", ".join(to)
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid(domain="mch.invalid")
    letter.set_content("\n\n".join(f"{one.title}\n{one.body}" for one in words) + "\n")
    return letter
