"""Functions of pdfium that are called for each character or drawing, without what ctypes checks at each call."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import CFUNCTYPE, c_void_p, cast
from typing import Any


def unchecked(function: Any) -> Callable[..., Any]:
    """Return the same function; its arguments must be of the right ctypes types, or whole numbers for c_int.

    Checking them takes twice as long as most of these functions do.
    """
    address = cast(function, c_void_p).value
    assert address is not None
    return CFUNCTYPE(function.restype)(address)
