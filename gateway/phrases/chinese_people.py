"""What the service says to those who want in, and about people, in Chinese."""

from gateway.phrases.names import Phrase

CHINESE_PEOPLE: dict[Phrase, str] = {
    Phrase.PAIRING_CODE: (
        "你好！我还不认识你，请把这个配对码交给本机器人的管理员：\n\n`{code}`\n\n管理员"
        "输入 `/approve {code}` 后你就可以使用了。配对码一小时内有效。"
    ),
    Phrase.PAIRING_REMINDER: (
        "配对码已经发给你了，我无法再次显示。请交给管理员批准。发出一小时后再写一条消息"
        "，就会得到新的配对码。"
    ),
    Phrase.PAIRING_FULL: "现在等待批准的人太多了，请一小时后再写。",
    Phrase.WELCOME: "你已获准使用。需要什么直接告诉我；`/help` 可以查看其他命令。",
    Phrase.CLAIM_DONE: "你是本机器人的管理员。`/help` 可以查看你能做什么。",
    Phrase.CLAIM_WRONG: "认领码不对。错 {tries} 次之后，重启之前谁也无法认领本机器人。",
    Phrase.CLAIM_LOCKED: "错误次数太多，现在无法认领本机器人。重启后会生成新的认领码。",
    Phrase.CLAIM_REFUSED: (
        "你没有成为管理员：认领码不对，或者已经有管理员了。认领只能在私聊中进行。"
    ),
    Phrase.ROLE_ADMIN: "管理员",
    Phrase.ROLE_MEMBER: "成员",
    Phrase.ROLE_GUEST: "访客",
    Phrase.ROLE_BLOCKED: "已屏蔽",
    Phrase.PAIR_NONE: "没有人在等待批准。",
    Phrase.PAIR_LINE: "{ago}请求，还剩 {span}",
    Phrase.PAIR_HINT: "请向本人索取配对码，然后输入 `/approve 配对码` 或 `/deny 配对码`。",
    Phrase.APPROVE_USAGE: "请输入 `/approve 配对码`；如果不是成员，在后面加上 `guest` 或 `admin`。",
    Phrase.APPROVE_WRONG: "没有人持有这个配对码：它不对，或已过期。本小时还可以错 {left} 次。",
    Phrase.APPROVE_LOCKED: "本小时错误次数太多，请下一小时再试。",
    Phrase.APPROVED: "已批准 {name}，身份是{role}，并已通知对方。",
    Phrase.APPROVED_BEFORE: "{name} 之前已获准，身份是{role}。",
    Phrase.DENY_USAGE: "请输入 `/deny 配对码`，或 `/deny` 加上 `/pair` 显示的身份。",
    Phrase.DENY_UNKNOWN: "没有这样的请求。",
    Phrase.DENIED: "已拒绝 {name} 的请求，对方不会收到通知。",
}
