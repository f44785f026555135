"""A simulated county to look at and to try commands on: `python -m tests.portals [NAME]`, ended by Ctrl-C."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path

from tests.portals.server import running
from tests.portals.ten import TEN


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "qingshi"
    if name not in TEN:
        sys.exit(f"one of {', '.join(TEN)}")
    county = TEN[name]()
    with running(county.portal) as site:
        print(f"# {county.name}: {county.portal.__doc__ or TEN[name].__doc__}")
        text = county.yaml(site.url, "990101")
        if len(sys.argv) > 2:
            Path(sys.argv[2]).write_text(text, encoding="utf-8")
        print(text)
        print(f"# nianbao probe {site.url}/… --allow-private", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
