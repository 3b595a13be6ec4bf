"""`python -m tests.bench [SECTION …]`: measure, and print one table."""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tests.bench.inbox import measure_inbox
from tests.bench.race import race
from tests.bench.schedules import measure_schedules
from tests.bench.start import measure_start
from tests.bench.streaming import measure_streaming
from tests.bench.table import Measure, show
from tests.doubles.loopback import refuse_real_network

SECTIONS = ("inbox", "streaming", "start", "schedules", "race")
ALL = "all"


def main() -> None:
    """Run what is asked for, everything by default; a wrong result ends it with its sentence."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, ALL], default=ALL)
    parser.add_argument("--keep", type=Path, help="a folder for databases and logs, to look at")
    chosen = parser.parse_args()
    sections = SECTIONS if ALL in chosen.sections else tuple(chosen.sections)
    refuse_real_network()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="crewdesk-bench-") as scratch:
        measures = asyncio.run(_measure(sections, chosen.keep or Path(scratch)))
    show(measures, console)


async def _measure(sections: Sequence[str], folder: Path) -> list[Measure]:
    measures: list[Measure] = []
    for section in sections:
        place = folder / section
        place.mkdir(parents=True, exist_ok=True)
        match section:
            case "inbox":
                measures += await measure_inbox(place)
            case "streaming":
                measures += await measure_streaming()
            case "start":
                measures += await measure_start(place)
            case "schedules":
                measures += await measure_schedules(place)
            case _:
                measures += await race(place)
    return measures


if __name__ == "__main__":
    main()
