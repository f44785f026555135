"""Words of which there are only so many.

What may stand in the store's columns of that name.
"""

from __future__ import annotations

from typing import Literal

UnitKind = Literal["town", "subdistrict", "department", "county"]

EventKind = Literal[
    "published",  # the first version of a report
    "changed",  # another version
    "withdrawn",
    "vanished",  # with most of what stood beside it: nobody can tell why
    "restored",
    "standing",
    "settled",  # a person said whose a link is
    "brought",  # a person said where a report stands, or took that back
    "decided",  # a person decided on a finding or a unit
    "transferred",  # another county's file has a unit
    "since",  # a county's file says anew since when a unit is there
    "until",  # the same, until when
    "returned",  # a county's file has a unit again
    "alerted",
    "told",  # a mail told its recipient of a column that fails, or does no more
    "proof_begins",  # looks keep their proof; what was told before rests on complete ones
    "put_back",  # what a clock that was wrong had written later than now, or too early
    "clock_right",  # a person said so, whatever portals say
]

GONE: tuple[EventKind, ...] = ("withdrawn", "vanished")

# Why nobody knows when a look was.
ClockState = Literal[
    "",
    "apart",  # portals say another time, or a later look was earlier
    "ahead",  # portals vouched for a later look that was earlier
    "behind",  # portals vouched for an earlier look that was later, and for one after both
]

Verdict = Literal["waived", "accepted", "exempt", "note", "cleared"]

# Empty where there is no report.
Quality = Literal["clean", "flagged", "unreadable", ""]

Severity = Literal["error", "warning", "notice"]

Checked = Literal["pass", "fail", "verify", "cannot"]  # how the check of a report ended

OutgoingState = Literal["waiting", "sending", "sent", "refused", "returned"]

PageKind = Literal[  # what a link's title promises
    "report",
    "interpretation",
    "notice",
    "system",
    "work_report",
    "rule_of_law",
    "website_statement",
    "budget",
    "other_openness",  # of the party, a village, a school
    "other",
]

LookState = Literal[
    "ok",
    "ok_empty",
    "unchanged",
    "partial",
    "robots_disallowed",
    "rate_limited",
    "column_moved",
    "column_gone",
    "soft_404",
    "blocked_challenge",
    "blocked_waf",
    "login_required",
    "unreachable",
    "unreachable_tls",
    "truncated",
    "js_shell",
    "structure_changed",
    "expectation_broken",
    "wrong_site",
    "attachment_captcha",
]
# What somebody who signs in may do.
Role = Literal["viewer", "unit", "supervisor", "operator", "admin"]

# What people do and say on the way of a fault.
StepKind = Literal[
    "sent",  # the unit was told: a letter, a mail, a text that was copied
    "mended",  # the unit says that it is corrected, or published
    "explained",  # the unit says why it is so
    "appealed",  # the unit says that nothing is wrong
    "accepted",  # an answer is accepted: what it is about is waived
    "rejected",  # an answer is not accepted
    "undone",  # what was decided on an answer is taken back
]

DraftState = Literal[
    "waiting",  # kept, and not judged yet
    "returned",  # to be mended
    "passed",
    "held",  # a person must look: it is not known for sure who sent it, or it could not be judged
    "unread",  # no report could be read in it
    "unfiled",  # it says that it is another unit's or year's, or nobody knows whose it is
    "aside",  # something else that came along in a mail
]
