"""An OFD whose table 3 goes on under a repeated head, with page numbers and a head line on each page."""

import ofdpage
import second

UNIT, YEAR = "槐荫桥镇人民政府", 2023
PAGES = ofdpage.Pages


class Numbered(PAGES):
    def turn(self):
        self.marks()
        super().turn()

    def marks(self):
        n = len(self.done) + 1
        self.text(f"- {n} -", 100, 288, 3.2)
        self.text("白苇县政府信息公开", 15, 12, 2.8)


def expect(v):
    return second.expectation(
        v,
        "table 3 in two pieces on two pages, its head and the section label repeated with （续）; page numbers and a head line",
        UNIT,
        YEAR,
        files=["report.ofd"],
    )


def write(folder, v):
    p = Numbered()
    number = 1
    for kind, x in second.sequence(v, UNIT, YEAR, "ofd", second.grids(v)):
        if kind != "table":
            size = 5 if kind == "title" else 3.5
            for i in range(0, len(x), 50):
                p.line(x[i : i + 50], size)
            continue
        number += 1
        if number == 3:
            one, two = second.cut(x, "unprocessed.petition", again="三、本年度办理结果（续）")
            p.table(one, ofdpage.MM3)
            p.turn()
            p.line("收到和处理政府信息公开申请情况（续表）")
            p.table(two, ofdpage.MM3)
        else:
            p.table(x, {2: ofdpage.MM2, 4: ofdpage.MM4}[number])
    p.marks()
    p.save(folder / "report.ofd")
