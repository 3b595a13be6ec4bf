"""Spares the garbage collector what stays for good."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage within, and never look again through what there is at the end.

    For imports: the collector looks in vain through what they make, a tenth of their time, and each
    full collection afterwards would hold up every conversation for a fifth of a second.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
