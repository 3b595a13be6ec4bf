"""What importing the model room costs."""

import asyncio
import sys


async def test_the_openai_package_is_imported_by_its_adapters_only() -> None:
    """It takes a second, which neither the command line nor the offline model should pay."""
    modules = ("protocol", "errors", "offline", "fallback")
    imports = "; ".join(f"import workers.models.{module}" for module in modules)
    code = f"{imports}; import sys; sys.exit('openai' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await asyncio.wait_for(process.wait(), 60) == 0
