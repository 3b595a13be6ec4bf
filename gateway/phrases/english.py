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
}
