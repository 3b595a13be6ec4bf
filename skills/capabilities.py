"""What a skill declares that it needs: hosts, files, settings and secrets by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from yarl import URL

# A name or an address, perhaps all names below it (`*.`), perhaps on one port only.
HOST: Final = re.compile(r"(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?")
FILE_SUFFIX: Final = "_file"  # the settings file names a secret's own file with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value that an operator may set; of an address, the host may be reached, too."""

    name: str
    description: str
    default: str = ""
    is_required: bool = False
    is_address: bool = False
    is_secret: bool = False


def host_of(address: str) -> str:
    """Return the `host:port` of an http(s) address, empty if it is none."""
    try:
        url = URL(address)
        host, port = url.host, url.port
    except ValueError:  # no address at all, or no such port
        return ""
    return f"{host}:{port}".lower() if url.scheme in {"http", "https"} and host else ""


def covers(declared: str, host: str) -> bool:
    """Say whether a declared host means this `host:port`; without a port it means every one."""
    name, _, port = host.rpartition(":")
    wanted, _, wanted_port = declared.rpartition(":") if _has_port(declared) else (declared, "", "")
    if wanted_port and wanted_port != port:
        return False
    wanted = wanted.strip("[]")
    return name.endswith(wanted[1:]) if wanted.startswith("*.") else name == wanted


def _has_port(declared: str) -> bool:
    return re.search(r"(?<!:):\d{1,5}\Z", declared) is not None


def _checked_host(text: str) -> str:
    if not HOST.fullmatch(text):
        raise ValueError(f"'{text}' is no host: write example.org, *.example.org or name:port")
    return text


def _checked_name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text) or text.endswith(FILE_SUFFIX) or "__" in text:
        raise ValueError(
            f"'{text}' is no name: small letters, digits, single '_', not …{FILE_SUFFIX}"
        )
    return text


def _checked_address(text: str) -> str:
    if text and not host_of(text):
        raise ValueError(f"'{text}' is no http(s) address")
    return text


Host = Annotated[str, AfterValidator(_checked_host)]
Name = Annotated[str, Field(max_length=64), AfterValidator(_checked_name)]
Sentence = Annotated[str, Field(min_length=1, max_length=300)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class DeclaredSetting(_Strict):
    """A setting as `SKILL.md` writes it, below its name."""

    description: Sentence
    default: str = ""
    required: bool = False
    url: bool = False


class DeclaredSecret(_Strict):
    """A secret as `SKILL.md` writes it, below its name."""

    description: Sentence
    required: bool = False


def settings_of(
    settings: Mapping[str, DeclaredSetting], secrets: Mapping[str, DeclaredSecret]
) -> tuple[Setting, ...]:
    """Put both kinds into one list.

    Raises:
        ValueError: a name stands in both, or a default is no address although it must be.
    """
    if both := settings.keys() & secrets.keys():
        raise ValueError(f"secrets.{min(both)}: there is a setting of that name")
    for one in settings.values():
        if one.url:
            _checked_address(one.default)
    return (
        *(
            Setting(
                name=name,
                description=one.description,
                default=one.default,
                is_required=one.required,
                is_address=one.url,
            )
            for name, one in settings.items()
        ),
        *(
            Setting(
                name=name,
                description=one.description,
                is_required=one.required,
                is_secret=True,
            )
            for name, one in secrets.items()
        ),
    )
