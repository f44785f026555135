"""The season's work in a process of its own, to be killed.

`python -m tests.worlds.season_process FOLDER MAIL_PORT LAST_DAY [STORE]`.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

from nianbao.crawler.reading import Reader
from tests.worlds.mailbox import Mailbox
from tests.worlds.seasons import Season, settings_for, step, work_of


def day_in(folder: Path) -> date:
    return date.fromisoformat((folder / "day").read_text())


def main() -> None:
    folder, last = Path(sys.argv[1]), date.fromisoformat(sys.argv[3])
    season = Season(folder, day_in(folder))
    with Reader() as reader:
        settings = settings_for(folder, Mailbox(int(sys.argv[2])), *sys.argv[4:])
        work = work_of(season, settings, reader)
        while season.day <= last:
            step(season, work)
            season.day += timedelta(days=1)
            beside = folder / "day.new"
            beside.write_text(season.day.isoformat())
            beside.replace(folder / "day")


if __name__ == "__main__":
    main()
