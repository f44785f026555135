"""A mail server that keeps each mail on disk before it says so: `python -m tests.chaos.post FOLDER PORT`."""

from __future__ import annotations

import os
import sys
import threading
import uuid
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller


class Keeping:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        name = uuid.uuid4().hex
        beside = self.folder / f"{name}.new"
        with beside.open("xb") as file:
            file.write(envelope.content)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(self.folder / f"{name}.eml")
        return "250 taken"


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    controller = Controller(Keeping(folder), hostname="127.0.0.1", port=port)
    controller.start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
