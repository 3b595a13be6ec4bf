"""The table of commands: name, least role, description, and what answers."""

from gateway.commands import (
    admission,
    conversation,
    cron,
    greeting,
    heartbeat,
    link,
    personal,
    service,
    skills,
    tasks,
    why,
)
from gateway.commands.call import Entry
from gateway.phrases import Phrase
from gateway.store.people import Role

COMMANDS: tuple[Entry, ...] = (
    Entry(
        name="start",
        needs=Role.GUEST,
        about=Phrase.ABOUT_START,
        answer=greeting.start,
        is_listed=False,
    ),
    Entry(
        name="claim",
        needs=Role.GUEST,
        about=Phrase.ABOUT_CLAIM,
        answer=greeting.claim,
        is_listed=False,
    ),
    Entry(name="help", needs=Role.GUEST, about=Phrase.ABOUT_HELP, answer=greeting.show_help),
    Entry(name="new", needs=Role.GUEST, about=Phrase.ABOUT_NEW, answer=conversation.new),
    Entry(
        name="stop",
        needs=Role.GUEST,
        about=Phrase.ABOUT_STOP,
        answer=conversation.stop,
        usage="[all]",
    ),
    Entry(
        name="queue",
        needs=Role.GUEST,
        about=Phrase.ABOUT_QUEUE,
        answer=conversation.queue,
        usage="[collect|queue|steer|interrupt]",
    ),
    Entry(
        name="link",
        needs=Role.GUEST,
        about=Phrase.ABOUT_LINK,
        answer=link.link,
        usage="[CODE]",
    ),
    Entry(name="tasks", needs=Role.GUEST, about=Phrase.ABOUT_TASKS, answer=tasks.list_tasks),
    Entry(
        name="task", needs=Role.GUEST, about=Phrase.ABOUT_TASK, answer=tasks.show_task, usage="ID"
    ),
    Entry(name="why", needs=Role.GUEST, about=Phrase.ABOUT_WHY, answer=why.why),
    Entry(
        name="cron",
        needs=Role.MEMBER,
        about=Phrase.ABOUT_CRON,
        answer=cron.cron,
        usage="[VERB ID]",
    ),
    Entry(name="undo", needs=Role.MEMBER, about=Phrase.ABOUT_UNDO, answer=cron.undo),
    Entry(
        name="heartbeat",
        needs=Role.MEMBER,
        about=Phrase.ABOUT_HEARTBEAT,
        answer=heartbeat.heartbeat,
        usage="[on|off|…]",
    ),
    Entry(
        name="snooze",
        needs=Role.MEMBER,
        about=Phrase.ABOUT_SNOOZE,
        answer=personal.snooze,
        usage="10m",
    ),
    Entry(
        name="quiet",
        needs=Role.MEMBER,
        about=Phrase.ABOUT_QUIET,
        answer=personal.quiet,
        usage="[22:00-07:00|off]",
    ),
    Entry(
        name="zone",
        needs=Role.MEMBER,
        about=Phrase.ABOUT_ZONE,
        answer=personal.zone,
        usage="[NAME]",
    ),
    Entry(name="status", needs=Role.MEMBER, about=Phrase.ABOUT_STATUS, answer=service.status),
    Entry(
        name="workers", needs=Role.MEMBER, about=Phrase.ABOUT_WORKERS, answer=service.list_workers
    ),
    Entry(name="skills", needs=Role.MEMBER, about=Phrase.ABOUT_SKILLS, answer=skills.answer),
    Entry(name="model", needs=Role.MEMBER, about=Phrase.ABOUT_MODEL, answer=conversation.model),
    Entry(name="usage", needs=Role.MEMBER, about=Phrase.ABOUT_USAGE, answer=service.usage),
    Entry(name="users", needs=Role.ADMIN, about=Phrase.ABOUT_USERS, answer=admission.list_users),
    Entry(name="pair", needs=Role.ADMIN, about=Phrase.ABOUT_PAIR, answer=admission.list_requests),
    Entry(
        name="approve",
        needs=Role.ADMIN,
        about=Phrase.ABOUT_APPROVE,
        answer=admission.approve,
        usage="CODE [member|guest|admin]",
    ),
    Entry(
        name="deny",
        needs=Role.ADMIN,
        about=Phrase.ABOUT_DENY,
        answer=admission.deny,
        usage="CODE",
    ),
    Entry(name="reload", needs=Role.ADMIN, about=Phrase.ABOUT_RELOAD, answer=service.reload),
    Entry(name="pause", needs=Role.ADMIN, about=Phrase.ABOUT_PAUSE, answer=service.pause),
    Entry(name="resume", needs=Role.ADMIN, about=Phrase.ABOUT_RESUME, answer=service.resume),
)
