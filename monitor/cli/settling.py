"""`nianbao init --settings`: the files that install it on a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.deploying import write_settings

ForServer = Annotated[
    bool,
    typer.Option(
        "--settings",
        help="Write no county's file but what installs it on a server: nianbao.toml, "
        "compose.toml, compose-large.toml and alerts.yaml (into config/), nianbao.service, "
        "docker-compose.yml and Dockerfile, into --folder or here; what stands there already is "
        "left as it is.",
    ),
]


def settle(context: typer.Context) -> None:
    for file in write_settings(folder_given(context)):
        said = say("已写入", "written")
        if file.stood:
            said = say("已存在，未改动", "stood there, left as it is")
        echo(f"{file.path}{say('：', ': ')}{said}")
    echo(say("下一步：nianbao init 县名", "next: nianbao init NAME"))


def folder_given(context: typer.Context) -> Path:
    """Here, if none was: that of the counties, which stands in for it, is not where these go."""
    source = context.get_parameter_source("folder")
    if source is not None and source.name == "COMMANDLINE":
        return Path(context.params["folder"])
    return Path()
