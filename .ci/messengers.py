"""An import contract for a room of messengers: each stands alone, all stand on the same ground."""

from collections.abc import Iterator
from typing import Any, cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class MessengersContract(Contract):
    """Every package of `room` that holds a `messenger` imports itself and the `ground` only.

    The ground is what is left: each of its modules must be named, and imports no messenger. So a
    new messenger needs no line here, and nothing else can grow beside the messengers unnoticed.
    """

    type_name = "messengers"

    room = fields.StringField()
    ground = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - its API
        """See `Contract.check`."""
        del verbose
        room, names = cast(str, self.room), cast(set[str], self.ground)
        ground = {f"{room}.{name}" for name in names}
        findings = sorted(_findings(graph, room, ground))
        return ContractCheck(kept=not findings, metadata={"findings": findings})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """See `Contract.render_broken_contract`."""
        metadata: dict[str, Any] = check.metadata
        for finding in metadata["findings"]:
            output.print_error(finding, bold=False)


def _findings(graph: ImportGraph, room: str, ground: set[str]) -> Iterator[str]:
    children = graph.find_children(room)
    messengers = {child for child in children if f"{child}.messenger" in graph.modules}
    for child in children - messengers - ground:
        yield f"{child} holds no messenger and is not named as ground"
    for child in children:
        allowed = ground | {child} if child in messengers else ground
        for module in {child, *graph.find_descendants(child)}:
            for imported in graph.find_modules_directly_imported_by(module):
                if imported.startswith(f"{room}.") and _child(imported, room) not in allowed:
                    yield f"{module} imports {imported}"


def _child(module: str, room: str) -> str:
    """Return which child of a room a module belongs to."""
    return f"{room}.{module.removeprefix(f'{room}.').partition('.')[0]}"
