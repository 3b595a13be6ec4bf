"""The skill catalog: the Agent Skills format, our own keys, edits, and mistakes that are named."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from skills.catalog import PACKAGED_SKILLS, SkillCatalog
from skills.skill import SkillEffect

CHINESE = re.compile(r"[\u4e00-\u9fff]{4}")
FULL = """---
name: weather
description: The weather. 天气。
license: MIT
compatibility: needs nothing
allowed-tools: read bash
metadata:
  author: somebody
  crewdesk:
    effect: read
    timeout_s: 5
    memory_mb: 128
    network: true
    parameters: {type: object, properties: {city: {type: string}}, required: [city]}
    hosts: [example.org, "*.example.net:8080"]
    files: false
    settings: {base_url: {description: where, default: "https://api.example.org", url: true}}
    secrets: {key: {description: the key, required: true}}
    samples: [{city: Berlin}]
---
# Weather
"""


def write(folder: Path, text: str, name: str = "weather") -> Path:
    """Write the `SKILL.md` of a skill."""
    (folder / name).mkdir(exist_ok=True)
    path = folder / name / "SKILL.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_packaged_skills_are_whole() -> None:
    """They load without a problem, say what they do, and are found in two languages."""
    catalog = SkillCatalog([PACKAGED_SKILLS])

    rss, fetch = catalog.get("rss_subscribe"), catalog.get("web_fetch")

    assert catalog.problems() == {}
    assert rss is not None
    assert "订阅 RSS" in rss.description
    assert fetch is not None
    assert fetch.effect is SkillEffect.READ
    assert all(skill.instructions.strip() for skill in catalog.all())
    assert all(CHINESE.search(skill.description) for skill in catalog.all())


def test_all_keys_of_the_format_are_read(tmp_path: Path) -> None:
    """Every key has its place in the skill; foreign metadata is left alone."""
    write(tmp_path, FULL)

    skill = SkillCatalog([tmp_path]).get("weather")

    assert skill is not None
    assert skill.timeout == timedelta(seconds=5)
    assert skill.memory_bytes == 128 * 1024 * 1024
    assert skill.has_network
    assert skill.allowed_tools == ("read", "bash")
    assert skill.hosts == ("example.org", "*.example.net:8080")
    assert not skill.has_files
    assert [(one.name, one.is_secret, one.is_required) for one in skill.settings] == [
        ("base_url", False, False),
        ("key", True, True),
    ]
    assert skill.samples == ('{"city": "Berlin"}',)
    assert json.loads(skill.parameters)["required"] == ["city"]


def test_a_skill_that_says_nothing_gets_the_careful_defaults(tmp_path: Path) -> None:
    """Without our own keys a skill is unsafe, offline and takes no arguments."""
    write(tmp_path, "---\nname: weather\ndescription: x\n---\n")

    skill = SkillCatalog([tmp_path]).get("weather")

    assert skill is not None
    assert skill.effect is SkillEffect.UNSAFE
    assert not skill.has_network
    assert json.loads(skill.parameters)["additionalProperties"] is False


def test_a_new_skill_is_there_without_a_restart(tmp_path: Path) -> None:
    """A folder put in place later is found by the next question, and gone when it is removed."""
    catalog = SkillCatalog([tmp_path])
    before = catalog.all()
    path = write(tmp_path, FULL)
    found = catalog.get("weather")
    path.unlink()

    assert before == ()
    assert found is not None
    assert catalog.get("weather") is None


def test_a_mistake_keeps_the_last_good_skill(tmp_path: Path) -> None:
    """A skill whose file breaks goes on as it was and is named in the problems."""
    path = write(tmp_path, FULL)
    catalog = SkillCatalog([tmp_path])
    catalog.refresh()
    write(tmp_path, FULL.replace("timeout_s: 5", "timeout_s: soon"))

    assert catalog.get("weather") is not None
    assert "metadata.crewdesk.timeout_s" in catalog.problems()[path]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("name: weather", "name: other", "differs from the folder's name"),
        ("name: weather", "name: 'weather", "the front matter is not valid YAML in line "),
        ("license: MIT", "licence: MIT", "licence: there is no such key"),
        ("network: true", "internet: true", "metadata.crewdesk.internet: there is no such key"),
        ("effect: read", "effect: maybe", "metadata.crewdesk.effect"),
        ("memory_mb: 128", "memory_mb: 1", "metadata.crewdesk.memory_mb"),
        ("{type: object, properties", "{type: array, properties", "metadata.crewdesk.parameters"),
        ("{city: {type: string}}", "{city: {type: text}}", "metadata.crewdesk.parameters"),
        ("description: The weather. 天气。", "description: ''", "description"),
        ("[example.org,", "[https://example.org,", "'https://example.org' is no host"),
        ("network: true", "network: false", "not 'network: true'"),
        ("{key:", "{base_url:", "secrets.base_url: there is a setting of that name"),
        ("{key:", "{Key:", "'Key' is no name"),
        ("{key:", "{key_file:", "'key_file' is no name"),
        ("https://api.example.org", "api.example.org", "is no http(s) address"),
        ("{city: Berlin}", "{town: 5}", "metadata.crewdesk.samples.0: 'city' is a required"),
        (
            "files: false",
            "signal: true",
            'metadata.crewdesk.signal: the parameters refuse {"action"',
        ),
    ],
)
def test_a_mistake_is_said_with_its_key(tmp_path: Path, old: str, new: str, named: str) -> None:
    """Each kind of mistake gives a sentence that names the key."""
    path = write(tmp_path, FULL.replace(old, new))

    assert named in SkillCatalog([tmp_path]).problems()[path]


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """The path is named by whoever tells it, and once."""
    path = tmp_path / "weather" / "SKILL.md"
    path.mkdir(parents=True)

    assert SkillCatalog([tmp_path]).problems() == {path: "Is a directory"}


def test_where_skills_are_guarded_only_pinned_ones_count(tmp_path: Path) -> None:
    """One that nobody approved is named, and does not take the place of the one that ships."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        write(folder, FULL)
    coffee = write(theirs, FULL.replace("name: weather", "name: coffee"), "coffee")
    catalog = SkillCatalog([ours, theirs], guarded=[theirs])

    before = {skill.name: skill.folder.parent for skill in catalog.all()}
    named = catalog.problems()
    catalog.pin({"coffee": "0" * 64})

    assert before == {"weather": ours}
    assert set(named) == {theirs / "weather" / "SKILL.md", coffee}
    assert [skill.name for skill in catalog.all()] == ["coffee", "weather"]


def test_a_pinned_skill_knows_which_files_it_must_have(tmp_path: Path) -> None:
    """The others are free; who is pinned may change while the catalog is in use."""
    write(tmp_path, FULL)
    catalog = SkillCatalog([tmp_path])
    free = catalog.get("weather")
    catalog.pin({"weather": "1234", "gone": "5678"})
    bound = catalog.get("weather")

    assert free is not None
    assert bound is not None
    assert (free.pin, bound.pin) == ("", "1234")
    assert [skill.name for skill in catalog.all()] == ["weather"]
