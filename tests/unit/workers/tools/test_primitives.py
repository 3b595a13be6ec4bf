"""The four primitive tools together."""

import json
from pathlib import Path

from skills.schema import schema_mistake
from workers.tools.primitives import primitive_tools
from workers.tools.workspace import Workspace


def test_the_four_tools_have_proper_schemas(workspace: Workspace) -> None:
    """Names are those of the design, and each schema is one."""
    tools = primitive_tools(workspace)

    assert [tool.spec.name for tool in tools] == ["read", "write", "edit", "bash"]
    assert [schema_mistake(json.loads(tool.spec.parameters)) for tool in tools] == [""] * 4


def test_what_is_offered_does_not_depend_on_the_folder(workspace: Workspace) -> None:
    """A worker is told the same in every conversation, and so not in which one it works."""
    elsewhere = Workspace(Path("/somewhere/else"))

    here = [tool.spec for tool in primitive_tools(workspace)]

    assert here == [tool.spec for tool in primitive_tools(elsewhere)]
