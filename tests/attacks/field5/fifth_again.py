"""The due year's report on a list as a browser shows it, where a reader may not look; run by itself:
`python -m tests.attacks.field5.fifth_again`. A county with a unit for each case, swept once; loopback only, a few minutes.

Nobody may be missing whose report a browser shows, or may show (C: only a frame or a script would tell, and here they lead nowhere). The days are those of the machine's clock: `DUE_YEAR` is past due.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.attacks.field5.fourth_again import DUE, ROW, page

NAME = "柳树镇2025年政府信息公开工作年度报告"
HREF = "/a2025.html"
ENTRIES: Mapping[str, str] = {
    "plain": DUE,
    "shadow root": f"<li><div><template shadowrootmode=open><a href='{HREF}'>{NAME}</a></template></div></li>",
    "a button of a form": f"<li><form action='{HREF}'><input type=submit value='{NAME}'></form></li>",
    "a button": f"<li><input type=button value='{NAME}' onclick=\"location='{HREF}'\"></li>",
    "a picture's words": f"<li><a href='{HREF}'><img src=a.png alt='{NAME}'></a></li>",
    "its title alone": f"<li><a href='{HREF}' title='{NAME}'>柳树镇2025年…</a></li>",
    "an aria label": f"<li><a href='{HREF}' aria-label='{NAME}'></a></li>",
    "full width": f"<li><a href='{HREF}'>柳树镇２０２５年政府信息公开工作年度报告</a></li>",
    "chinese year": f"<li><a href='{HREF}'>柳树镇二〇二五年政府信息公开工作年度报告</a></li>",
    "chinese year, zero of latin": f"<li><a href='{HREF}'>柳树镇二0二五年政府信息公开工作年度报告</a></li>",
    "parted year": f"<li><a href='{HREF}'>柳树镇20<b>25</b>年政府信息公开工作年度报告</a></li>",
    "soft hyphens": f"<li><a href='{HREF}'>柳树镇20&shy;25年政府信息公开工作年度报告</a></li>",
    "link of a custom element": f"<li><x-link href='{HREF}'>{NAME}</x-link></li>",
    "data-href": f"<li data-href='{HREF}'>{NAME}</li>",
    "a table of a report": f"</ul><table><tr><td>{NAME}</td><td><button>查看</button></td></tr></table><ul>",
    "a frame": "</ul><iframe src='/more.html'></iframe><ul>",
    "a frame, later": "</ul><iframe data-src='/more.html' class=lazy></iframe><ul>",
    "an object": "</ul><object data='/more.html'></object><ul>",
    "a script's file": "</ul><script src='/list2025.js'></script><ul>",
    "written by a script": "</ul><div id=n></div><script>fetch('/n.json').then(r=>r.text()).then(t=>n.innerHTML=t)</script><ul>",
    "a mark-up escaped by a script": "</ul><script>document.write(unescape('%3Ca href=/a2025.html%3E2025%3C/a%3E'))</script><ul>",
    "more by scrolling": "</ul><script>window.onscroll=function(){if(atEnd())load(++page)}</script><ul>",
    "template and clone": f"</ul><template id=t><a href='{HREF}'>{NAME}</a></template><script>document.body.append(t.content.cloneNode(true))</script><ul>",
    "xslt": f"<li><math><mtext href='{HREF}'>{NAME}</mtext></math></li>",
    "an unclosed title in svg": f"<svg><title></svg><li><a href='{HREF}'>{NAME}</a></li>",
    "an unclosed style in svg": f"<svg><style></svg><li><a href='{HREF}'>{NAME}</a></li>",
    "an unclosed textarea": f"<svg><textarea></svg><li><a href='{HREF}'>{NAME}</a></li>",
}

COMMAND = [sys.executable, "-c", "from nianbao.monitor.cli import main; main()"]
REPORT = "<h1>{0}</h1><p>一、总体情况</p><p>按时公开。</p>"


def unit(n: int) -> str:
    return "东西南北中上下"[n % 7] + "河山桥林坪泉岭湾"[n // 7]


class Portal(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = {f"/c{n}/": (n, entry) for n, entry in enumerate(ENTRIES.values())}
        if self.path in known:
            n, entry = known[self.path]
            body = page(
                (ROW.format(2024, 2025) + entry)
                .replace("/a2", f"{self.path}a2")
                .replace("柳树", unit(n))
            )
        elif self.path.endswith(".html") and self.path.startswith("/c"):
            title = f"{unit(int(self.path.split('/')[1][1:]))}镇{self.path[-9:-5]}年政府信息公开工作年度报告"
            body = REPORT.format(title).encode()
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def swept() -> Mapping[str, str]:
    """Where each case's unit stands after one sweep."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"127.0.0.1:{server.server_port}"
        units = [
            f"  - {{name: {unit(n)}镇, code: '9908{n + 24100}', kind: town}}"
            for n in range(len(ENTRIES))
        ]
        columns = [
            f"  - {{url: 'http://{host}/c{n}/', unit: {unit(n)}镇}}" for n in range(len(ENTRIES))
        ]
        text = "\n".join(
            [
                "county: 青川县",
                "code: '990824'",
                f"host: {host}",
                "columns:",
                *columns,
                "units:",
                *units,
            ]
        )
        (Path(folder) / "counties").mkdir()
        (Path(folder) / "counties" / "青川县.yaml").write_text(text)
        kept = ["--config", "counties", "--store", f"sqlite:///{folder}/n.db"]
        sweep = [*COMMAND, "sweep", "--allow-private", *kept, "--evidence", f"{folder}/evidence"]
        print(subprocess.run(sweep, cwd=folder, capture_output=True, text=True).stderr[-2000:])
        asked = subprocess.run(
            [*COMMAND, "standing", *kept, "--year", str(DUE_YEAR), "--format", "json"],
            cwd=folder,
            capture_output=True,
            text=True,
        )
        print(asked.stderr[-600:])
        server.shutdown()
        return {
            name: row["standing"] + " " + str(row.get("why"))[:90]
            for name, row in zip(ENTRIES, json.loads(asked.stdout), strict=True)
        }


MAY_BE = ("a frame", "a frame, later", "an object", "a script's file", "written by a script")
DUE_YEAR = datetime.date.today().year - 1

if __name__ == "__main__":
    for name, standing in swept().items():
        wrong = "C" if name in MAY_BE else "A"
        print(f"{wrong if standing.startswith('missing') else 'held':5}{name:34}{standing}")
