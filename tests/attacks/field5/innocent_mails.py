"""Mails that did not come back for good, or are none of ours: each must be told as None.

tests/monitor/test_returned.py runs them.
"""

from __future__ import annotations

import pytest

from nianbao.monitor.mail.returned import returned

ID = "<digest." + "0" * 32 + "@example.cn>"
PLAIN = "Content-Type: text/plain; charset=utf-8"
INNOCENT = {
    "an answer of an office whose address is postmaster@": f"From: postmaster@county.gov.cn\r\nSubject: Re: weekly\r\nIn-Reply-To: {ID}\r\n{PLAIN}\r\n\r\n收到，谢谢。",
    "a warning of delay without a status part": f"From: MAILER-DAEMON@mx.example.cn\r\nSubject: Warning: could not send message for past 4 hours\r\n{PLAIN}\r\n\r\nTHIS IS A WARNING MESSAGE ONLY. Will keep trying.\r\n\r\nMessage-ID: {ID}",
    "an answer by itself": f"From: postmaster@county.gov.cn\r\nAuto-Submitted: auto-replied\r\nSubject: 自动回复\r\nIn-Reply-To: {ID}\r\n{PLAIN}\r\n\r\nout of office",
    "a receipt that it was read": f"From: postmaster@county.gov.cn\r\nSubject: 已读\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nOriginal-Message-ID: {ID}\r\nDisposition: manual-action; displayed\r\n\r\n--b--\r\n",
    "a notice that it was delivered": f"From: =?utf-8?b?57O757uf6YKu5Lu2?= <system@example.com>\r\nSubject: 投递成功\r\n{PLAIN}\r\n\r\n您的邮件已成功投递。 {ID}",
    "a status of success": f"From: MAILER-DAEMON@x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; one@example.cn\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nMessage-ID: {ID}\r\n--b--\r\n",
}


@pytest.mark.parametrize("name", INNOCENT)
def test_it_did_not_come_back(name: str) -> None:
    assert returned(INNOCENT[name].encode()) is None
