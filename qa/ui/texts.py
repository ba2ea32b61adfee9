"""Every word of the interface, in Chinese and English side by side, so that none can be forgotten."""

from __future__ import annotations

from typing import Literal

import gradio as gr
from starlette.requests import Request

Language = Literal["zh", "en"]

TEXTS: dict[str, tuple[str, str]] = {
    # Header and first screen
    "tagline": ("从文档里找答案，每句话都有出处", "Answers from your documents, every sentence with its source"),
    "view_chat": ("问答", "Chat"),
    "view_side": ("来源与文档", "Sources"),
    "new_chat": ("新对话", "New chat"),
    "welcome": ("向你的文档提问", "Ask your documents"),
    "welcome_text": (
        "问档只用文件夹里的文档作答，每句话后面的编号都能点开，直达原文那一句。",
        "WenDang answers only from the documents in your folder. Click the number after a sentence to see its place.",
    ),
    "welcome_count": (
        "现在可查 {documents} 篇文档，共 {passages} 段。",
        "It knows {documents} documents, {passages} passages.",
    ),
    "welcome_empty": (
        "还没有文档。请在“文档”里上传文件，或者放进文档文件夹。",
        "There are no documents yet. Upload some under Documents, or put them into the folder.",
    ),
    "welcome_first": (
        "正在第一次为文件夹里的文档建立索引，建好就能提问。",
        "The documents in your folder are being indexed for the first time. You can ask as soon as that is done.",
    ),
    # Chat
    "chat_label": ("问答", "Conversation"),
    "ask_label": ("问题", "Question"),
    "ask_placeholder": ("输入问题，按回车发送", "Ask a question and press Enter"),
    "ask_button": ("发送", "Send"),
    "empty_question": (
        "请先写下问题，例如：金山区有多少耕地？",
        "Please write a question first, for example: How long is the coastline?",
    ),
    "unexpected": (
        "抱歉，出了点意外，没能完成。请再试一次；若总是这样，请查看终端里的日志。",
        "Sorry, something unexpected went wrong. Please try again; if it stays, see the log in the terminal.",
    ),
    "first_sync": (
        "文档正在第一次建立索引，建好就能回答。请稍后再问一次。",
        "The documents are still being indexed for the first time. Please ask again in a moment.",
    ),
    "mark": ("来源", "Source "),
    "missing_terms": ("文档中没有出现", "Not found in any document"),
    "nearest": ("最接近的段落", "Nearest passages"),
    "searched": ("实际检索", "Searched for"),
    # Sources
    "tab_sources": ("来源", "Sources"),
    "sources_empty": ("这里会显示回答的出处", "The sources of an answer appear here"),
    "sources_empty_text": (
        "提问之后，点回答里的编号，就能在原文中看到被引用的那一句。",
        "Ask something, then click a number in the answer to see the cited sentence in its document.",
    ),
    "sources_cited": ("引用 {count} 处", "{count} citations"),
    "sources_near": ("没有找到依据，以下是最接近的段落", "No evidence found; these passages come nearest"),
    "sources_none": ("没有找到相关段落。", "No related passages were found."),
    "other_passages": ("其他相关段落（{count}）", "Other related passages ({count})"),
    "page": ("第 {page} 页", "Page {page}"),
    "page_before": ("上一页", "Previous page"),
    "page_after": ("下一页", "Next page"),
    "slide": ("第 {slide} 张幻灯片", "Slide {slide}"),
    "sheet": ("工作表“{sheet}”", "Sheet “{sheet}”"),
    "uncertain": ("识别把握 {sure}%，请核对原图", "recognised with {sure}% confidence: compare the picture"),
    "row": ("第 {row} 行", "Row {row}"),
    "why_found": ("为何找到", "Why found"),
    "score": ("得分 {score}", "score {score}"),
    "rank_dense": ("语义第 {rank}", "meaning #{rank}"),
    "rank_sentence": ("句子第 {rank}", "sentence #{rank}"),
    "rank_lexical": ("词面第 {rank}", "words #{rank}"),
    "terms": ("命中词", "matched"),
    "reader": ("原文", "Document text"),
    "earlier_text": ("前面还有 {count} 字，点此续读", "{count} more characters before; read on"),
    "later_text": ("后面还有 {count} 字，点此续读", "{count} more characters after; read on"),
    "gone": (
        "这篇文档已不在索引里，可能已被删除或改名。",
        "This document is no longer in the index; it may have been removed or renamed.",
    ),
    "source_changed": ("原文已更新", "The source has changed"),
    "source_deleted": ("原文已删除", "The source was deleted"),
    "source_unreadable": ("原文现在读不了", "The source cannot be read now"),
    "source_renamed": ("文件已改名，回答时叫 {name}", "Renamed since the answer, when it was {name}"),
    "quoted": ("回答引用的原句", "As quoted in the answer"),
    "reads_now": ("现在的文字", "As it reads now"),
    "reads_nothing": (
        "现在的文档里没有相近的句子。",
        "Nothing in the present text is like it.",
    ),
    "forgotten": (
        "这条回答已不在本次对话里，请重新提问。",
        "This answer is no longer part of the conversation. Please ask again.",
    ),
    # Documents
    "tab_documents": ("文档", "Documents"),
    "upload_label": ("上传文档", "Upload documents"),
    "upload_hint": (
        "可读 PDF、Word、PowerPoint、Excel、CSV、网页、电子书、邮件、ZIP、Markdown 和文本，也可以直接拖到这里。",
        "Reads PDF, Word, PowerPoint, Excel, CSV, web pages, EPUB, mails, ZIP, Markdown, text. Drop them here as well.",
    ),
    "reindex": ("检查更新", "Check for changes"),
    "find": ("按名称查找文档", "Find a document by name"),
    "stale": ("索引没有跟上文件夹：{reason}", "The index does not follow the folder: {reason}"),
    "stale_stopped": ("更新被停止了。", "updating was stopped."),
    "expired": ("页面已过期，请刷新后再试。", "This page has expired. Reload it and try again."),
    "rebuild": ("全部重建", "Rebuild all"),
    "rebuild_question": (
        "重新读取全部 {count} 篇文档并重算向量？可能要很久；其间照常可以提问。",
        "Read and embed all {count} documents anew? It may take long; questions are answered meanwhile.",
    ),
    "rebuild_yes": ("开始重建", "Rebuild"),
    "again": ("重新索引", "Re-index"),
    "again_failed": ("重试", "Retry"),
    "alike": ("内容几乎相同：", "Nearly the same: "),
    "alike_more": ("等另外 {count} 篇", " and {count} more"),
    "remove": ("移除", "Remove"),
    "remove_question": (
        "把“{name}”移出文档文件夹？文件不会删除，会移到数据文件夹的 removed 里。",
        "Take “{name}” out of the documents folder? The file is kept, under removed in the data folder.",
    ),
    "remove_yes": ("移除文档", "Remove it"),
    "remove_no": ("取消", "Cancel"),
    "remove_done": ("已移出 {name}，文件保存在 {place}。", "{name} was taken out; the file is kept at {place}."),
    "remove_gone": ("{name} 已不在文件夹里。", "{name} is no longer in the folder."),
    "remove_failed": ("没能移除 {name}：{error}", "Could not remove {name}: {error}"),
    "awaited": ("等待处理…", "Waiting…"),
    "documents_known": ("{documents} 篇文档 · {passages} 段", "{documents} documents · {passages} passages"),
    "documents_none": ("还没有文档。", "No documents yet."),
    "documents_unlike": ("没有名称里含“{words}”的文档。", "No document is called anything like “{words}”."),
    "documents_more": (
        "另有 {count} 篇没有列出，请用上面的查找框。",
        "{count} more are not listed; look for them by name above.",
    ),
    "column_document": ("文档", "Document"),
    "column_passages": ("段落", "Passages"),
    "column_size": ("大小", "Size"),
    "column_date": ("索引于", "Indexed"),
    "failures": ("未能读取（{count}）", "Could not be read ({count})"),
    "skipped": ("已跳过（{count}）", "Skipped ({count})"),
    "upload_saved": ("已保存：{names}。", "Saved: {names}."),
    "upload_known": ("已经有了，内容相同：{names}。", "Already there with the same content: {names}."),
    "upload_failed": ("没能保存 {name}：{error}", "Could not save {name}: {error}"),
    "upload_refused": (
        "没有保存 {name}：这种文件还读不了，目前可读 {suffixes}。",
        "Not saved: {name}. Files of this kind are not read; accepted are {suffixes}.",
    ),
    "stage_waiting": ("等待另一个程序写完索引", "Waiting for another program to finish indexing"),
    "stage_reading": ("查看文件", "Looking at files"),
    "stage_pages": ("逐页读取", "Reading pages"),
    "stage_splitting": ("切分文档", "Splitting documents"),
    "stage_embedding": ("计算向量", "Computing vectors"),
    "stage_words": ("学习词语", "Learning words"),
    "stage_writing": ("写入索引", "Writing the index"),
    "stage_other": ("正在索引", "Indexing"),
    "sync_begins": ("正在开始", "Starting"),
    "sync_takes_in": ("读取了 {count} 篇：{names}", "{count} read: {names}"),
    "sync_stop": ("停止", "Stop"),
    "sync_stopping": ("正在停止…", "Stopping…"),
    "sync_stopped": (
        "已停止。原来的索引照常使用，已算好的部分保留着。",
        "Stopped. The index as it was is in use, and what was computed is kept.",
    ),
    "sync_resume": ("继续", "Go on"),
    "sync_retry": ("重试", "Retry"),
    "sync_error": (
        "没能更新索引，原来的索引照常使用；稍后会自动再试。",
        "The index could not be brought up to date; it is used as it was. It is tried again by itself.",
    ),
    "left_moment": ("还要几秒", "a few seconds left"),
    "left_seconds": ("还要不到 1 分钟", "less than a minute left"),
    "left_minutes": ("还要约 {count} 分钟", "about {count} min left"),
    "left_hours": ("还要约 {hours} 小时 {count} 分钟", "about {hours} h {count} min left"),
    "sync_added": ("新增 {count} 篇：{names}", "{count} added: {names}"),
    "sync_changed": ("更新 {count} 篇：{names}", "{count} updated: {names}"),
    "sync_renamed": ("改名 {count} 篇：{names}", "{count} renamed: {names}"),
    "sync_removed": ("移除 {count} 篇：{names}", "{count} removed: {names}"),
    "sync_redone": ("重新索引 {count} 篇：{names}", "{count} indexed again: {names}"),
    "sync_failed": ("{count} 个文件未能读取", "{count} could not be read"),
    "sync_names_more": ("{names} 等", "{names} and more"),
    "sync_nothing": ("索引与文件夹一致", "The index is up to date with the folder"),
    "sync_checked": ("{time} 检查", "checked at {time}"),
    "sync_joint": ("；", "; "),
    "sync_comma": ("、", ", "),
}

SAMPLE_DOCUMENT = "金山区概况.md"
SAMPLE_QUESTIONS = (
    "金山区累计淘汰调整了多少家落后化工企业？",
    "金山有哪四大郊野公园？",
    "2022年PM2.5平均浓度降到了多少？",
    "How long is Jinshan's coastline?",
)


def say(language: Language, key: str, **values: object) -> str:
    """Return a text of the interface in one language, with its `{names}` filled in."""
    text = TEXTS[key][0 if language == "zh" else 1]
    return text.format(**values) if values else text


def language_of(request: gr.Request | Request | None) -> Language:
    """Return the language that the browser asks for first: Chinese in any of its forms, else English."""
    headers = getattr(request, "headers", None) or {}
    first = str(headers.get("accept-language", "")).split(",")[0].strip().lower()
    return "zh" if first.startswith("zh") else "en"


def translations(**values: object) -> gr.I18n:
    """Return the texts in the form that Gradio puts into labels in the browser, with known `{names}` filled in.

    Gradio's own dictionaries are called zh-CN and zh-TW; `script.js` brings every other Chinese browser to one of them.
    """
    chinese, english = ({key: _fill(pair[side], values) for key, pair in TEXTS.items()} for side in (0, 1))
    return gr.I18n(**{"en": english, "zh": chinese, "zh-CN": chinese, "zh-TW": chinese})


def _fill(text: str, values: dict[str, object]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
