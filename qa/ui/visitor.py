"""Whose page it is: on one's own computer everybody is the same person, on a server each browser is one of its own.

A browser is known by a secret in a cookie that no script can read. Here it only ever stands as its hash.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets

import gradio as gr
from starlette.requests import Request

from qa.settings import Settings

COOKIE = "wendang_visitor"
LOCAL = "local"
SECRET = re.compile(r"[A-Za-z0-9_-]{20,100}")
YEARS = 10 * 365 * 24 * 3_600
# A server in front tells with these for whom it asks; then not all who come from this computer sit at it.
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")


def owner_of(request: gr.Request | Request | None, settings: Settings) -> str:
    """Return whose conversations a page shows; "" for a browser that takes no cookies, which has none."""
    headers = getattr(request, "headers", None) or {}
    if is_loopback(settings.host) and not any(name in headers for name in FORWARDED):
        return LOCAL
    secret = str((getattr(request, "cookies", None) or {}).get(COOKIE, ""))
    return hashlib.sha256(secret.encode()).hexdigest() if SECRET.fullmatch(secret) else ""


def new_cookie(is_encrypted: bool) -> str:
    """Return the header that makes a browser known from now on; over HTTPS it is sent over nothing else."""
    secure = "; Secure" if is_encrypted else ""
    return f"{COOKIE}={secrets.token_urlsafe(32)}; Path=/; Max-Age={YEARS}; HttpOnly; SameSite=Lax{secure}"


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches a host's address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
