"""Every event of the journal and of the log; docs/events.md is made from it. 事件目录"""

# What stands in the journal: the history an auditor reads.
JOURNAL_EVENTS: dict[str, str] = {
    "night_opened": "开立夜间对账",
    "file_received": "收到文件，原件已归档",
    "file_stray": "收到无法归类或应收表以外的文件，原件已归档",
    "file_quarantined": "文件未通过检查，已隔离",
    "file_accepted": "文件通过检查，已受理",
    "file_moved": "文件状态变化",
    "night_moved": "夜间对账状态变化",
    "night_decided": "逐笔勾对完成，依据与结论已归档",
    "postings_decided": "决定入账",
    "sheet_made": "生成核对表",
    "sheet_revealed": "查看未脱敏核对表",
    "message_drafted": "报文拟定，待发送",
    "send_intended": "记下发送意图，随后发送",
    "attempt_failed": "本次未发出，稍后重试",
    "message_unknown": "结果未知，不得重发，待查询",
    "enquiry_begun": "向对方查询结果",
    "enquiry_answered": "对方答复查询",
    "reply_received": "收到答复，原件已归档",
    "message_answered": "答复已认定",
    "stamp_taken": "取得时间戳",
    "stamp_waits": "时间戳暂未取得，稍后再取",
    "alarm_rung": "告警",
    "alarm_cleared": "告警解除",
    "calendar_imported": "导入工作日历",
    "head_made": "流水树根已生成并签名",
    "head_published": "流水树根已公布",
}

# What stands in the technicians' log only.
LOG_EVENTS: dict[str, str] = {
    "night_received": "收件完成",
    "night_checked": "检查完成",
    "night_matched": "勾对完成",
    "night_posted": "入账完成",
    "night_proved": "核对完成",
    "stage_done": "阶段完成",
    "message_answered": "报文已有结论",
    "message_waits": "报文稍后再试",
    "desk_failed": "对账台页面出错",
    "stage_refused": "阶段不能继续",
    "duty_done": "巡检事项完成",
    "duty_failed": "巡检事项未完成",
}
