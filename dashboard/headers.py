"""Headers that every answer carries: what the browser may load, frame, guess and tell others."""

from __future__ import annotations

from urllib.parse import urlsplit

import dash
from flask import Flask, Request, Response, request

# Names with the digest or version in their address never change under it.
LASTING = "public, max-age=31536000, immutable"


def content_security_policy(app: dash.Dash) -> str:
    """Only our own server; inline scripts only those that Dash itself writes, by their hashes."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *app.csp_hashes()]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def secure(app: dash.Dash) -> None:
    """Put the headers on every answer of the app's server; call it when all callbacks are registered."""
    server: Flask = app.server
    policy = content_security_policy(app)

    @server.after_request
    def add_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if not request.path.startswith(("/_dash-component-suites/", "/assets/", "/outlines/")):
            response.headers["Cache-Control"] = "no-store"
        return response


def from_ourselves(asked: Request) -> bool:
    """Whether a changing request was sent by one of our own pages.

    A browser says where a request comes from (Sec-Fetch-Site, Origin); another site cannot set our own header
    without asking first, and is never allowed to.
    """
    if asked.headers.get("X-MCH-Request") != "1":
        return False
    if asked.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = asked.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc.casefold() == asked.host.casefold()
