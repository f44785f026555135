import second
import second_pages as pages
from forms import Odd, r

UNIT, YEAR = "落枫镇人民政府", 2022


def make(v):
    o = Odd(v)
    n = lambda k: str(v[k])  # noqa: E731

    def put(k, text, wrong, unsure=False):
        o.put(k, text, int(wrong) if wrong else None, unsure)

    k = r("new", "natural_person")
    put(k, n(k) + "①", n(k) + "1")
    k = r("new", "total")
    put(k, n(k) + "①②", n(k) + "12")
    k = r("granted", "natural_person")
    put(k, f'{n(k)}<a class="note" href="#n3">[3]</a>', n(k) + "3")
    k = r("granted", "business")
    put(k, f'{n(k)}<span class="note">4</span>', n(k) + "4", True)
    k = r("granted", "total")
    put(k, n(k) + "*", None)
    k = r("partial", "natural_person")
    put(k, n(k) + "²", n(k) + "2", True)
    k = r("partial", "total")
    put(k, n(k) + "※", None)
    k = r("unavailable.not_held", "natural_person")
    put(k, f"<ruby>{n(k)}<rp>(</rp><rt>5</rt><rp>)</rp></ruby>", n(k) + "5", True)
    k = r("unavailable.not_held", "total")
    put(k, n(k) + "（注1）", n(k) + "1", True)
    k = r("unavailable.unclear", "total")
    put(k, "注2：" + n(k), "2" + n(k), True)
    k = r("other.misc", "total")
    put(k, "⑵" + n(k), "2" + n(k), True)
    k = "disputes.review.total"
    put(k, n(k) + "③", n(k) + "3")
    k = "disputes.suit_direct.total"
    put(k, n(k) + "⁽⁴⁾", n(k) + "4", True)
    k = "proactive.licensing.decisions"
    put(k, n(k) + "❶", n(k) + "1")
    k = "proactive.normative_documents.in_force"
    put(k, f"{n(k)}<sup>6</sup>", n(k) + "6")
    body = pages.flow(v, UNIT, YEAR, "notes", odd=o)
    text = f"""<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{second.title(UNIT, YEAR)}</title>
<style>.note {{ vertical-align: super; font-size: 60%; text-decoration: none }}</style></head>
<body>
{body}
<p>注：①含网络渠道提交的申请。②含信函渠道。③含并案审理。④以法院立案日期为准。⑤含已移交档案馆的。⑥含与其他单位联合制发的。</p>
</body></html>
"""
    return {"report.html": text}, second.expectation(
        v,
        "marks of notes behind and before numbers: circled digits, raised ones, a ruby, a star; never digits of the number",
        UNIT,
        YEAR,
        o,
    )
