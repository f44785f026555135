"""Why bytes could not be read, as one sentence for a person,
in Chinese and English.
"""

from __future__ import annotations

from nianbao.parser.formats import READ

SENTENCES: dict[str, tuple[str, str]] = {
    "empty": (
        "文件是空的。请重新下载或另存后再试。",
        "The file is empty. Download or save it again.",
    ),
    "too_large": (
        "文件有 {size}，超过了 {limit} 的上限。请确认它是年度报告，或拆分后再试。",
        "The file has {size}, more than the limit of {limit}. "
        "Make sure that it is an annual report, or split it.",
    ),
    "truncated": (
        "文件不完整（{detail}）。请重新下载或另存后再试。",
        "The file is cut short or damaged ({detail}). Download or save it again.",
    ),
    "encrypted": (
        "文件设有密码，无法读取。请取消密码后再试。",
        "The file is protected by a password. Remove the password and try again.",
    ),
    "bomb": (
        "压缩内容展开后过大（{detail}），为安全起见没有读取。",
        "The packed content grows too large when unpacked ({detail}); it was not read, to be safe.",
    ),
    "too_complex": (
        "文件结构过于庞大（{detail}），不像一份年度报告，没有读取。",
        "The file is far larger inside than any annual report ({detail}); it was not read.",
    ),
    "unsupported": (
        f"不支持这种文件（{{detail}}）。可读取的格式：{READ}",
        f"This kind of file is not supported ({{detail}}). Readable: {READ}",
    ),
    "archive_kind": (
        "无法打开 {detail} 压缩包。请解压后再试，或改用 zip。",
        "A {detail} archive cannot be opened. Unpack it first, or use zip.",
    ),
    "empty_archive": (
        "压缩包里没有可读取的文件（{detail}）。",
        "There is no readable file in the archive ({detail}).",
    ),
    "needs_libreoffice": (
        "读取 {detail} 文件需要 LibreOffice。请安装软件包 libreoffice-writer-nogui"
        "（apt-get install libreoffice-writer-nogui）后再试。",
        "Reading a {detail} file needs LibreOffice. Install the package libreoffice-writer-nogui "
        "(apt-get install libreoffice-writer-nogui) and try again.",
    ),
    "needs_ocr": (
        "这是扫描件或图片，读取它需要文字识别组件。请执行 pip install 'nianbao[ocr]' 后再试。",
        "This is a scan or a picture; reading it needs the OCR extra. "
        "Run pip install 'nianbao[ocr]' and try again.",
    ),
    "conversion_failed": (
        "LibreOffice 未能打开这个文件（{detail}）。请用 Word 或 WPS 打开并另存为 docx 后再试。",
        "LibreOffice could not open the file ({detail}). "
        "Open it in Word or WPS, save it as docx and try again.",
    ),
    "timeout": (
        "读取超过 {detail} 秒，已停止。",
        "Reading took more than {detail} seconds and was stopped.",
    ),
    "no_text": (
        "文件里没有可读取的文字（{detail}）。",
        "There is no readable text in the file ({detail}).",
    ),
    "error_page": (
        "这是一个错误页面（{detail}），不是年度报告。",
        "This is an error page ({detail}), not an annual report.",
    ),
    "not_a_report": (
        "没有在文件里找到年度报告的标题、章节或表格。请确认选对了文件。",
        "No title, section or table of an annual report was found in it. "
        "Make sure that it is the right file.",
    ),
    "unreadable_file": (
        "无法读取文件（{detail}）。",
        "The file could not be opened ({detail}).",
    ),
    "broken": (
        "文件内容已损坏，无法按 {kind} 读取（{detail}）。",
        "The content is damaged and could not be read as {kind} ({detail}).",
    ),
}


class ReadError(Exception):
    """Bytes that are no readable report.

    `code` is one of SENTENCES; `str()` is the English sentence.
    """

    def __init__(self, code: str, **named: object) -> None:
        self.code, self.named = code, named
        self.zh, self.en = (sentence.format_map(_Named(named)) for sentence in SENTENCES[code])
        super().__init__(self.en)

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.code, {key: str(value) for key, value in self.named.items()})


def _again(code: str, named: dict[str, object]) -> ReadError:
    return ReadError(code, **named)


class _Named(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"
