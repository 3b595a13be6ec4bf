"""The way into the program, which keeps out of memory what it does not need."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.garbage import uncollected


def main() -> None:
    """Run the command line; see `gateway.cli.main`."""
    load()()


def load() -> Callable[[], None]:
    """Import the command line and return it.

    structlog imports rich if it is there, for tracebacks that we don't print: 4 MB and a tenth of
    the start. Commands that print tables import it themselves.
    """
    with uncollected():
        with _absent("rich"):
            import structlog  # noqa: F401, PLC0415 - must come first, see above
        from gateway.cli.main import main as run  # noqa: PLC0415 - must come after

    return run


@contextmanager
def _absent(name: str) -> Iterator[None]:
    """Let imports of a package fail for a while, as if it were not installed."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment] # import's own mark of what is not there
    try:
        yield
    finally:
        del sys.modules[name]
