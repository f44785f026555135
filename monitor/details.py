"""Details that readers, the crawler and the demo give in English only, in Chinese.

They stand in brackets or behind a sentence of the house: why a cell is not sure, what was left out
of a file, what was odd about a page.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Detail(NamedTuple):
    english: re.Pattern[str]
    chinese: str


def _detail(english: str, chinese: str) -> Detail:
    return Detail(re.compile(english), chinese)


def in_chinese(told: str) -> str:
    """A text with its English details in Chinese; one that is not known stays as it is."""
    for english, chinese in DETAILS:
        told = english.sub(chinese, told)
    return told


# A longer one before the one that it contains.
DETAILS = (
    # cells
    _detail(
        r"leading zeros: several numbers may have run together",
        "数字以 0 开头，可能是几个数连在一起",
    ),
    _detail(
        r"too many digits: several numbers may have run together", "位数过多，可能是几个数连在一起"
    ),
    _detail(r"several numbers in one cell", "一格中有几个数"),
    _detail(r"more than a plain number", "不只是一个数"),
    _detail(r"not a number", "不是数"),
    _detail(
        r"a cell of this row holds several numbers: its own may be among them",
        "同一行有一格写着几个数，本格的数可能也在其中",
    ),
    _detail(r"a row of this name stands in another group", "同名的一行在别的分组中"),
    _detail(r"the row is cut, with numbers in both parts", "这一行被截成两行，两行都有数字"),
    _detail(
        r"the columns carry no labels and the sums do not bear out their usual order",
        "各列没有表头，合计也不能印证通常的列序",
    ),
    _detail(r"the rules of the table leave this cell open", "表格线没有围出这一格"),
    _detail(r"the label of this column is not understood", "列名无法识别"),
    _detail(r"the header of this table is missing", "缺少表头"),
    _detail(r"a count with a fraction", "件数带小数"),
    _detail(r"a unit that is not known: (.+)", r"单位无法识别：\1"),
    # files and pages
    _detail(r"rtf: raw bytes that are not there", "RTF 声明的二进制数据不在文件中"),
    _detail(r"too many rules for the looks of cells", "单元格样式规则过多"),
    _detail(r"(\d+) rules of style", r"\1 条样式规则"),
    _detail(r"a part of the column was not read whole", "栏目有一部分未能完整读取"),
    _detail(r"it fits nothing on the page", "在页面上没有对应的内容"),
    _detail(r"a script opens (.+)", r"由脚本打开 \1"),
    # rows and tables
    _detail(r"a row that is not in the form: ", "表格规范中没有的一行："),
    _detail(r"a row of numbers without a label \((.+?)\)", r"有一行数字没有行名（\1）"),
    _detail(r"the label of a row is lost; its place names it: ", "行名缺失，按位置认定："),
    _detail(r"the table of reviews and lawsuits lacks columns", "行政复议、行政诉讼表缺列"),
    _detail(
        r"where this table should be stands a picture that is not read",
        "表格处是一张未能识别的图片",
    ),
    _detail(r"several rows of the form stand in one", "表中几行合在一行"),
    _detail(r"it may stand in a part whose layout is not understood", "可能在版式无法识别的部分"),
    _detail(r"mixed forms: ", "混用几种表格："),
    _detail(r"no such cell in any form: ", "表格规范中没有这一格："),
    # an article that was read before
    _detail(r"no report in it any more", "页面中不再有年报"),
    # what was left out of a file
    _detail(r"an embedded document left out \(altChunk\)", "未读取嵌入的文档（altChunk）"),
    _detail(r"an embedded object left out", "未读取嵌入的对象"),
    _detail(r"a linked document left out", "未读取链接的文档"),
    _detail(r"a chart or diagram left out", "未读取图表"),
    _detail(r"text that a merged cell covers left out", "未读取被合并单元格遮住的文字"),
    _detail(r"struck out text left out", "未读取带删除线的文字"),
    _detail(r"hidden table rows left out", "未读取隐藏的表格行"),
    _detail(r"hidden sheet (.*?) left out", r"未读取隐藏的工作表 \1"),
    _detail(r"macros left out", "未读取宏"),
    _detail(
        r"page (\d+) has a picture among its text that was not read",
        r"第 \1 页文字间有图片，未读取",
    ),
    _detail(r"page (\d+) is a scan", r"第 \1 页是扫描件"),
    _detail(r"(\S+) could not be read", r"\1 无法读取"),
    # files that can't be read
    _detail(r"elements nested too deep", "嵌套过深"),
    _detail(r"(?:blocks|forms|groups) nested (?:more than )?(\d+) deep", r"嵌套超过 \1 层"),
    _detail(r"merged cells over more than (\d+) cells", r"合并单元格超过 \1 格"),
    _detail(r"a sheet of more than (\d+) cells", r"工作表超过 \1 格"),
    _detail(r"more than (\d+) table cells", r"表格超过 \1 格"),
    _detail(r"more than (\d+) elements", r"超过 \1 个元素"),
    _detail(r"more than (\d+) lines on a page", r"一页超过 \1 条线"),
    _detail(r"more than (\d+) scanned pages", r"扫描页超过 \1 页"),
    _detail(r"more than (\d+) MB of tables", r"表格超过 \1 MB"),
    _detail(r"more than (\d+) MB", r"超过 \1 MB"),
    _detail(r"more than (\d+) pages", r"超过 \1 页"),
    _detail(r"(\d+) MB of tables", r"表格有 \1 MB"),
    _detail(r"a table of (\d+) by (\d+) lines", r"表格有 \1 × \2 条线"),
    _detail(r"too many objects", "对象过多"),
    _detail(r"too many characters", "字符过多"),
    _detail(r"too many pixels", "像素过多"),
    _detail(r"too many (\w+)", r"\1 过多"),
    _detail(r"no document in it", "里面没有文档"),
    _detail(r"no workbook in it", "里面没有工作簿"),
    _detail(r"no body in (\S+)", r"\1 中没有正文"),
    _detail(r"no page in the web archive", "网页存档中没有页面"),
    _detail(r"no known kind of picture", "不认识的图片格式"),
    _detail(r"a picture without writing", "图片中没有文字"),
    _detail(r"document type declaration", "含文档类型声明"),
    _detail(r"compression method (\d+)", r"压缩方法 \1"),
    _detail(r"the list of contents at the end is missing", "结尾缺少目录"),
    _detail(r"the end mark of the PDF is missing", "PDF 缺少结束标记"),
    _detail(r"PDF without content", "PDF 没有内容"),
    _detail(r"two parts of the same name", "有两个同名部分"),
    _detail(r"more texts than there is room for", "文字数超出文件大小"),
    _detail(r"sector chain without end", "扇区链没有终点"),
    _detail(r"sector chain", "扇区链有误"),
    _detail(r"sector size", "扇区大小有误"),
    _detail(r"OLE sector", "OLE 扇区有误"),
    _detail(r"the reading process ended", "读取进程意外结束"),
    _detail(r"(?<![\w.])(\S+) is missing", r"缺少 \1"),
    _detail(r"(\d+) entries in an? (\w+) file", r"\2 文件中有 \1 项"),
    _detail(r"(\d+) pages, (\d+) pictures", r"\1 页，\2 张图片"),
    _detail(r"(\d+) x (\d+) pixels", r"\1 × \2 像素"),
    _detail(r"(\d+) of (\d+) bytes", r"\1 字节，应为 \2 字节"),
    _detail(r"(\d+) reports in one document", r"一份文件中有 \1 份年报"),
    _detail(r"(?<=（)memory(?=）)", "内存不足"),
    _detail(r"(\d+) entries\b", r"\1 项"),
    _detail(r"(\d+) pages\b", r"\1 页"),
    _detail(r"(\d+) lines\b", r"\1 行"),
    # pages of a portal
    _detail(r"no JSON in the answer", "回应中没有 JSON"),
    _detail(r"the list is not closed", "列表没有结束"),
    _detail(r"no preset (\S+)", r"没有预设 \1"),
    _detail(r"no (\S+) in the page", r"页面中没有 \1"),
    _detail(r"no items were found", "没有找到条目"),
    _detail(r"a template without content", "只有模板，没有内容"),
    _detail(r"a page without text", "页面没有文字"),
    _detail(r"the page has no end", "页面没有结尾"),
    _detail(r"page (\d+) of (\d+): ", r"第 \1 页，共 \2 页："),
    _detail(r"(\d+) of (\d+) items", r"\2 条中读到 \1 条"),
    _detail(r"nothing new", "没有新的条目"),
    _detail(r"asked for (\d+), answered (\d+)", r"要的是 \1 年，给的是 \2 年"),
    _detail(r"(\d+) articles in a row could not be fetched", r"连续 \1 篇无法取得"),
    _detail(r"a private address", "内网地址"),
    _detail(r"^not_saved$", "没有保存这一页"),
    _detail(r"^forbidden_address$", "内网地址，不予访问"),
    _detail(r"^crawl_delay$", "robots.txt 要求的间隔太长，不予访问"),
    _detail(r"^bad_address$", "网址无效"),
    _detail(r"^bad_redirect$", "跳转到无效的网址"),
    _detail(r"^redirects$", "跳转次数过多"),
    _detail(r"^too_large$", "页面过大"),
    _detail(r"^resting$", "该网站连续出错，本次不再访问"),
    _detail(r"^robots_unreachable$", "robots.txt 暂时无法取得"),
    _detail(r"^dns$", "域名无法解析"),
    _detail(r"^connect$", "无法连接"),
    _detail(r"^timeout$", "超时"),
    _detail(r"^reset$", "连接中断"),
    _detail(r"^truncated$", "内容不完整"),
    # a demo that is not as planted
    _detail(r"a mail came twice, or none came", "有邮件重复，或没有邮件"),
    _detail(r"(\w+) found nothing", r"\1 没有查出问题"),
    _detail(r": (\w+), not (\w+)$", r"：为 \1，应为 \2"),
)
