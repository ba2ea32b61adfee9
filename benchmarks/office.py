"""Files turned into other formats by LibreOffice."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from index.loaders.libreoffice import find_libreoffice

FILES_A_CALL = 200


def turn_into(form: str, files: Sequence[Path], target: Path, *options: str) -> None:
    """Write files in another format (pdf, odt) into a folder. LibreOffice must be installed."""
    program = find_libreoffice()
    assert program is not None
    with tempfile.TemporaryDirectory() as profile:
        for at in range(0, len(files), FILES_A_CALL):
            command = [program, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", form, *options]
            command += ["--outdir", str(target), *map(str, files[at : at + FILES_A_CALL])]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
