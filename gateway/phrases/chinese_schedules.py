"""What the service says about schedules, in Chinese."""

from gateway.phrases.names import Phrase

CHINESE_SCHEDULES: dict[Phrase, str] = {
    Phrase.SCHEDULE_ONCE: "一次，{at}",
    Phrase.SCHEDULE_EVERY: "每隔 {span}",
    Phrase.SCHEDULE_DAILY: "每天 {time}（{zone}）",
    Phrase.SCHEDULE_CRON: "{words}（`{line}`，{zone}）",
    Phrase.SCHEDULE_DATES: "接下来：{dates}",
    Phrase.SCHEDULE_UNDO: "回复“撤销”即可取消。",
    Phrase.SCHEDULE_FAILED: "“{goal}”这次没有成功：{reason} {after}",
    Phrase.SCHEDULE_NEXT: "下次运行：{at}。",
    Phrase.SCHEDULE_NO_NEXT: "它不会再自动运行；`/cron run {id}` 可以立即运行。",
    Phrase.SCHEDULE_GIVEN_UP: "连续失败 {count} 次，已暂停；`/cron resume {id}` 可以恢复。",
    Phrase.QUIET_MERGED: "免打扰期间有 {count} 条消息：",
    Phrase.ABOUT_CRON: "你的定时任务：list、show、pause、resume、run、delete、preview、why",
    Phrase.ABOUT_ZONE: "查看或设置你的时区",
    Phrase.ABOUT_QUIET: "查看或设置免打扰时间",
    Phrase.ABOUT_SNOOZE: "稍后再次提醒",
    Phrase.CRON_USAGE: (
        "请写 `/cron list`，或 show、pause、resume、run、delete、preview、why、subscribe、"
        "unsubscribe 加上定时任务的编号。"
    ),
    Phrase.CRON_NONE: "还没有定时任务。直接告诉我就行，例如“每天早上9点告诉我新闻”。",
    Phrase.CRON_UNKNOWN: "没有找到你的这个定时任务；`/cron list` 可以查看全部。",
    Phrase.CRON_AMBIGUOUS: "有多个定时任务以此开头，请多写几位编号。",
    Phrase.CRON_HINT: "`/cron show ID` 查看详情，`/cron why ID` 查看执行记录。",
    Phrase.CRON_NEXT: "下次：{at}",
    Phrase.CRON_NEVER: "不会再运行",
    Phrase.CRON_IS_PAUSED: "已暂停",
    Phrase.CRON_PAUSED_BECAUSE: "已暂停：{reason}",
    Phrase.CRON_TARGETS: "发送到 {count} 个会话",
    Phrase.CRON_POLICY: "错过时：{missed}（{window} 内）；上次未结束时：{overlap}",
    Phrase.CRON_PRIORITY: "优先级：{priority}",
    Phrase.CRON_MODEL: "模型：{model}",
    Phrase.CRON_SOUL: "角色：{soul}",
    Phrase.CRON_UNTIL: "截止 {at}",
    Phrase.CRON_FAILURES: "连续失败：{count}",
    Phrase.CRON_PAUSED: "已暂停。`/cron resume {id}` 之前都会跳过。",
    Phrase.CRON_RESUMED: "已恢复；下次：{at}。",
    Phrase.CRON_BY_REQUEST: "按你的要求",
    Phrase.CRON_RUNS: "现在运行一次，原定时间不变。",
    Phrase.CRON_DELETED: "已删除：{goal}",
    Phrase.CRON_SUBSCRIBED: "此会话将收到它的消息：{goal}",
    Phrase.CRON_UNSUBSCRIBED: "此会话不再收到它的消息：{goal}",
    Phrase.CRON_PREVIEW: "接下来的时间（{zone}）：",
    Phrase.CRON_SHIFT: "此前时钟有调整",
    Phrase.CRON_COSTS: "最近30天：运行 {runs} 次，模型调用 {calls} 次，{tokens}",
    Phrase.CRON_WHY_NONE: "最近 {days} 天没有到期。",
    Phrase.CRON_WHY_RANGE: "{first} 至 {last}（{count} 次）",
    Phrase.CRON_WHY_OLDER: "此前 {count} 次",
    Phrase.CRON_ENDED: "已于 {at} 结束",
    Phrase.CRON_QUIET: "免打扰：{at} 送达",
    Phrase.TOLD_NOTHING: "没有要说的",
    Phrase.TOLD_HELD: "保留到 {at}",
    Phrase.TOLD_WAITING: "消息正在发送",
    Phrase.TOLD_SENT: "消息已发送",
    Phrase.TOLD_LOST: "消息未能送达",
    Phrase.TICK_FIRED: "已触发",
    Phrase.TICK_SKIPPED: "已跳过",
    Phrase.TICK_MISSED: "当时网关未运行",
    Phrase.TICK_OVERLAP: "上次运行尚未结束",
    Phrase.TICK_PAUSED: "定时任务已暂停",
    Phrase.TICK_FULL: "等待的运行太多",
    Phrase.TICK_BY_HAND: "由 `/cron run` 触发",
    Phrase.ZONE_SHOWN: "你的时区是 {zone}，当前时间 {at}。`/zone Asia/Shanghai` 可以更改。",
    Phrase.ZONE_SET: "时区已设为 {zone}，当前时间 {at}。已有的定时任务保持原来的时区。",
    Phrase.QUIET_NONE: "还没有设置免打扰时间。`/quiet 22:00-07:00` 可以设置。",
    Phrase.QUIET_SHOWN: "免打扰时间是 {hours}（{zone}）；`/quiet off` 可以取消。",
    Phrase.QUIET_SET: "{hours}（{zone}）期间，定时消息会等到结束后合并发送；紧急的立即发送。",
    Phrase.QUIET_OFF: "已取消免打扰，保留的消息现在发送。",
    Phrase.SNOOZE_USAGE: "请写 `/snooze 10m`，即多久之后再提醒。",
    Phrase.SNOOZE_NONE: "这里还没有过你的提醒。",
    Phrase.SNOOZED: "将在 {at} 再次提醒：{goal}",
    Phrase.ABOUT_UNDO: "撤销这里最近设置的定时任务",
    Phrase.UNDO_NONE: "最近一天这里没有设置过还在进行的定时任务。",
    Phrase.UNDONE: "已撤销：{goals}",
    Phrase.ABOUT_HEARTBEAT: "让我定期查看有没有新消息",
    Phrase.HEARTBEAT_GOAL: (
        "有人请你定期查看新消息，现在有以下新内容：用一条简短的消息告诉对方重要的部分。"
        "如有待跟进的事项，先查明是否已完成，再使用 review_follow_up。"
        "如果都不值得说，只回答 HEARTBEAT_OK。"
    ),
    Phrase.HEARTBEAT_FAILED: "有新内容，但没能整理出来：{reason} `/task {task}` 可以查看详情。",
    Phrase.HEARTBEAT_ON: (
        "{hours}（{zone}）期间，我每{every}查看你的订阅和关注，有新内容才会发消息。"
    ),
    Phrase.HEARTBEAT_OFF: "已关闭定期查看。",
    Phrase.HEARTBEAT_IS_ON: "已开启，{hours} 期间每{every}查看；下次：{at}。",
    Phrase.HEARTBEAT_IS_OFF: "未开启。",
    Phrase.HEARTBEAT_EVERY_USAGE: "两次查看之间至少5分钟，最多一天。",
    Phrase.HEARTBEAT_TALLY: (
        "最近 {days} 天：查看 {looks} 次，其中 {nothing} 次未使用模型；新内容 {count} 条"
    ),
    Phrase.HEARTBEAT_FOUND: "{ago}发现：{titles}",
    Phrase.FOLLOW_UP_OPEN: "`{id}` 待跟进：{subject}，直到{done}；{at} 之后复查",
    Phrase.FOLLOW_UP_UNKNOWN: "没有找到这个跟进事项；`/heartbeat` 可以查看全部。",
    Phrase.FOLLOW_UP_CLOSED: "已结束跟进：{subject}",
    Phrase.HEARTBEAT_WATCHES: "关注 {subject}",
    Phrase.HEARTBEAT_LAST: "上次查看：{ago}，新内容 {count} 条",
    Phrase.HEARTBEAT_TOO_MANY: (
        "已关注 {count} 个网页和文件，已达上限；请先用 `/heartbeat drop` 去掉一个。"
    ),
    Phrase.HEARTBEAT_USAGE: (
        "`/heartbeat on`、`off`、`hours 08:00-22:00`、`every 1h`、`watch 网址` 或 `watch 文件`、"
        "`drop 网址`、`close 编号`"
    ),
}
