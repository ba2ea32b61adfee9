"""Why something could not be done, in the reader's language: our errors are written in English."""

from __future__ import annotations

import re

from qa.ui.texts import Language

# What an error says, and the same in Chinese with the pattern's groups in place of {0}, {1}.
CHINESE: tuple[tuple[str, str], ...] = (
    # Files
    (r"the file is empty\b", "文件是空的。请写入文字，或移除这个文件"),
    (r"no text in it\b", "文件里没有文字。请写入文字，或移除这个文件"),
    (r"not a text file: its ([\d,]+) bytes", "不是文本文件：{0} 个字节用 UTF-8、UTF-16、GB18030、Big5 都读不出文字"),
    (r"([\d,]+) bytes; at most ([\d,]+) are read", "文件有 {0} 字节，最多读 {1} 字节。请拆成几个小文件"),
    (r"cannot be read \((.+?)\)", "打不开（{0}）。请检查文件是否还在、有没有读取权限"),
    (r"it changes while it is read", "文件正在被改写，写完后会自动重新读取"),
    (r"a folder that cannot be opened \((.+?)\)", "文件夹打不开（{0}）。请检查权限；原来索引过的内容照常可查"),
    (r"a link that leads out of", "链接指向文件夹之外，没有读取"),
    (r"a hard link, the file has another name outside", "硬链接，文件在文件夹之外还有别名，没有读取。请改放副本"),
    (r"a pipe, a socket or a device", "管道、套接字或设备，不读取。请移走"),
    # Formats
    (r"locked with a password", "文件有密码，请另存一份没有密码的"),
    (r"text is encrypted|is encrypted in a way|locked \(DRM\)", "文件加了密，读不了。请另存一份没有加密的"),
    (r"not an? (\S+) file: it is (?:an? )?(.+?)(?: file)?\. Give it", "不是 {0} 文件，实际是 {1}。请改扩展名，或移走"),
    (r"not an? (\S+) file:", "不是 {0} 文件。请改成正确的扩展名，或移走"),
    (
        r"(\S+) files are read with LibreOffice, which is not installed",
        "{0} 文件要靠 LibreOffice 读取，这台机器没有装。请安装，或另存为新格式",
    ),
    (r"LibreOffice (?:could not|cannot)", "LibreOffice 读不了它，可能已损坏或有密码。请打开后另存为新格式"),
    (r"LibreOffice did not finish", "LibreOffice 处理超时。请拆成几个文件，或另存为新格式"),
    (r"pictures are read by character recognition", "图片要靠文字识别来读，还没有装（make ocr）"),
    (r"a damaged picture|its picture cannot be looked at", "图片已损坏，读不了。请重新保存或扫描"),
    (r"([\d,]+) × ([\d,]+) pixels are too many", "图片有 {0} × {1} 像素，太大了。请缩小后保存"),
    (
        r"([\d,]+) of ([\d,]+) pages are pictures without text.+Character recognition would",
        "{1} 页里有 {0} 页是图像，没有文字。装上文字识别就能读（make ocr）",
    ),
    (r"([\d,]+) of ([\d,]+) recognised lines are uncertain", "识别出的 {1} 行里有 {0} 行没有把握。请与原图核对"),
    (r"a PDF without any page", "PDF 里一页也没有。请重新生成，或移走"),
    (r"([\d,]+) of ([\d,]+) pages are pictures without text", "{1} 页里有 {0} 页是图像，没有文字，读不了"),
    (r"([\d,]+) of ([\d,]+) pages are damaged", "{1} 页里有 {0} 页已损坏，没有读"),
    (r"([\d,]+) pages, of which the first ([\d,]+) were read", "共 {0} 页，只读了前 {1} 页。请拆成几个文件"),
    (r"no text on its (\d+) pages", "{0} 页上都没有文字"),
    (r"are no PDF that can be read|a damaged PDF", "PDF 已损坏或不完整。请用原来的程序重新生成，或移走"),
    (r"its archive is broken", "文件已损坏。请用原来的程序重新保存"),
    (r"its part (\S+) (?:cannot be read|is no)", "文件里的 {0} 读不了。请用原来的程序重新保存"),
    (r"it unpacks to ([\d,]+) bytes", "解开后有 {0} 字节，超过上限。请拆成几个文件，或去掉图片"),
    (r"it unpacks to (\d+) times its size", "解开后是原来的 {0} 倍，不像正常的文档。请移走，或重新保存"),
    (r"reading it was stopped after (\S+) s", "读了 {0} 秒还没读完，已停止。请重新保存，或拆成几个文件"),
    (r"the program that reads such files broke off", "读取时程序中断了，或内存超出上限。请重新保存，或拆开"),
    (r"it needs more memory than one file may have", "需要的内存超出上限。请拆成几个文件"),
    (r"nested too deep", "嵌套太深。请用原来的程序重新保存"),
    (r"it lies (\d+) files deep", "在第 {0} 层压缩包或附件里，太深了。请先解开"),
    (
        r"more than ([\d,]+) files, ([\d,]+) bytes or (\d+) times its size in one file",
        "一个文件里的内容超过 {0} 个文件、{1} 字节或原大小的 {2} 倍，从这里起没有读。请拆开",
    ),
    (r"(.+) is no longer in it", "{0} 已不在里面。下次同步后再看"),
    (r"no document in it that could be read", "里面没有能读的文档"),
    (
        r"(?:archive|it) holds no |^no mail|no page in this web archive|there is no sheet|does not say where",
        "内容与扩展名不符，或已损坏。请改成正确的扩展名，或重新保存",
    ),
    (r"no text in this|no cell has a value|nothing in this mail", "里面没有文字"),
    (r"its cells hold|more than (?:\S+) cells|cells of a sheet lie", "表格太大，超过上限。请拆成几个文件"),
    (r"(?:are|is) broken|contradict|no readable XML|is missing|no (?:web|table).+?\(", "文件已损坏。请重新保存"),
    (r"page (\d+) cannot be drawn", "第 {0} 页画不出来"),
    (r"(.+) is a part of (.+)\. Remove that file", "它在 {1} 里面。请移除那个文件，或从里面去掉这一篇"),
    (r"the file has changed since it was indexed", "文件在建立索引之后改过，下次同步后再看"),
    (r"a link that leads nowhere", "链接指向的文件不存在"),
    (r"a link to a folder is not followed", "指向文件夹的链接不读取"),
    (r"files of kind (\S+) are not read", "{0} 文件还读不了"),
    (r"files of kind without suffix are not read", "没有扩展名的文件不读取"),
    (r"files of this kind are not read; accepted are (.+)", "这种文件还读不了，目前可读 {0}"),
    (r"its name is not in UTF-8", "文件名不是 UTF-8 编码，请改名"),
    (r"cannot be written to (.+) \((.+?)\)", "无法写入 {0}（{1}）。请检查磁盘空间和权限"),
    (r"larger than ([\d,]+) MB, the most for one upload", "超过 {0} MB，这是单个文件的上限。请拆成几个文件"),
    (r"more than ([\d,]+) files in one upload", "一次最多上传 {0} 个文件。剩下的请再传一次"),
    (r"more than ([\d,]+) MB in one upload", "一次最多上传 {0} MB。剩下的请再传一次"),
    (r"it lies (\d+) folders deep; at most (\d+) are kept", "在第 {0} 层文件夹里，最多 {1} 层。请上传里层的文件夹"),
    (r"its path has ([\d,]+) bytes; at most ([\d,]+) are kept", "路径太长（{0} 字节，上限 {1}）。请缩短文件夹的名字"),
    (r"what was removed is no longer kept", "移除的文件已不在了，可能已经放回"),
    # Taking a document out
    (r"no document (.+) in the index", "索引里没有这篇文档，可能已经移除"),
    (r"(.+) is a folder\. Move it", "这是一个文件夹，请自己移走"),
    (r"(.+) cannot be moved to (.+) \((.+?)\)", "无法移到 {1}（{2}）。请检查磁盘空间和权限"),
    (r"(.+) does not lie in the documents folder", "文件实际不在文档文件夹里，请自己移走"),
    (r"(.+) lies among the documents\. Set WENDANG_DATA", "数据文件夹 {0} 在文档文件夹里，请用 WENDANG_DATA 换个位置"),
    # Handing its file out
    (r"the file of (.+) is not in the documents folder any more", "文档文件夹里已没有 {0}"),
    (r"(.+) leads out of the documents folder", "{0} 指向文档文件夹之外，不能下载。请改放副本"),
    (r"(.+) has another name outside of the documents", "{0} 在文档文件夹之外还有别名，不能下载。请改放副本"),
    # Syncing
    (r"no documents folder at (.+?)\. Create it", "找不到文档文件夹 {0}。请创建它，或把它所在的磁盘接好"),
    (r"(.+?) is indexing into (.+?) and has been", "另一个程序正在写索引（{0}）。请等它完成，或停掉它"),
    (
        r"was built with the embedding model (.+?), now (.+?) is set",
        "索引用的是模型 {0}，现在设的是 {1}。请改回，或全部重建",
    ),
    (r"the index in (.+) cannot be read or written \((.+?)\)", "索引读写出错（{1}）。请检查 {0} 的磁盘空间"),
    (r"the index in (.+) cannot be opened \((.+?)\)", "索引打不开（{1}）。请检查 {0} 的权限和磁盘空间"),
    (r"the index cannot be written to (.+?) \((.+?)\)", "索引无法写入 {0}（{1}）。请检查磁盘空间和权限"),
    (r"the index in (.+) is damaged", "索引已损坏，会按文档重建"),
    # Conversations
    (
        r"the conversations in (.+) cannot be read or written \((.+?)\)",
        "对话记录读写出错（{1}）。请检查 {0} 的磁盘空间和权限",
    ),
    (r"the conversations in (.+) are damaged", "对话记录已损坏。请运行 python -m qa doctor --mend，能读出的都会保留"),
    # Questions
    (r"the question has ([\d,]+) characters; at most ([\d,]+)", "问题有 {0} 个字，最多读 {1} 个。长文请放进文档文件夹"),
    (r"no document matches ('.*'|\".*\"): none is indexed", "还没有可以查的文档，范围 {0} 里也没有"),
    (r"no document matches ('.*'|\".*\")\.", "没有文档符合范围 {0}。请另选文件夹或文档"),
    (r"the question is empty", "问题是空的，只有标点也算。请用一句话说想查什么"),
    # What was not foreseen
    (r"unexpected (\w+): (.*?)(?:\. Please report it)?$", "意外的错误 {0}（{1}）。请查看终端里的日志"),
)  # fmt: skip
PATTERNS = tuple((re.compile(pattern), chinese) for pattern, chinese in CHINESE)


def explain(error: str, language: Language) -> str:
    """Return an error's text in the reader's language; in its own English where there is no other."""
    if language == "zh":
        for pattern, chinese in PATTERNS:
            if found := pattern.search(error):
                return chinese.format(*found.groups())
    return error
