import forms
import second
import second_pages as pages

UNIT, YEAR = "槐荫桥镇人民政府", 2024


def make(v):
    def dress(cell):
        align = "center" if pages.is_number(cell) or cell.key is None else "left"
        text = cell.text or "&nbsp;"
        cell.attrs = 'style="border: 1px solid #000000; padding: 0 5px;"'
        cell.html = f'<p style="text-align: {align};"><span style="font-family: 宋体; font-size: 12pt;">{text}</span></p>'

    body = pages.flow(
        v,
        UNIT,
        YEAR,
        "chrome",
        p='<p style="text-indent: 2em; line-height: 2;">{}</p>',
        h='<p style="text-indent: 2em;"><strong><span style="font-family: 黑体;">{}</span></strong></p>',
        title="",
        table=lambda n, rows: forms.table(
            pages.each_cell(rows, dress),
            'cellspacing="0" cellpadding="0" width="100%" style="border-collapse: collapse;"',
        ),
    )
    name = second.title(UNIT, YEAR)
    text = f"""<!DOCTYPE html>
<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
<title>{name}_白苇县人民政府</title>
<meta name="SiteName" content="白苇县人民政府"/>
<meta name="ColumnName" content="政府信息公开年报"/>
<meta name="ArticleTitle" content="{name}"/>
<meta name="PubDate" content="2025-01-17 09:42"/>
<meta name="ContentSource" content="槐荫桥镇"/>
<style>.fontSize a{{cursor:pointer}} .share{{float:right}} #footer{{clear:both}}</style>
<script>var siteId = 1207; var docId = 5530918; function doZoom(n) {{ document.getElementById("zoom").style.fontSize = n + "px"; }}</script>
</head>
<body>
<div id="top"><a href="/">首页</a> | <a href="/zwgk/">政务公开</a> | <a href="/zwfw/">政务服务</a> | <a href="/hdjl/">互动交流</a> <span>今天是2025年11月3日 星期一</span></div>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; <a href="/zwgk/nb/">政府信息公开年报</a></div>
<div class="side"><h3>历年年报</h3><ul><li><a href="./t20240118_881.html">2023年</a></li><li><a href="./t20230116_702.html">2022年</a></li><li><a href="./t20220120_655.html">2021年</a></li></ul></div>
<table class="xxgk_head" width="100%"><tr><td>索 引 号：</td><td>11BW0217/2025-00031</td><td>主题分类：</td><td>政府信息公开年报</td></tr><tr><td>发文机关：</td><td>槐荫桥镇</td><td>成文日期：</td><td>2025-01-17</td></tr></table>
<h1 class="arti_title">{name}</h1>
<div class="arti_info">发布时间：2025-01-17 09:42 来源：槐荫桥镇 浏览次数：<span id="hits">1386</span> <span class="fontSize">字号：[<a onclick="doZoom(18)">大</a> <a onclick="doZoom(16)">中</a> <a onclick="doZoom(14)">小</a>]</span><span class="share">分享到：微信 微博</span></div>
<div id="zoom"><div class="TRS_Editor">
{body}
</div></div>
<div class="prevnext">上一篇：<a href="./t20250116_93.html">芦花滩乡人民政府2024年政府信息公开工作年度报告</a><br/>下一篇：没有了</div>
<div id="footer">主办：白苇县人民政府办公室 网站标识码：0000000217 政务服务热线：12345<br/>扫一扫在手机打开当前页</div>
</body>
</html>
"""
    return {"report.html": text}, second.expectation(
        v,
        "an ordinary article in a portal's frame: menu, index table, counts of visits, neighbours; three tables with every cell in a paragraph",
        UNIT,
        YEAR,
    )
