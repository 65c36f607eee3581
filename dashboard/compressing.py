"""Answers are sent compressed to browsers that take it; what never changes is compressed once and kept."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict

from flask import Flask, Response, request

# Not HTML: the front page carries a token of its own, and what is secret is never compressed beside what is asked.
KINDS = ("text/css", "text/javascript", "application/json", "application/javascript")
SMALLEST = 1024
KEPT = 64


class Kept:
    """Compressed bodies of the libraries' files, by address; the address carries their version."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def compress(self, address: str, body: bytes) -> bytes:
        """From the shelf, else compressed well and put there."""
        with self._lock:
            if address in self._bodies:
                self._bodies.move_to_end(address)
                return self._bodies[address]
        small = gzip.compress(body, 9, mtime=0)
        with self._lock:
            self._bodies[address] = small
            while len(self._bodies) > KEPT:
                self._bodies.popitem(last=False)
        return small


def compress_answers(server: Flask) -> None:
    """Compress what is text, large enough and not yet compressed."""
    kept = Kept()

    @server.after_request
    def shrink(response: Response) -> Response:
        if not _worth_it(response):
            return response
        response.direct_passthrough = False
        body = response.get_data()
        if len(body) < SMALLEST:
            return response
        lasting = request.path.startswith(("/_dash-component-suites/", "/outlines/"))
        address = f"{request.path}?{request.query_string.decode('latin-1')}"
        response.set_data(kept.compress(address, body) if lasting else gzip.compress(body, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        response.headers.pop("ETag", None)
        return response


def _worth_it(response: Response) -> bool:
    return (
        response.status_code == 200
        and "Content-Encoding" not in response.headers
        and not response.headers.get("Content-Disposition", "").startswith("attachment")
        and "gzip" in request.headers.get("Accept-Encoding", "")
        and response.content_type.startswith(KINDS)
    )
