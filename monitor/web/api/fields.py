"""What each list holds, as it is described: the one codebook of the API and of the data page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from nianbao.storage.registry import yaml_loader

# Types that JSON has not.
SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "minute": {"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}){2}T[0-9:]{5}\+08:00$"},
}


class Field(NamedTuple):
    """A key of a row: its type, and what it says in both languages."""

    kind: str
    zh: str
    en: str

    @property
    def schema(self) -> dict[str, Any]:
        name = self.kind.rstrip("?")
        schema = {"type": name, **SCHEMAS.get(name, {})}
        if self.kind.endswith("?"):
            schema["type"] = [schema["type"], "null"]
        return {**schema, "description": f"{self.zh} / {self.en}"}


@cache
def fields() -> Mapping[str, Mapping[str, Field]]:
    """By the names of lists and keys."""
    text = resources.files("nianbao.monitor.web").joinpath("api_fields.yaml").read_text("utf-8")
    told: Mapping[str, Mapping[str, list[str]]] = yaml.load(text, yaml_loader())
    return {name: {key: Field(*each) for key, each in keys.items()} for name, keys in told.items()}
