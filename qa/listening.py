"""Whether the page's address can be listened on: better known before the documents are opened than after."""

from __future__ import annotations

import errno
import socket

from index.errors import SettingsError
from qa.settings import Settings, read_settings

LAST_PORT = 65_535


def read_server_settings() -> Settings:
    """Read the settings from the environment, for a server of the page.

    Raises `SettingsError` as `read_settings` does, and where something else listens on the port, or the host is none of
    this machine.
    """
    settings = read_settings()
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, protocol) as probe:
            # As the server does, so that a port that was left a moment ago is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise cannot_listen(settings, error) from None
    return settings


def cannot_listen(settings: Settings, error: OSError) -> SettingsError:
    """Return what to say where the address cannot be listened on, for Gradio's own words name settings of its own."""
    place = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
    # Gradio tells of a taken port by an error without a number.
    if error.errno not in (errno.EADDRINUSE, None):
        return SettingsError(f"cannot listen on {place} ({error.strerror}). Check WENDANG_HOST and WENDANG_PORT")
    another = settings.port + 1 if settings.port < LAST_PORT else settings.port - 1
    return SettingsError(
        f"{place} is taken, by WenDang itself or another program. Open http://{place} to see which, or take another "
        f"port: WENDANG_PORT={another} make run"
    )
