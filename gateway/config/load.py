"""Reads the settings once, from `crewdesk.yaml` and the environment, which wins."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import InitSettingsSource

from channels.settings import ChannelSettings
from gateway.config.environment import VariablesSource, read_environment
from gateway.config.names import SKILL_SETTINGS, SettingName, all_names
from gateway.config.settings import ENV_PREFIX, Settings, resolved, with_channels
from gateway.config.skill_values import read_skill_values
from gateway.config.yaml_file import YAML_NAME, read_yaml
from gateway.errors import SettingsError


def load_settings(
    environ: Mapping[str, str], channels: Mapping[str, type[ChannelSettings]]
) -> Settings:
    """Read and check all settings; makes no file and no connection.

    `channels` are the sections of the channels by name.

    Raises:
        SettingsError: with every problem at once, one line each.
    """
    settings_class = with_channels(channels)
    names = all_names(settings_class)
    data_dir = resolved(Path(environ.get(f"{ENV_PREFIX}DATA_DIR") or "data"))
    variables, problems = read_environment(environ, names)
    tree, yaml_problems = read_yaml(data_dir / YAML_NAME, names)
    values, value_problems = read_skill_values(environ, tree.pop(SKILL_SETTINGS, None), data_dir)
    problems += [*yaml_problems, *value_problems]
    if problems:
        raise SettingsError(problems)
    sources = (
        VariablesSource(settings_class, variables),
        InitSettingsSource(settings_class, {**tree, SKILL_SETTINGS: values}),
    )
    try:
        # The checker sees the fields only, not the parameters that BaseSettings adds to them.
        return settings_class(_build_sources=(sources, {}))  # type: ignore[call-arg]
    except ValidationError as error:
        raise SettingsError(_describe(error, names, variables)) from None  # its text quotes values


def _describe(
    error: ValidationError, names: tuple[SettingName, ...], variables: Mapping[str, str]
) -> list[str]:
    # A default that depends on a wrong value only repeats that value's problem.
    details = [item for item in error.errors() if item["type"] != "default_factory_not_called"]
    return [_line(item, names, variables) for item in details]


def _line(item: ErrorDetails, names: tuple[SettingName, ...], variables: Mapping[str, str]) -> str:
    message = item["msg"].removeprefix("Value error, ")
    name = next((name for name in names if item["loc"][: len(name.path)] == name.path), None)
    if name is None:  # about a whole section: the sentence names the settings itself
        return message if item["type"] == "value_error" else f"{item['loc'][0]}: {message}"
    is_from_environment = name.canonical_variable in variables
    source = name.variable if is_from_environment else f"{name.key} in {YAML_NAME}"
    return f"{source} is wrong: {message[:1].lower()}{message[1:]}; correct or remove it"
