"""Pack the national list of units into the product: python -m scripts.pack_units FOLDER.

FOLDER holds provinces.csv, cities.csv, areas.csv and streets.csv of
modood/Administrative-divisions-of-China (licence WTFPL), which has them from
the National Bureau of Statistics' list of 2023-06-30.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from pathlib import Path

GOVERNMENTS = range(1, 400)  # endings of codes; 400-599 are development zones and farms


def main(folder: Path) -> None:
    def rows(name: str) -> list[dict[str, str]]:
        with (folder / name).open(encoding="utf-8") as file:
            return list(csv.DictReader(file))

    provinces = {row["code"]: row["name"] for row in rows("provinces.csv")}
    cities = {row["code"]: row["name"] for row in rows("cities.csv")}
    areas = {row["code"]: row["name"] for row in rows("areas.csv")}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["code", "name", "county", "city", "province"])
    for row in sorted(rows("streets.csv"), key=lambda row: row["code"]):
        if int(row["code"][6:]) in GOVERNMENTS:
            city = cities.get(row["cityCode"], "")
            county = areas.get(row["areaCode"], city)
            province = provinces[row["provinceCode"]]
            writer.writerow([row["code"], row["name"], county, city, province])
    target = Path(__file__).parents[1] / "storage" / "units.csv.gz"
    target.write_bytes(gzip.compress(out.getvalue().encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
