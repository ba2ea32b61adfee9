"""Every word of the interface, in Chinese and English side by side, so that none can be forgotten."""

from __future__ import annotations

from typing import Literal

import gradio as gr

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
        "还没有文档。请在“文档”里上传 .txt 或 .md 文件。",
        "There are no documents yet. Upload .txt or .md files under Documents.",
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
    "changed": (
        "文档在回答之后有过改动，被引用的原句已找不到。原句是：",
        "The document has changed since the answer and the cited sentence is no longer there. It was:",
    ),
    "forgotten": (
        "这条回答已不在本次对话里，请重新提问。",
        "This answer is no longer part of the conversation. Please ask again.",
    ),
    # Documents
    "tab_documents": ("文档", "Documents"),
    "upload_label": ("上传文档", "Upload documents"),
    "upload_hint": (
        "可读 {suffixes} 文件，也可以直接拖到这里。",
        "Reads {suffixes} files; you can drop them here as well.",
    ),
    "reindex": ("重新索引", "Re-index"),
    "stale": ("文件夹有变动，索引还没有跟上。", "The folder has changed since it was indexed."),
    "documents_known": ("{documents} 篇文档 · {passages} 段", "{documents} documents · {passages} passages"),
    "documents_none": ("还没有文档。", "No documents yet."),
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
    "stage_reading": ("读取文件", "Reading files"),
    "stage_splitting": ("切分段落", "Splitting into passages"),
    "stage_embedding": ("计算向量", "Computing vectors"),
    "stage_writing": ("写入索引", "Writing the index"),
    "stage_other": ("正在索引", "Indexing"),
    "sync_added": ("新增 {count} 篇", "{count} added"),
    "sync_changed": ("更新 {count} 篇", "{count} updated"),
    "sync_renamed": ("改名 {count} 篇", "{count} renamed"),
    "sync_removed": ("移除 {count} 篇", "{count} removed"),
    "sync_failed": ("{count} 个文件未能读取", "{count} could not be read"),
    "sync_nothing": ("没有变化", "Nothing has changed"),
    "sync_done": (
        "{changes}；现有 {documents} 篇、{passages} 段，用时 {seconds} 秒。",
        "{changes}. Now {documents} documents, {passages} passages; {seconds} s.",
    ),
    "sync_joint": ("，", ", "),
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


def language_of(request: gr.Request | None) -> Language:
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
