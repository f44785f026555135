"""What parts of a column are called: a year, a kind of bodies."""

from __future__ import annotations

import re

from nianbao.parser.patterns import pattern_of

YEAR_LABEL = pattern_of(r"^(20[0-4]\d)\s*年?度?(?:年报|年度报告|报告)?(?:[（(]\d+[）)])?$")
KIND_LABEL = pattern_of(
    "^(?:各|本|全|所属)?[县区市州旗]?(?:直|级|属)?"
    "(?:乡镇(?:[（(]?[、和及]?街道[）)]?)?|镇街|镇乡|街镇|镇[（(]街道[）)]|街道(?:办事处)?|乡镇街道办|政府部门|部门"
    "|委办局|直属(?:单位|机构)|垂直?管理?(?:单位|部门)|双管单位|事业单位|国有企业|开发区|园区|其他单位)"
    "(?:单位|部门|人民政府|政府|办事处)?(?:政府信息公开|信息公开|政务公开|公开)?(?:工作)?(?:年度报告|年报)?"
    "(?:[（(]\\d+[）)])?$"
)
MONTH_LABEL = pattern_of(
    r"^(20[0-4]\d)\s*年\s*(?:[01]?\d|[一二三四五六七八九十]{1,2})\s*月(?:份)?(?:归档)?(?:\s*[（(]\d+[）)])?$"
)
# Columns that stand beside the one of reports, in every menu.
OTHER_COLUMN = pattern_of(
    "^(?:政府|政务)?(?:信息)?(?:主动|依申请)?公开(?:工作)?(?:指南|制度|规定|规范|目录|申请|意见箱|流程|范围|机构|平台)(?:[（(]\\d+[）)])?$"
    "|^(?:机构(?:职能|设置|概况|简介)|领导(?:之窗|信息|分工)|政策(?:文件|解读|法规)|规范性文件|法定主动公开内容"
    "|依申请公开|人事信息|财政信息|预决算|建议提案|重点领域)(?:[（(]\\d+[）)])?$"
)
# A version of the site that is not the whole of it, and the way back to the whole.
SMALL_VERSION = pattern_of(
    "(?:适老|长者|老年人?|大字|关怀|手机|移动|触屏|WAP)(?:化)?(?:版|模式|端)", re.I
)
WHOLE_VERSION = pattern_of(
    "^[\\W]*(?:返回|切换(?:至|到)?|进入|访问|浏览)?(?:标准|电脑|PC|普通|常规|完整|正常|桌面)(?:版|端|模式)?(?:网站|页面)?[\\W]*$",
    re.I,
)
# The column's own name in a menu, with how much it holds.
COUNTED_LABEL = pattern_of(r"(?:年报|年度报告)[^（(\d]{0,4}[（(](\d{1,4})(?:条|篇|份)?[）)]$")
ALL_LABEL = pattern_of(
    "^(?:[-—－\\s]*)(?:全部|所有|不限|请?选择.{0,4}|年份|年度|单位|类别|分类)?(?:[-—－\\s]*)$"
)
