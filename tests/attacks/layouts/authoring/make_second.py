"""Writes the cases of open-second/ and held-second/ anew, each from its own file in authoring/second/ or its write.py.

python tests/attacks/layouts/authoring/make_second.py [open|held]; run only when a case is added, never to fit a reader.
"""

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT)]

import second  # noqa: E402
from make import dump  # noqa: E402


def main(parts):
    for part in parts or ("open", "held"):
        to = ROOT / f"{part}-second"
        for script in sorted((HERE / "second" / part).glob("*.py")):
            module = runpy.run_path(str(script))
            files, expect = module["make"](second.values(script.stem, module.get("FORM", "2021")))
            folder = to / script.stem
            folder.mkdir(parents=True, exist_ok=True)
            for name, body in files.items():
                (folder / name).write_bytes(body if isinstance(body, bytes) else body.encode())
            dump(folder, {**expect, "files": list(files)})
        for writer in sorted(to.glob("*/write.py")):
            module = runpy.run_path(str(writer))
            v = second.values(writer.parent.name, module.get("FORM", "2021"))
            dump(writer.parent, module["expect"](v))


if __name__ == "__main__":
    main(sys.argv[1:])
