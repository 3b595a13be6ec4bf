"""What the service says about schedules, in English."""

from gateway.phrases.names import Phrase

ENGLISH_SCHEDULES: dict[Phrase, str] = {
    Phrase.SCHEDULE_ONCE: "once, at {at}",
    Phrase.SCHEDULE_EVERY: "every {span}",
    Phrase.SCHEDULE_DAILY: "every day at {time} ({zone})",
    Phrase.SCHEDULE_CRON: "{words} (`{line}`, {zone})",
    Phrase.SCHEDULE_DATES: "next: {dates}",
    Phrase.SCHEDULE_UNDO: "Write “undo” to take it back.",
    Phrase.SCHEDULE_FAILED: "“{goal}” did not work this time: {reason} {after}",
    Phrase.SCHEDULE_NEXT: "The next run is on {at}.",
    Phrase.SCHEDULE_NO_NEXT: "It will not run again by itself; `/cron run {id}` runs it now.",
    Phrase.SCHEDULE_GIVEN_UP: (
        "After {count} failures in a row it is paused; `/cron resume {id}` starts it again."
    ),
    Phrase.QUIET_MERGED: "While it was quiet, {count} messages came in:",
    Phrase.ABOUT_CRON: "your schedules: list, show, pause, resume, run, delete, preview, why",
    Phrase.ABOUT_ZONE: "show or set your time zone",
    Phrase.ABOUT_QUIET: "show or set your quiet hours",
    Phrase.ABOUT_SNOOZE: "be reminded again of the last reminder",
    Phrase.CRON_USAGE: (
        "Write `/cron list`, or one of show, pause, resume, run, delete, preview, why, subscribe, "
        "unsubscribe and behind it the id of a schedule."
    ),
    Phrase.CRON_NONE: (
        "There are no schedules. Ask me for one in your own words, such as “every day at 9, "
        "tell me the news”."
    ),
    Phrase.CRON_UNKNOWN: "I know no such schedule of yours; `/cron list` shows them.",
    Phrase.CRON_AMBIGUOUS: "Several schedules begin like this. Please write more of the id.",
    Phrase.CRON_HINT: "`/cron show ID` shows one, `/cron why ID` what it did.",
    Phrase.CRON_NEXT: "next: {at}",
    Phrase.CRON_NEVER: "not due any more",
    Phrase.CRON_IS_PAUSED: "paused",
    Phrase.CRON_PAUSED_BECAUSE: "Paused: {reason}",
    Phrase.CRON_TARGETS: "Speaks to {count} conversation(s)",
    Phrase.CRON_POLICY: "Missed times: {missed}, within {window}; while a run goes on: {overlap}",
    Phrase.CRON_PRIORITY: "Priority: {priority}",
    Phrase.CRON_MODEL: "Model: {model}",
    Phrase.CRON_SOUL: "Soul: {soul}",
    Phrase.CRON_UNTIL: "Until {at}",
    Phrase.CRON_FAILURES: "Failures in a row: {count}",
    Phrase.CRON_PAUSED: "Paused. Its times are skipped until `/cron resume {id}`.",
    Phrase.CRON_RESUMED: "It goes on; next: {at}.",
    Phrase.CRON_BY_REQUEST: "you asked for it",
    Phrase.CRON_RUNS: "It runs now, besides its times.",
    Phrase.CRON_DELETED: "Deleted: {goal}",
    Phrase.CRON_SUBSCRIBED: "This conversation gets its messages from now on: {goal}",
    Phrase.CRON_UNSUBSCRIBED: "This conversation gets its messages no more: {goal}",
    Phrase.CRON_PREVIEW: "The next times, in {zone}:",
    Phrase.CRON_SHIFT: "the clocks change before this",
    Phrase.CRON_COSTS: "Last 30 days: {runs} runs, {calls} model calls, {tokens}",
    Phrase.CRON_WHY_NONE: "Nothing was due in the last {days} days.",
    Phrase.CRON_WHY_RANGE: "{first} to {last} ({count} times)",
    Phrase.CRON_WHY_OLDER: "before that, {count} times",
    Phrase.CRON_ENDED: "over since {at}",
    Phrase.CRON_QUIET: "quiet hours: arrives at {at}",
    Phrase.TOLD_NOTHING: "had nothing to tell",
    Phrase.TOLD_HELD: "kept back until {at}",
    Phrase.TOLD_WAITING: "message on its way",
    Phrase.TOLD_SENT: "message sent",
    Phrase.TOLD_LOST: "message could not be delivered",
    Phrase.TICK_FIRED: "fired",
    Phrase.TICK_SKIPPED: "skipped",
    Phrase.TICK_MISSED: "nobody looked at the clock (the gateway was down or asleep)",
    Phrase.TICK_OVERLAP: "the run before had not ended",
    Phrase.TICK_PAUSED: "the schedule was paused",
    Phrase.TICK_FULL: "too many of its runs were waiting",
    Phrase.TICK_BY_HAND: "by `/cron run`",
    Phrase.ZONE_SHOWN: (
        "Your time zone is {zone}; it is {at} there. `/zone Europe/Berlin` sets another."
    ),
    Phrase.ZONE_SET: (
        "Your time zone is {zone} from now on; it is {at} there. Schedules that exist keep theirs."
    ),
    Phrase.QUIET_NONE: "You have no quiet hours. `/quiet 22:00-07:00` sets them.",
    Phrase.QUIET_SHOWN: "Your quiet hours are {hours} ({zone}); `/quiet off` ends them.",
    Phrase.QUIET_SET: (
        "From {hours} ({zone}) scheduled messages wait and come as one in the end. Urgent "
        "ones come at once."
    ),
    Phrase.QUIET_OFF: "No more quiet hours. What was kept back comes now.",
    Phrase.SNOOZE_USAGE: "Write `/snooze 10m`, with how long to wait.",
    Phrase.SNOOZE_NONE: "There was no reminder of yours here.",
    Phrase.SNOOZED: "I will remind you again at {at}: {goal}",
    Phrase.ABOUT_UNDO: "take back what was scheduled last here",
    Phrase.UNDO_NONE: "Nothing was scheduled here in the last day that still goes on.",
    Phrase.UNDONE: "Taken back: {goals}",
    Phrase.ABOUT_HEARTBEAT: "have me look now and then whether something is new",
    Phrase.HEARTBEAT_GOAL: (
        "Somebody asked you to look now and then whether something is new, and this is: tell "
        "them in one short message what matters. Of a follow-up that is due, find out whether it "
        "is done, and use review_follow_up. Answer HEARTBEAT_OK if nothing is worth telling."
    ),
    Phrase.HEARTBEAT_FAILED: (
        "Something is new, but I could not tell what: {reason} `/task {task}` shows what happened."
    ),
    Phrase.HEARTBEAT_ON: (
        "Every {every} from {hours} ({zone}) I look at your feeds and what else you watch, "
        "and write only if something is new."
    ),
    Phrase.HEARTBEAT_OFF: "I no longer look by myself.",
    Phrase.HEARTBEAT_IS_ON: "On: every {every} from {hours}; the next look is at {at}.",
    Phrase.HEARTBEAT_IS_OFF: "Off.",
    Phrase.HEARTBEAT_EVERY_USAGE: "Two looks are at least 5 minutes apart, and a day at most.",
    Phrase.HEARTBEAT_TALLY: (
        "last {days} days: {looks} looks, {nothing} without a model; {count} things were new"
    ),
    Phrase.HEARTBEAT_FOUND: "found {ago}: {titles}",
    Phrase.FOLLOW_UP_OPEN: "`{id}` left open: {subject}, until {done}; reviewed after {at}",
    Phrase.FOLLOW_UP_UNKNOWN: "I know nothing open by this id; `/heartbeat` shows what is.",
    Phrase.FOLLOW_UP_CLOSED: "Closed: {subject}",
    Phrase.HEARTBEAT_WATCHES: "watches {subject}",
    Phrase.HEARTBEAT_LAST: "last look {ago}: {count} new",
    Phrase.HEARTBEAT_TOO_MANY: (
        "{count} pages and files are watched already, and that is the most; `/heartbeat drop` "
        "one first."
    ),
    Phrase.HEARTBEAT_USAGE: (
        "`/heartbeat on`, `off`, `hours 08:00-22:00`, `every 1h`, `watch URL` or `watch FILE`, "
        "`drop URL`, `close ID`"
    ),
}
