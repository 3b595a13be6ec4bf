"""What a program that somebody else wrote may reach of the disk: not the gateway's own state."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from skills import landlock
from skills.landlock import FROZEN, HIDDEN, OFFLINE, OPEN, READABLE

ROOMS: Final = Path(__file__).parent.parent
OUR_ROOMS: Final = ("channels", "gateway", "manager", "skills", "souls", "workers")

Folders = dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """Which folders a program is kept out of.

    `hidden` ones it can neither read nor write, apart from what is `open` to it, or `readable`,
    below them. The code of the gateway can't be written in any case. Where the system has no
    Landlock (Linux before 5.13, other systems), nothing is held back: `is_enforced` tells.
    """

    hidden: tuple[Path, ...]
    open: tuple[Path, ...] = ()
    readable: tuple[Path, ...] = ()
    is_offline: bool = False

    def folders(self) -> Folders:
        """Return the folders by kind, as `landlock` takes them; those must exist that are open."""
        return {
            HIDDEN: _true(self.hidden),
            FROZEN: list(_our_code()),
            READABLE: _true(self.readable),
            OPEN: _true(self.open),
            OFFLINE: ["tcp"] if self.is_offline else [],
        }

    def around(self, program: Iterable[str]) -> tuple[str, ...]:
        """Return the command that confines itself and then becomes `program`."""
        words = [
            word for kind, paths in self.folders().items() for at in paths for word in (kind, at)
        ]
        # -I and -S: no module but Python's own is looked for, and none runs before ours.
        return (sys.executable, "-I", "-S", landlock.__file__, *words, "--", *program)


def is_enforced() -> bool:
    """Say whether this system can hold programs to their confinement."""
    return landlock.version() > 0


@cache
def _our_code() -> tuple[str, ...]:
    """Return where our code lies, and the libraries if they have a folder of their own."""
    libraries = [Path(sys.prefix)] if sys.prefix != sys.base_prefix else []
    return tuple(_true([*(ROOMS / room for room in OUR_ROOMS), *libraries]))


def _true(paths: Iterable[Path]) -> list[str]:
    """Return the paths that links lead to; Landlock knows no others."""
    return [str(path.resolve()) for path in paths]
