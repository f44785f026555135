"""A recipient of nianbao.toml whose scope means nobody is told of in a sentence, and costs no other mail."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.commands import run_here
from tests.worlds.mailbox import receiving
from tests.worlds.seasons import Season


def test_a_unit_that_nobody_looked_for_yet(tmp_path: Path) -> None:
    Season(tmp_path).config("http://127.0.0.1:9")
    with receiving() as box:
        lines = [
            'store = "sqlite:///n.db"', 'evidence = "evidence"', 'counties = "counties"',
            "[mail]", 'host = "127.0.0.1"', f"port = {box.port}", 'security = "none"', 'sender = "a@b.example"',
            "[[recipients]]", 'address = "u@b.example"', 'scope = "unit:140999101"',
            "[[recipients]]", 'address = "v@b.example"', 'scope = "unit:140999777"',
        ]  # fmt: skip
        (tmp_path / "nianbao.toml").write_text("\n".join([*lines, ""]), "utf-8")
        line = ("digest", "--settings", "nianbao.toml", "--config", "counties", "--store")
        for lang in ("zh", "en"):
            done = run_here(tmp_path, *line, f"sqlite:///{tmp_path}/n.db", NIANBAO_LANG=lang)
            assert done.returncode == 2
            assert "Traceback" not in done.stderr
            for said in (
                "u@b.example",
                "unit:140999101",
                "v@b.example",
                "140999777",
                "nianbao sweep",
            ):
                assert said in done.stderr
        assert "还没有巡检过" not in done.stderr
        assert "nobody has looked for 乙丑镇" in done.stderr
