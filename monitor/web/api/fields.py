"""What each list holds, as it is described: the one codebook of the API and of the data page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from nianbao.storage.registry import yaml_loader

FORMATS = {"date": "string", "datetime": "string"}


class Field(NamedTuple):
    """A key of a row: its type, and what it says in both languages."""

    kind: str
    zh: str
    en: str

    @property
    def schema(self) -> dict[str, Any]:
        name = self.kind.rstrip("?")
        told = FORMATS.get(name, name)
        schema: dict[str, Any] = {"type": [told, "null"] if self.kind.endswith("?") else told}
        if name in FORMATS:
            schema["format"] = {"datetime": "date-time"}.get(name, name)
        return {**schema, "description": f"{self.zh} / {self.en}"}


@cache
def fields() -> Mapping[str, Mapping[str, Field]]:
    """By the names of lists and keys."""
    text = resources.files("nianbao.monitor.web").joinpath("api_fields.yaml").read_text("utf-8")
    told: Mapping[str, Mapping[str, list[str]]] = yaml.load(text, yaml_loader())
    return {name: {key: Field(*each) for key, each in keys.items()} for name, keys in told.items()}
