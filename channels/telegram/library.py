"""Imports aiogram, which left to itself takes seconds and a hundred megabytes."""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel

LIBRARY: Final = "aiogram"


def load_library() -> None:
    """Import aiogram so that each of its types is built when it is first used.

    aiogram declares its types as `defer_build`, and then asks pydantic, at the end of the import,
    to build every one of the 400, each with copies of all that it refers to. That is four fifths of
    the import's time and memory, and a bot uses a few of them. So the request is put off: the names
    that aiogram hands over with it are kept for the building on demand, which pydantic does by
    itself. Where aiogram is imported already, all is built and nothing is done.

    Raises:
        ImportError: aiogram is not installed.
    """
    if LIBRARY in sys.modules:
        return
    at_once = BaseModel.__dict__["model_rebuild"]
    on_demand = _on_demand(at_once.__func__)
    BaseModel.model_rebuild = on_demand  # type: ignore[method-assign] # for the import alone
    try:
        importlib.import_module(LIBRARY)
    finally:
        BaseModel.model_rebuild = at_once  # type: ignore[method-assign]
    context = importlib.import_module("aiogram.client.context_controller")
    methods = importlib.import_module("aiogram.methods.base")
    for base in (context.BotContextController, methods.Response):  # all of its types are of these
        base.model_rebuild = on_demand


def _on_demand(build: Callable[..., bool | None]) -> Any:  # noqa: ANN401 - a class method
    """Return a `BaseModel.model_rebuild` that only keeps the names when it is handed names."""
    names: dict[str, object] = {}

    def model_rebuild(
        model: type[BaseModel],
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, object] | None = None,
    ) -> bool | None:
        if not model.__module__.startswith(f"{LIBRARY}."):
            return build(
                model,
                force=force,
                raise_errors=raise_errors,
                _parent_namespace_depth=_parent_namespace_depth + 1,  # this function is one more
                _types_namespace=_types_namespace,
            )
        if _types_namespace is not None:
            names.update(_types_namespace)
            return None
        return build(model, force=force, raise_errors=raise_errors, _types_namespace=names)

    return classmethod(model_rebuild)
