"""The composition root: the one place where concrete classes are chosen and put together."""

import asyncio
import importlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, assert_never

from channels.messenger import ChannelHome, Messenger
from channels.protocol import Channel, ServesHttp
from channels.settings import ChannelSettings
from gateway.access import ClaimCode, Gate
from gateway.channel_runner import ChannelRunner
from gateway.clock import Clock, SystemClock
from gateway.commands.desk import CommandDesk
from gateway.config import ModelSettings, Settings, load_settings
from gateway.config.sections import OFFLINE_MODEL, ModelApi, TranscriptionSettings
from gateway.crew import CrewRoom
from gateway.datadir import DataDirectory
from gateway.delivery import Delivery
from gateway.dispatch import Dispatcher
from gateway.errors import SettingsError, StartupError
from gateway.facts import GatewayFacts
from gateway.files import FileFetcher, FileRoom, Transcribe
from gateway.follower import follower
from gateway.governor import Governor
from gateway.health import Health
from gateway.http import HttpServer
from gateway.inbox import Claim, Inbox
from gateway.installer import SkillInstaller
from gateway.intake import Intake, IntakeRoom
from gateway.maintenance import Maintenance
from gateway.models import LateModel, LoadedModel, ModelShelf
from gateway.outgoing import OutgoingFiles
from gateway.preview import Stage
from gateway.proposals import ProposalRoom
from gateway.roster import ChannelPlan, Roster
from gateway.schedule.clockwork import ClockRoom, Clockwork
from gateway.schedule.scheduler import Alarm
from gateway.seen import SeenSigns
from gateway.sending import Sender
from gateway.service import Loops, Service
from gateway.skillshelf.disk import SkillDisk
from gateway.store.database import Database, Probe, Writer, sqlite_path
from gateway.store.sqlite import SqliteWriter
from gateway.turn import TaskTurn, TurnRoom
from gateway.wakeup import Wakeup
from gateway.worker_health import WorkerHealth
from gateway.workshop import MEBIBYTE, Workshop, state_places
from skills.catalog import PACKAGED_SKILLS, SkillCatalog
from skills.runner import SkillCeiling, SkillRunner
from skills.values import SkillValues
from souls.catalog import PACKAGED_SOULS, SoulCatalog
from workers.models.fallback import FallbackModel
from workers.models.protocol import Model

NO_KEY = "none"  # a server of one's own may want none, and the client library insists on a text
MODEL_TRIES = 10
OPENAI_SERVER = "https://api.openai.com/v1"  # not OPENAI_BASE_URL, which is the language model's
# The table of channels, each one a folder of `channels`: the one place that names them.
CHANNELS = (
    "terminal",
    "telegram",
    "slack",
    "dingtalk",
)
TRUSTED_CHANNELS = frozenset({"terminal"})  # whoever gets in there owns the machine
MENU_LANGUAGES = ("en", "zh")


def build(
    settings: Settings,
    *,
    model: Model | None = None,
    channels: Sequence[ChannelPlan] | None = None,
    clock: Clock | None = None,
    probe: Probe | None = None,
) -> Service:
    """Put a gateway together and take hold of its data directory; nothing runs yet.

    `model` stands in for every model, `channels` for the table of channels, `clock` for the
    system's; `probe` is told of each transaction.

    Raises:
        StartupError: another process holds the data directory, or it cannot be used.
    """
    refuse_what_is_not_built(settings)
    clock = clock or SystemClock()
    database = open_database(settings, probe)
    directory = DataDirectory.open(settings.data_dir)
    roster = Roster({plan.name: plan for plan in channels or _plans(settings, directory, clock)})
    core = _Core(
        settings=settings,
        clock=clock,
        database=database,
        directory=directory,
        roster=roster,
        inbox=Inbox(database, clock, settings.inbox, owner=directory.owner),
        governor=Governor(clock),
        shelf=_shelf(settings.model, model),
    )
    gate = Gate(settings.access, ClaimCode(), trusted_channels=TRUSTED_CHANNELS)
    loops = _loops(core, gate)
    routes = [route for plan in roster.plans.values() for route in plan.routes]
    http = HttpServer(settings.http, Health(database, roster, clock), routes)
    return Service(directory, database, core.inbox, http, loops, gate)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Core:
    """What nearly every part of the gateway is made of."""

    settings: Settings
    clock: Clock
    database: Database
    directory: DataDirectory
    roster: Roster
    inbox: Inbox
    governor: Governor
    shelf: ModelShelf


def _loops(core: _Core, gate: Gate) -> Loops:
    workshop = _workshop(core.settings, core.shelf)
    sender = Sender(core.database, core.clock, core.governor, owner=core.directory.owner)
    delivery = Delivery(core.database, core.clock, core.roster, sender, core.governor)
    clockwork = _clockwork(core, workshop, delivery)
    fetcher = FileFetcher(_file_room(core))
    installer, proposals = _skill_change(core, workshop, delivery.wakeup)
    turn_room = _turn_room(core, workshop, delivery, fetcher, clockwork, proposals)

    def turn(claim: Claim) -> TaskTurn:
        return TaskTurn(turn_room, claim)

    dispatcher = Dispatcher(core.inbox, core.settings.inbox, turn)
    desk = CommandDesk(_facts(core, workshop))
    maintenance = Maintenance(
        core.database,
        core.clock,
        workshop,
        copies_kept=timedelta(days=core.settings.files.sent_days),
    )
    follow = follower(dispatcher, workshop, clockwork, installer, maintenance)
    seen = SeenSigns(core.roster, core.governor, is_wanted=core.settings.delivery.show_seen)
    intake_room = _intake_room(core, gate, desk, seen, dispatcher, fetcher.wakeup)
    intake = Intake(intake_room, delivery.wakeup, follow)
    menu = {language: desk.menu(language) for language in MENU_LANGUAGES}
    return Loops(
        intake=intake,
        dispatcher=dispatcher,
        delivery=delivery,
        maintenance=maintenance,
        seen=seen,
        models=core.shelf,
        clockwork=clockwork,
        files=fetcher,
        skills=installer,
        channels=[
            ChannelRunner(plan, core.roster, delivery, intake.receive, menu)
            for plan in core.roster.plans.values()
        ],
    )


def _skill_change(
    core: _Core, workshop: Workshop, words: Wakeup
) -> tuple[SkillInstaller, ProposalRoom]:
    """Return what carries decisions about skills out, and what takes proposals."""
    disk = SkillDisk(core.settings.data_dir)
    proposals = ProposalRoom(
        database=core.database,
        clock=core.clock,
        catalog=workshop.skills,
        trials=skill_runner(core.settings, values=SkillValues()),
        disk=disk,
        roster=core.roster,
        wakeup=words,
    )
    return SkillInstaller(core.database, core.clock, workshop.skills, disk, words), proposals


def load_alarm() -> Callable[[Wakeup], AbstractContextManager[Alarm]]:
    """Import APScheduler, which takes a tenth of a second, and return what opens an alarm."""
    from gateway.schedule.alarm import ApschedulerAlarm  # noqa: PLC0415 - slow, see above

    return ApschedulerAlarm


def _clockwork(core: _Core, workshop: Workshop, delivery: Delivery) -> Clockwork:
    room = ClockRoom(
        database=core.database,
        clock=core.clock,
        inbox=core.inbox,
        roster=core.roster,
        workshop=workshop,
        settings=core.settings.schedules,
        said=delivery.wakeup.call,
    )
    return Clockwork(room, load_alarm)


def _facts(core: _Core, workshop: Workshop) -> GatewayFacts:
    return GatewayFacts(
        core.clock.now(),
        core.roster,
        workshop,
        core.shelf,
        busy_mode=core.settings.inbox.busy_mode,
        time_zone=core.settings.schedules.time_zone,
    )


def _file_room(core: _Core) -> FileRoom:
    settings = core.settings.transcription
    return FileRoom(
        database=core.database,
        clock=core.clock,
        roster=core.roster,
        data_dir=core.settings.data_dir,
        settings=core.settings.files,
        transcribe=transcriber(settings) if settings.model else None,
    )


def transcriber(settings: TranscriptionSettings) -> Transcribe:
    """Return what turns speech into text; it loads its library, in a thread, when it is used."""

    async def hear(sound: Path) -> str:
        module = await asyncio.to_thread(importlib.import_module, "workers.models.transcription")
        key = settings.api_key.get_secret_value() if settings.api_key else NO_KEY
        model = module.SpeechModel(
            name=settings.model,
            api_key=key,
            base_url=settings.base_url or OPENAI_SERVER,
            timeout=timedelta(seconds=settings.timeout_seconds),
        )
        words: str = await module.transcribe(model, sound)
        return words

    return hear


def _turn_room(
    core: _Core,
    workshop: Workshop,
    delivery: Delivery,
    fetcher: FileFetcher,
    clockwork: Clockwork,
    proposals: ProposalRoom,
) -> TurnRoom:
    crew = CrewRoom(
        database=core.database,
        clock=core.clock,
        workshop=workshop,
        owner=core.directory.owner,
        seats=core.settings.workers.slots,
        lease_time=core.inbox.lease_time,
        health=WorkerHealth(core.clock, core.shelf.trouble),
    )
    stage = Stage(
        database=core.database,
        clock=core.clock,
        governor=core.governor,
        roster=core.roster,
        settings=core.settings.delivery,
    )
    return TurnRoom(
        inbox=core.inbox,
        stage=stage,
        crew=crew,
        settings=core.settings.inbox,
        outlet=delivery,
        files=fetcher,
        outgoing=partial(OutgoingFiles, core.settings.data_dir, max_mb=core.settings.files.max_mb),
        propose=proposals.tool,
        books=clockwork.books,
        runs=clockwork.runs,
    )


def _intake_room(
    core: _Core,
    gate: Gate,
    desk: CommandDesk,
    seen: SeenSigns,
    work: Dispatcher,
    files_wakeup: Wakeup,
) -> IntakeRoom:
    return IntakeRoom(
        database=core.database,
        clock=core.clock,
        inbox=core.inbox,
        work=work,
        gate=gate,
        desk=desk,
        roster=core.roster,
        seen=seen,
        files_wakeup=files_wakeup,
        limits=core.settings.inbox,
        delivery=core.settings.delivery,
    )


def refuse_what_is_not_built(settings: Settings) -> None:
    """Say so where a setting asks for a part that this version does not have.

    Raises:
        SettingsError: a line for each such part.
    """
    asked = {
        "CREWDESK_REDIS_URL": settings.redis_url is not None,
    }
    problems = [
        f"{name} is set, but this version of Crewdesk has no such part yet; unset it"
        for name, is_set in asked.items()
        if is_set
    ]
    if problems:
        raise SettingsError(problems)


def open_database(settings: Settings, probe: Probe | None = None) -> Database:
    """Return the database that the settings name, not yet open."""
    return Database(settings.database_url, _writer(settings.database_url), probe=probe)


def _writer(url: str) -> Writer:
    path = sqlite_path(url)
    if path is not None:
        return SqliteWriter(path)
    try:
        from gateway.store.postgres import PostgresWriter  # noqa: PLC0415 - asyncpg is optional
    except ImportError as error:
        raise StartupError(
            "PostgreSQL needs the package asyncpg: pip install 'crewdesk[postgres]'"
        ) from error
    return PostgresWriter(url)


def messengers() -> tuple[Messenger[Any], ...]:
    """Return what the table of channels holds, in its order."""
    found = []
    for name in CHANNELS:
        module = importlib.import_module(f"channels.{name}.messenger")
        messenger = module.MESSENGER
        if not isinstance(messenger, Messenger):
            raise TypeError(f"channels.{name}.messenger holds no Messenger as MESSENGER")
        found.append(messenger)
    return tuple(found)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check all settings, those of every channel included.

    Raises:
        SettingsError: with every problem at once, one line each.
    """
    return load_settings(environ, {one.name: one.settings for one in messengers()})


def _plans(settings: Settings, directory: DataDirectory, clock: Clock) -> list[ChannelPlan]:
    sections = settings.channels
    return [
        _plan(
            messenger,
            sections[messenger.name],
            ChannelHome(
                folder=settings.data_dir / "channels" / messenger.name,
                token=directory.token,
                now=clock.now,
            ),
        )
        for messenger in messengers()
        if sections[messenger.name].is_set_up
    ]


def _plan(messenger: Messenger[Any], section: ChannelSettings, home: ChannelHome) -> ChannelPlan:
    load = partial(messenger.open, section, home)
    if not messenger.serves_http:
        return ChannelPlan(
            name=messenger.name,
            load=load,
            split=messenger.split,
            shows_options=messenger.shows_options,
        )
    channel = load()
    if not isinstance(channel, ServesHttp):
        raise TypeError(f"{messenger.name} has no routes to serve")
    return ChannelPlan(
        name=messenger.name,
        load=partial(_itself, channel),
        split=messenger.split,
        shows_options=messenger.shows_options,
        routes=tuple(channel.routes()),
    )


def _itself(channel: Channel) -> Channel:
    return channel


def _shelf(settings: ModelSettings, given: Model | None) -> ModelShelf:
    if given is not None:
        return ModelShelf(given.name, lambda _: given, lambda _: "")

    def make(name: str) -> Model:
        if name == OFFLINE_MODEL:
            return _offline_model()
        return LateModel(
            name,
            lambda: load_chain(settings, name),
            max_output_tokens=settings.max_output_tokens,
        )

    def check(name: str) -> str:
        if name == OFFLINE_MODEL or settings.api_key or settings.base_url:
            return ""
        return f"its model {name!r} needs OPENAI_API_KEY, which is not set"

    return ModelShelf(settings.name, make, check)


def _offline_model() -> Model:
    from workers.models.offline import OfflineModel  # noqa: PLC0415 - only where there is no other

    return OfflineModel()


def load_chain(settings: ModelSettings, name: str, *, tries: int = MODEL_TRIES) -> LoadedModel:
    """Import the client library and make the chain: the wanted model, then the fallbacks.

    It asks `tries` times in all. Takes a second; raises `ImportError`.
    """
    from workers.models.chat import ChatModel  # noqa: PLC0415 - openai takes a second to import
    from workers.models.client import openai_client  # noqa: PLC0415 - the same
    from workers.models.responses import ResponsesModel  # noqa: PLC0415 - the same

    key = settings.api_key.get_secret_value() if settings.api_key else NO_KEY
    client = openai_client(api_key=key, base_url=settings.base_url)
    timeout = timedelta(seconds=settings.timeout_seconds)

    def adapter(wanted: str) -> Model:
        match settings.api:
            case ModelApi.RESPONSES:
                return ResponsesModel(client, wanted, timeout=timeout)
            case ModelApi.CHAT:
                return ChatModel(client, wanted, timeout=timeout)
            case _:
                assert_never(settings.api)

    chain = dict.fromkeys((name, *settings.fallbacks))
    model = FallbackModel([adapter(wanted) for wanted in chain], tries=tries)
    return LoadedModel(model=model, close=client.close)


def soul_catalog(settings: Settings) -> SoulCatalog:
    """Return the souls: ours, and those in the data directory, which come before them."""
    return SoulCatalog([PACKAGED_SOULS, settings.data_dir / "souls"])


def skill_catalog(settings: Settings, *, is_guarded: bool = False) -> SkillCatalog:
    """Return the skills: ours, and those in the data directory, which come before them."""
    own = settings.data_dir / "skills"
    guarded = [own] if is_guarded else []
    return SkillCatalog([PACKAGED_SKILLS, own], guarded=guarded)


def skill_runner(settings: Settings, values: SkillValues | None = None) -> SkillRunner:
    """Return what runs skills within the limits, with the settings' values or with others."""
    return SkillRunner(
        allowed_hosts=settings.skills.allowed_hosts,
        values=settings.skill_settings if values is None else values,
        ceiling=SkillCeiling(
            timeout=timedelta(seconds=settings.skills.timeout_seconds),
            memory_bytes=settings.skills.memory_mb * MEBIBYTE,
        ),
        hidden=state_places(settings.data_dir, settings.database_url),
    )


def _workshop(settings: Settings, shelf: ModelShelf) -> Workshop:
    return Workshop(
        souls=soul_catalog(settings),
        skills=skill_catalog(settings, is_guarded=settings.skills.approved_only),
        runner=skill_runner(settings),
        model=shelf,
        data_dir=settings.data_dir,
        hidden=state_places(settings.data_dir, settings.database_url),
        tools=settings.tools,
        context_tokens=settings.model.context_tokens,
        takes_images=settings.model.takes_images,
    )
