"""The files that install it on a server, which the wheel holds.

They are written into a folder, over nothing that stands there.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

PLACES = {  # where each file stands, as the other files name it
    "nianbao.toml": "config/nianbao.toml",
    "alerts.yaml": "config/alerts.yaml",
    "compose.toml": "config/compose.toml",
    "compose-large.toml": "config/compose-large.toml",
    "nianbao.service": "nianbao.service",
    "docker-compose.yml": "docker-compose.yml",
    "Dockerfile": "Dockerfile",
}


@dataclass(frozen=True)
class Written:
    path: Path
    stood: bool  # it was there already and stays as it is


def write_settings(folder: Path) -> list[Written]:
    deploy = files("nianbao") / "deploy"
    return [written(folder / place, (deploy / name).read_bytes()) for name, place in PLACES.items()]


def written(path: Path, content: bytes) -> Written:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return Written(path, stood=True)
    return Written(path, stood=False)
