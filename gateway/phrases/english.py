"""What the service says, in English."""

from gateway.phrases.names import Phrase

ENGLISH: dict[Phrase, str] = {
    Phrase.INBOX_FULL: (
        "More is waiting than I can take in. I will read your message when there is room."
    ),
    Phrase.LANE_FULL: (
        "There are {count} messages of this chat waiting already, so I left this one "
        "aside. Please send it again when I have caught up."
    ),
    Phrase.QUARANTINED: (
        "I tried this {attempts} times and was interrupted each time, so I gave up. "
        "`/task {task}` shows what happened."
    ),
    Phrase.MODEL_DOWN: (
        "My language model cannot be reached just now. Your message is kept, and I "
        "will answer as soon as it is back."
    ),
    Phrase.DEADLINE_PASSED: "It is too late for this now, so I left it.",
    Phrase.ANSWERS_EXPIRED: (
        "Some older answers were not sent, because they were more than an hour late. "
        "`/tasks` shows what they were about."
    ),
    Phrase.SENT_AGAIN: "(sent again after an interruption)",
    Phrase.FILE_NOT_SENDABLE: (
        "I cannot send files here. {name} lies on the machine on which I run: `{path}`"
    ),
    Phrase.FILE_NOT_SENT: "The file {name} could not be sent: {reason}",
    Phrase.STOPPED_TOO_MANY_STEPS: "I stopped: this took more steps than I may take ({detail}).",
    Phrase.STOPPED_TOO_MANY_TOKENS: "I stopped: this used more than its budget ({detail}).",
    Phrase.STOPPED_TOO_LONG: "I stopped: this took longer than it may ({detail}).",
    Phrase.STOPPED_REPEATED_CALL: "I stopped: I was going in circles ({detail}).",
    Phrase.STOPPED_ALTERNATING_CALLS: "I stopped: I was going in circles ({detail}).",
    Phrase.STOPPED_BROKEN_CALLS: "I stopped: the model's tool calls made no sense ({detail}).",
    Phrase.STOPPED_EMPTY_ANSWER: "The model gave no answer ({detail}). Please try again.",
    Phrase.STOPPED_CONTEXT_OVERFLOW: (
        "This conversation has become too long for the model. `/new` starts a fresh one."
    ),
    Phrase.STOPPED_MODEL_REJECTED: (
        "The language model refused the request, so I cannot answer: {detail}"
    ),
    Phrase.PAIRING_CODE: (
        "Hello! I do not know you yet, so please give this code to an administrator of "
        "this bot:\n\n`{code}`\n\nThey let you in by typing `/approve {code}`. The "
        "code holds for one hour."
    ),
    Phrase.PAIRING_REMINDER: (
        "I have sent you a code already; I cannot show it again. An administrator can "
        "let you in with it. An hour after I sent it, write again and you get a fresh "
        "one."
    ),
    Phrase.PAIRING_FULL: (
        "Too many people are waiting to be let in just now. Please write again in an hour."
    ),
    Phrase.WELCOME: (
        "You have been let in. Write to me what you need; `/help` shows what else I understand."
    ),
    Phrase.CLAIM_DONE: "You are an administrator of this bot. `/help` shows what you can do.",
    Phrase.CLAIM_WRONG: (
        "This is not the code. After {tries} wrong ones nobody can claim this bot "
        "until it is restarted."
    ),
    Phrase.CLAIM_LOCKED: (
        "There were too many wrong codes, so this bot cannot be claimed now. "
        "Restarting it makes a fresh code."
    ),
    Phrase.CLAIM_REFUSED: (
        "This did not make you an administrator: the code is wrong, or there is an "
        "administrator already. It only works in a private chat."
    ),
    Phrase.ROLE_ADMIN: "administrator",
    Phrase.ROLE_MEMBER: "member",
    Phrase.ROLE_GUEST: "guest",
    Phrase.ROLE_BLOCKED: "blocked",
    Phrase.COMMAND_UNKNOWN: "There is no command {name}. `/help` shows those that there are.",
    Phrase.COMMAND_FOR_ADMINS: "{name} is for administrators.",
    Phrase.COMMAND_FOR_MEMBERS: "{name} is for members, and you are a guest here.",
    Phrase.HELP_INTRO: (
        "Write to me what you need, in your own words. Besides, I understand these commands:"
    ),
    Phrase.HELP_FOR_ADMINS: "For administrators:",
    Phrase.ABOUT_START: "say hello",
    Phrase.ABOUT_CLAIM: "become the administrator with the code from the start-up log",
    Phrase.ABOUT_HELP: "show the commands",
    Phrase.ABOUT_NEW: "start a fresh conversation",
    Phrase.ABOUT_STOP: "stop what I am doing here",
    Phrase.ABOUT_TASKS: "list your latest tasks",
    Phrase.ABOUT_TASK: "show what happened in a task",
    Phrase.ABOUT_WHY: "show where my last answer came from",
    Phrase.ABOUT_STATUS: "show how the service is doing",
    Phrase.ABOUT_WORKERS: "list the workers",
    Phrase.ABOUT_SKILLS: "list the skills",
    Phrase.ABOUT_LINK: "be known as the same person on another channel",
    Phrase.ABOUT_QUEUE: "what I do with messages that come while I am busy",
    Phrase.ABOUT_MODEL: "show or choose the model of this conversation",
    Phrase.ABOUT_USAGE: "show how many tokens were used",
    Phrase.ABOUT_USERS: "list the people I know",
    Phrase.ABOUT_PAIR: "list the strangers who wait to be let in",
    Phrase.ABOUT_APPROVE: "let a stranger in",
    Phrase.ABOUT_DENY: "turn a stranger's request down",
    Phrase.ABOUT_RELOAD: "read souls and skills again",
    Phrase.ABOUT_PAUSE: "begin no more tasks",
    Phrase.ABOUT_RESUME: "go on after a pause",
    Phrase.START: (
        "Hello {name}! I am a Crewdesk bot. Write to me what you need, and I answer "
        "myself or hand it to one of my workers. `/help` shows what else I understand."
    ),
    Phrase.NONE: "none",
    Phrase.AGO: "{span} ago",
    Phrase.SPAN_DAYS: "{days} d {hours} h",
    Phrase.SPAN_HOURS: "{hours} h {minutes} min",
    Phrase.SPAN_MINUTES: "{minutes} min",
    Phrase.SPAN_SECONDS: "{seconds} s",
    Phrase.NEW_EPOCH: (
        "This is a fresh conversation: I no longer look at what was said before. Files "
        "stay where they are."
    ),
    Phrase.STOP_USAGE: (
        "Write `/stop` for what I am doing now, or `/stop all` for everything that "
        "waits here as well."
    ),
    Phrase.STOP_NOTHING: "There is nothing to stop here.",
    Phrase.STOP_NOT_YOURS: (
        "What runs or waits here belongs to somebody else. They can stop it, or an administrator."
    ),
    Phrase.STOPPED: "Stopped ({count}):",
    Phrase.MODEL_BY_DEFAULT: "This conversation uses {model}, as the whole gateway does.",
    Phrase.MODEL_OF_CONVERSATION: (
        "This conversation uses {model}; the gateway's own choice is {default}."
    ),
    Phrase.MODEL_CHOSEN: (
        "This conversation uses {model} from the next message on. `/model default` takes that back."
    ),
    Phrase.MODEL_RESET: "This conversation uses the gateway's own choice again, {model}.",
    Phrase.MODEL_FOR_ADMINS: "Only administrators can choose the model; `/model` shows it.",
    Phrase.MODEL_USAGE: "This is no name of a model. Write `/model NAME`, or `/model default`.",
    Phrase.QUESTION_CLOSED: "This question is no longer open.",
    Phrase.LINK_IN_PRIVATE: "Please do that in a private chat with me: codes are secrets.",
    Phrase.LINK_CODE: (
        "Write `/link {code}` to me on the other channel within {minutes} minutes. Then you "
        "are one person there and here, with the role that you have here."
    ),
    Phrase.LINK_LOCKED: "Too many wrong codes. Please try again in an hour.",
    Phrase.LINK_WRONG: (
        "This is no code, or no longer one. Write `/link` on the channel where I know you to get "
        "a fresh one."
    ),
    Phrase.LINK_SAME: "You got this code here. Write it to me on the other channel.",
    Phrase.LINK_OUTRANKED: (
        "You may do more here than where you got this code. Write `/link` here, and give that code "
        "to me over there."
    ),
    Phrase.LINKED: "You are {name} here too now. `/help` shows what you can do.",
    Phrase.QUEUE_SHOWN: "While I am busy here, {meaning}.",
    Phrase.QUEUE_CHOSEN: "From now on, while I am busy here, {meaning}.",
    Phrase.QUEUE_USAGE: (
        "Write `/queue collect`, `/queue queue`, `/queue steer` or `/queue interrupt`; `/queue` "
        "alone says what each does."
    ),
    Phrase.BUSY_COLLECT: "I answer all new messages together, once I am done",
    Phrase.BUSY_QUEUE: "I answer each new message by itself, one after the other",
    Phrase.BUSY_STEER: "I look at new messages at my next step",
    Phrase.BUSY_INTERRUPT: "a new message stops what I am doing, and I begin anew",
    Phrase.WORK_STOPPED: "(stopped)",
    Phrase.TASKS_USAGE: "Write `/tasks` for your own tasks; administrators can write `/tasks all`.",
    Phrase.TASKS_ALL_FOR_ADMINS: (
        "Only administrators can see everybody's tasks; `/tasks` shows your own."
    ),
    Phrase.TASKS_NONE: (
        "There are no tasks yet. Small talk is not listed, only what took a tool, a "
        "worker or a schedule."
    ),
    Phrase.TASKS_HINT: "`/task ID` shows what happened.",
    Phrase.TASK_USAGE: (
        "Write `/task ID`, with at least the first four characters of an id from `/tasks`."
    ),
    Phrase.TASK_UNKNOWN: "I know no such task of yours.",
    Phrase.TASK_AMBIGUOUS: "Several tasks begin like this. Please write more of the id.",
    Phrase.TASK_ORIGIN: "Source {source}, priority {priority}, attempt {attempt}",
    Phrase.TASK_WORKER: "Worker: {worker}",
    Phrase.TASK_REASON: "Reason: {reason}",
    Phrase.TASK_ANSWER: "Answer: {answer}",
    Phrase.TASK_STEPS: "Steps",
    Phrase.TASK_JOBS: "Workers",
    Phrase.TASK_SENDS: "Sent",
    Phrase.TASK_FILES: "Files received",
    Phrase.FILE_WANTED: "on its way",
    Phrase.FILE_STORED: "stored",
    Phrase.FILE_FAILED: "not fetched",
    Phrase.FILE_REMOVED: "removed",
    Phrase.STEPS_EARLIER: "… {count} earlier steps",
    Phrase.STEP_MODEL: "model {name}",
    Phrase.STEP_TOOL: "tool {name}",
    Phrase.STEP_OPEN: "not finished",
    Phrase.TOKENS: "{read} tokens in, {written} out",
    Phrase.PART: "part {number} ({kind})",
    Phrase.WHY_UNKNOWN: (
        "I have no record of an answer here. Reply to one of my answers with `/why`, "
        "or ask me something first."
    ),
    Phrase.WHY_ORIGIN: "Source {source}, task `{task}`, {status} {ago}",
    Phrase.WHY_MODEL: "Model {model}: {tokens}, calls: {calls}",
    Phrase.WHY_TOOLS: "Tools: {tools}",
    Phrase.WHY_WORKERS: "Workers: {workers}",
    Phrase.WHY_HINT: "`/task {task}` shows each step.",
    Phrase.TASK_PENDING: "waiting",
    Phrase.TASK_RUNNING: "running",
    Phrase.TASK_WAITING_INPUT: "waiting for your answer",
    Phrase.TASK_WAITING_EXTERNAL: "waiting for a worker outside",
    Phrase.TASK_COMPLETED: "completed",
    Phrase.TASK_FAILED: "failed",
    Phrase.TASK_CANCELLED: "cancelled",
    Phrase.JOB_QUEUED: "queued",
    Phrase.JOB_RUNNING: "running",
    Phrase.JOB_COMPLETED: "completed",
    Phrase.JOB_FAILED: "failed",
    Phrase.JOB_CANCELLED: "cancelled",
    Phrase.SEND_QUEUED: "queued",
    Phrase.SEND_SENDING: "being sent",
    Phrase.SEND_SENT: "sent",
    Phrase.SEND_UNKNOWN: "being looked up",
    Phrase.SEND_FAILED: "failed",
    Phrase.SEND_EXPIRED: "too late, not sent",
    Phrase.SEND_AMBIGUOUS: "may have arrived twice, or not at all",
    Phrase.STATUS_HEAD: "**Crewdesk {version}**, up for {span}",
    Phrase.STATUS_PAUSED: (
        "**Paused:** messages are kept, and no task is begun until an administrator "
        "writes `/resume`."
    ),
    Phrase.STATUS_CHANNELS: "Channels: {channels}",
    Phrase.STATUS_TASKS: (
        "Tasks: {running} running, {waiting} waiting, {asking} waiting for an answer, "
        "{outside} for a worker outside"
    ),
    Phrase.STATUS_OUTBOX: "Outbox: {queued} to be sent, {ambiguous} of unknown outcome so far",
    Phrase.STATUS_PROBLEMS: "Files of souls and skills with a mistake: {count}",
    Phrase.CHANNEL_LOADING: "loading",
    Phrase.CHANNEL_CONNECTED: "connected",
    Phrase.CHANNEL_UNAVAILABLE: "unavailable",
    Phrase.WORKERS_NONE: "There are no workers.",
    Phrase.WORKER_BUSY: "{count} at work",
    Phrase.SKILLS_NONE: "There are no skills.",
    Phrase.SKILLS_WAITING: "Waiting for your decision: {count}. `/skills pending` lists them.",
    Phrase.SKILLS_USAGE: (
        "Write `/skills` for the list, `/skills pending`, `/skills show NAME`, `/skills "
        "approve HASH`, `/skills deny HASH`, `/skills history NAME` or `/skills rollback "
        "NAME [HASH]`."
    ),
    Phrase.SKILLS_PENDING_NONE: "No skill waits for a decision.",
    Phrase.SKILL_UNKNOWN: "Nobody has proposed a skill called {name}.",
    Phrase.SKILL_NOT_PENDING: (
        "No proposal that waits has this hash. Write its eight digits as `/skills pending` "
        "shows them."
    ),
    Phrase.SKILL_VERSION_UNKNOWN: (
        "No approved version of {name} has this hash. `/skills history {plain_name}` lists them."
    ),
    Phrase.SKILL_NO_EARLIER: "There is no earlier version of {name}.",
    Phrase.SKILL_APPROVING: (
        "Approved: {name}, version {version}. It is being put in place. `/skills rollback "
        "{plain_name}` takes that back."
    ),
    Phrase.SKILL_DENIED: "Turned down: {name}, version {version}.",
    Phrase.SKILL_ROLLING_BACK: "{name} goes back to version {version}.",
    Phrase.SKILL_REMOVING: (
        "{name} goes back to what it was before its first approval: the version that ships "
        "with me, or none."
    ),
    Phrase.SKILL_PROPOSED: (
        "**A new skill waits for your decision:** {name}, version {version}, asked for by {who}."
    ),
    Phrase.SKILL_PROPOSED_CHANGE: (
        "**A change of a skill waits for your decision:** {name}, version {version}, asked "
        "for by {who}."
    ),
    Phrase.SKILL_DECIDE: (
        "`/skills show {plain_name}` shows the text. Then `/skills approve {plain_version}` "
        "or `/skills deny {plain_version}`."
    ),
    Phrase.SKILL_STAGED: "All files: {path} in the data directory.",
    Phrase.SKILL_IN_USE: "The skill {name} was approved and can be used now.",
    Phrase.SKILL_TURNED_DOWN: "An administrator has turned down the skill {name}.",
    Phrase.SKILL_NOT_PLACED: (
        "Version {version} of the skill {name} could not be put in place: {problem}. What "
        "was in use stays in use."
    ),
    Phrase.SKILL_IN_FORCE: "in force",
    Phrase.SKILL_BEING_PLACED: "being put in place",
    Phrase.SKILL_BY: "asked for by {who}, {ago}",
    Phrase.SKILL_MARK_NEW: "new",
    Phrase.SKILL_ABLE: "What it may do, as it declares:",
    Phrase.SKILL_CHANGES: "Files:",
    Phrase.SKILL_CHANGE_ADDED: "{path}: new, {added} lines",
    Phrase.SKILL_CHANGE_CHANGED: "{path}: {added} lines more, {removed} less",
    Phrase.SKILL_CHANGE_REMOVED: "{path}: removed, {removed} lines",
    Phrase.SKILL_CHANGES_MORE: ("… and {count} more"),
    Phrase.SKILL_TRIALS: "Tried without its secrets, and without failure: {count} samples",
    Phrase.SKILL_UNTRIED: "**Not tried:** {reason}",
    Phrase.SKILL_GUIDANCE: "it holds instructions for agents, and no program",
    Phrase.SKILL_EFFECT_READ: "it says that it changes nothing",
    Phrase.SKILL_EFFECT_IDEMPOTENT: "it says that doing the same twice does no harm",
    Phrase.SKILL_EFFECT_UNSAFE: "it may change things, so an interrupted run is not repeated",
    Phrase.SKILL_NO_NETWORK: "it asks nobody on the network",
    Phrase.SKILL_ANY_HOST: "**it may ask any public host on the network**",
    Phrase.SKILL_HOSTS: "it may ask these hosts: {hosts}",
    Phrase.SKILL_FILES: "it reads and writes the files of the conversation",
    Phrase.SKILL_NO_FILES: "it sees no files of the conversation",
    Phrase.SKILL_SETTINGS: "it is given these settings: {names}",
    Phrase.SKILL_SECRETS: "**it is given these secrets:** {names}",
    Phrase.SKILL_NO_SECRETS: "it is given no secrets",
    Phrase.SKILL_SIGNAL: "heartbeats may ask it what is new",
    Phrase.SKILL_LIMITS: "at most {seconds} s and {megabytes} MB for a run",
    Phrase.PROPOSAL_OPEN: "waits for a decision",
    Phrase.PROPOSAL_APPROVED: "approved",
    Phrase.PROPOSAL_DENIED: "turned down",
    Phrase.PROPOSAL_SUPERSEDED: "replaced by a newer proposal",
    Phrase.USAGE_OWN: "Your usage",
    Phrase.USAGE_ALL: "Everybody's usage",
    Phrase.USAGE_DAY: "Last 24 hours",
    Phrase.USAGE_MONTH: "Last 30 days",
    Phrase.USAGE_LINE: "{model}: {tokens} ({cached} cached), calls: {calls}",
    Phrase.RELOADED: "Read again. Workers: {workers}, skills: {skills}.",
    Phrase.PAUSED: (
        "Paused. Messages are kept and what runs goes on, but no task is begun until `/resume`."
    ),
    Phrase.RESUMED: "I go on with what waits.",
    Phrase.PAIR_NONE: "Nobody is waiting to be let in.",
    Phrase.PAIR_LINE: "asked {ago}, {span} left",
    Phrase.PAIR_HINT: "Ask them for their code, then write `/approve CODE` or `/deny CODE`.",
    Phrase.APPROVE_USAGE: (
        "Write `/approve CODE`, and `guest` or `admin` behind it if they shall not be a member."
    ),
    Phrase.APPROVE_WRONG: (
        "Nobody waits with this code: it is wrong, or its hour is over. Wrong codes "
        "left this hour: {left}."
    ),
    Phrase.APPROVE_LOCKED: (
        "There were too many wrong codes this hour. Please try again in the next one."
    ),
    Phrase.APPROVED: "{name} is let in as {role}, and is told so.",
    Phrase.APPROVED_BEFORE: "{name} had been let in before, as {role}.",
    Phrase.DENY_USAGE: "Write `/deny CODE`, or `/deny` and the identity that `/pair` shows.",
    Phrase.DENY_UNKNOWN: "No request has this code or identity.",
    Phrase.DENIED: "The request of {name} is turned down. They are not told.",
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
