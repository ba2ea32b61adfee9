"""Every word of the interface, in Chinese and English side by side, so that none can be forgotten."""

from __future__ import annotations

import re
from typing import Literal

import gradio as gr
from starlette.requests import Request

from qa.suggesting.datatypes import Script
from qa.ui.preferences import preferences_of

Language = Literal["zh", "en"]
TRADITIONAL = ("zh-tw", "zh-hk", "zh-mo", "zh-hant")

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
        "还没有文档。先上传几个文件，也可以拖进来，几秒后就能提问。",
        "There are no documents yet. Upload some or drop them here; you can ask within seconds.",
    ),
    "welcome_first": (
        "正在第一次为文件夹里的文档建立索引，建好就能提问。",
        "The documents in your folder are being indexed for the first time. You can ask as soon as that is done.",
    ),
    "lost": ("连接断了", "Connection lost"),
    "lost_text": (
        "问档没有回应。请看看它是否还在运行；连上后页面会自动恢复，写好的问题还在。",
        "WenDang does not answer. See whether it still runs; the page recovers by itself and keeps what you typed.",
    ),
    # Questions that are offered
    "offered_as_written": (
        "下面的问题取自文档，用的是文档的语言。",
        "The questions below are made from your documents and are in their language. You can ask in English too.",
    ),
    "next_questions": ("接着问", "Ask next"),
    # Chat
    "chat_label": ("问答", "Conversation"),
    "ask_label": ("问题", "Question"),
    "ask_placeholder": ("输入问题，按回车发送", "Ask a question and press Enter"),
    "ask_button": ("发送", "Send"),
    "stop_button": ("停止", "Stop"),
    "looking": ("正在文档里查找…", "Looking through the documents…"),
    "writing": ("正在根据找到的原文写回答…", "Writing an answer from the passages found…"),
    "written_by_model": (
        "由语言模型根据原文写成，逐句核对过：{supported} 句有依据。",
        "Written by a language model and checked sentence by sentence: {supported} with a source.",
    ),
    "written_unsupported": (
        "由语言模型根据原文写成，逐句核对过：{supported} 句有依据，{unsupported} 句没有找到依据，请勿采信。",
        "Written by a language model and checked sentence by sentence: {supported} with a source, {unsupported} "
        "without: do not rely on these.",
    ),
    "edit_search": ("修改", "Edit"),
    "edit_search_hint": ("把实际检索的问题放进输入框修改", "Put what was searched for into the box, to change it"),
    "empty_question": (
        "请先写下问题，用一句话说想查什么。",
        "Please write a question first: say in a sentence what you want to find.",
    ),
    "unexpected": (
        "抱歉，出了点意外，没能完成。请再试一次；若总是这样，请查看终端里的日志。",
        "Sorry, something unexpected went wrong. Please try again; if it stays, see the log in the terminal.",
    ),
    "queue_of_page": (
        "你的问题排满了，前面的还没有答完。请等它们答完再发一次。",
        "Your questions fill their queue. Wait for their answers, then send this one again.",
    ),
    "queue_full": (
        "现在提问的人太多，队伍已满。请过一会儿再发一次。",
        "Too many questions are waiting; the queue is full. Please send yours again in a moment.",
    ),
    "first_sync": (
        "文档正在第一次建立索引，建好就能回答。请稍后再问一次。",
        "The documents are still being indexed for the first time. Please ask again in a moment.",
    ),
    "mark": ("来源", "Source "),
    "missing_terms": ("文档中没有出现", "Not found in any document"),
    "nearest": ("最接近的段落", "Nearest passages"),
    "searched": ("实际检索", "Searched for"),
    "scope_label": ("范围：全部文档，可选文件夹或单篇", "Scope: all documents; pick folders or single ones"),
    "scope_label_large": (
        "范围：全部文档，可选文件夹；单篇在“文档”里勾选",
        "Scope: all documents; pick folders, tick single ones under Documents",
    ),
    "scope_folder": ("{path}（{count} 篇）", "{path} ({count})"),
    "scope_gone": ("已不在文档里，从范围中去掉了：{names}。", "No longer there, taken out of the scope: {names}."),
    "scope_told": ("范围：{names}", "Scope: {names}"),
    "scope_more": ("{names} 等 {count} 项", "{names} and more, {count} in all"),
    "scope_everywhere": ("在全部文档中再问", "Ask again in all documents"),
    "not_kept": ("对话没能保存：{error}", "The conversation could not be kept: {error}"),
    # Answers: how well they are founded, and what can be done with them
    "grounds_founded": ("有依据", "Well founded"),
    "grounds_weak": ("依据较弱", "Weakly founded"),
    "grounds_none": ("未找到", "Not found"),
    "grounds_checking": ("核对中", "Being checked"),
    "why_founded": (
        "回答引自原文，与问题对得上。",
        "The answer is quoted from the documents, and fits the question.",
    ),
    "why_weak": (
        "找到的原文不一定答对了问题，请点开编号核对。",
        "What was found may not be what you asked for. Click the numbers and compare.",
    ),
    "why_none": (
        "文档里没有足够的依据，所以没有作答。",
        "The documents hold too little to answer from.",
    ),
    "why_checking": (
        "正在逐句与原文核对。",
        "It is being compared with the documents, sentence by sentence.",
    ),
    "tools": ("对这条回答", "This answer"),
    "tool_copy": ("复制", "Copy"),
    "tool_cite": ("连同出处复制", "Copy with references"),
    "tool_anew": ("重新回答", "Answer again"),
    "tool_rescope": ("换个范围再问", "Ask in another scope"),
    "tool_share": ("复制这条回答的链接", "Copy a link to this answer"),
    "tool_good": ("回答得好", "Good answer"),
    "tool_bad": ("回答有问题", "Something is wrong"),
    "copied": ("已复制", "Copied"),
    "link_copied": (
        "链接已复制。能打开本页的人，凭链接可以看到这一问一答和引文。",
        "Link copied. Whoever can open this page and has the link sees this question, its answer and the quotes.",
    ),
    "link_to_copy": ("请复制这个链接：", "Copy this link:"),
    "link_not_kept": ("这条回答没有保存下来，无法生成链接。", "This answer was not kept, so there is no link to it."),
    "what_is_wrong": ("哪里有问题？", "What is wrong?"),
    "reason_wrong_passage": ("出处不对", "Wrong passage"),
    "reason_wrong_answer": ("回答不对", "Wrong answer"),
    "reason_should_refuse": ("应该拒答", "Should have refused"),
    "reason_should_answer": ("应该能答", "Should have answered"),
    "right_answer": ("正确答案里应有的字词（可不填）", "Words that the right answer holds (optional)"),
    "save": ("保存", "Save"),
    "feedback_kept": ("谢谢，已记下。", "Thank you, noted."),
    "complaint_kept": (
        "谢谢，已记下，会用来检验以后的回答。",
        "Thank you, noted. Later answers are tested against it.",
    ),
    "feedback_withdrawn": ("已撤回评价。", "Taken back."),
    # Under a refusal
    "what_to_try": ("可以试试", "What to try"),
    "try_everywhere": ("这次只查了选定的范围。", "Only the chosen scope was asked."),
    "try_other_words": (
        "文档里没有的词，换成文档可能用的说法。",
        "Say in other words what no document mentions.",
    ),
    "try_other_year": (
        "最接近的段落说的是 {words} 年，换个年份再问。",
        "The nearest passages are about {words}. Ask about one of these years.",
    ),
    "try_understood": (
        "上面是这句追问被理解成的问题，不对就改一改。",
        "Your follow-up was understood as shown above. Change it if that is wrong.",
    ),
    "try_reword": (
        "换种说法，写明要问的人、事、时间或文档名。",
        "Other words: name who or what you ask about, when, or in which document.",
    ),
    "try_upload": ("上传写有答案的文档。", "Upload a document that holds the answer."),
    "change_question": ("修改问题", "Change the question"),
    "to_documents": ("去文档栏", "To the documents"),
    # Conversations
    "view_history": ("对话", "Chats"),
    "history_label": ("以前的对话", "Earlier conversations"),
    "history_find": ("查找对话", "Find a conversation"),
    "history_empty": ("问过的问题会留在这里。", "What you ask stays here."),
    "history_unlike": ("没有对话提到“{words}”。", "No conversation mentions “{words}”."),
    "history_gone": (
        "这个对话已经不在了，可能已被删除。可以在这里开始新的对话。",
        "This conversation is no longer there; it may have been deleted. You can begin a new one here.",
    ),
    "today": ("今天", "Today"),
    "yesterday": ("昨天", "Yesterday"),
    "this_week": ("最近 7 天", "Last 7 days"),
    "month": ("{year} 年 {month} 月", "{year}-{month}"),
    "more_about": ("“{title}”的操作", "What to do with “{title}”"),
    "rename": ("改名", "Rename"),
    "rename_hint": ("给对话起个名字；留空则恢复为第一个问题", "Give it a name; empty for that of its first question"),
    "export_md": ("导出 Markdown", "Export as Markdown"),
    "export_docx": ("导出 Word", "Export as Word"),
    "export_html": ("导出网页", "Export as web page"),
    "delete": ("删除", "Delete"),
    "deleted": ("已删除“{title}”。", "“{title}” was deleted."),
    "undo": ("撤销", "Undo"),
    "linked": (
        "这是 {day} 分享的一条回答，出处是当时的样子。接着提问会成为你自己的对话。",
        "An answer shared as it was on {day}, with its sources. What you ask from here is a conversation of your own.",
    ),
    "link_gone": (
        "这条分享的回答已经不在了，可能已被删除。",
        "This shared answer is no longer there; it may have been deleted.",
    ),
    # What a reader may set
    "preferences": ("设置", "Settings"),
    "set_language": ("语言", "Language"),
    "choice_language_auto": ("跟随浏览器", "As the browser"),
    "set_theme": ("外观", "Appearance"),
    "choice_theme_auto": ("跟随系统", "As the system"),
    "choice_theme_light": ("浅色", "Light"),
    "choice_theme_dark": ("深色", "Dark"),
    "set_size": ("文字大小", "Text size"),
    "choice_size_small": ("小", "Small"),
    "choice_size_normal": ("标准", "Normal"),
    "choice_size_large": ("大", "Large"),
    "choice_size_huge": ("特大", "Very large"),
    "set_passages": ("参考段落", "Passages"),
    "about_passages": ("每个问题最多参考多少段原文。", "How many passages an answer may draw on."),
    "choice_passages_5": ("5 段", "5"),
    "choice_passages_10": ("10 段", "10"),
    "choice_passages_20": ("20 段", "20"),
    "set_confidence": ("作答要求", "Evidence wanted"),
    "about_confidence": (
        "严格时只答有把握的，宁可说没找到；宽松时多答，请多核对。",
        "Strict answers only what is well founded; lenient answers more, so check more.",
    ),
    "choice_confidence_low": ("宽松", "Lenient"),
    "choice_confidence_normal": ("标准", "Normal"),
    "choice_confidence_high": ("严格", "Strict"),
    "set_model": ("语言模型", "Language model"),
    "about_model": ("关闭时只引用原文作答。", "When off, answers are quoted from the documents alone."),
    "choice_model_on": ("开", "On"),
    "choice_model_off": ("关", "Off"),
    # Sources
    "tab_sources": ("来源", "Sources"),
    "sources_empty": ("这里会显示回答的出处", "The sources of an answer appear here"),
    "sources_empty_text": (
        "提问之后，点回答里的编号，就能在原文中看到被引用的那一句。",
        "Ask something, then click a number in the answer to see the cited sentence in its document.",
    ),
    "sources_cited": ("引用 {count} 处", "{count} citations"),
    "sources_read": ("正在根据这些段落写回答", "The answer is being written from these passages"),
    "sources_near": ("没有找到依据，以下是最接近的段落", "No evidence found; these passages come nearest"),
    "sources_none": ("没有找到相关段落。", "No related passages were found."),
    "other_passages": ("其他相关段落（{count}）", "Other related passages ({count})"),
    "page": ("第 {page} 页", "Page {page}"),
    "page_before": ("上一页", "Previous page"),
    "page_after": ("下一页", "Next page"),
    "uncertain": ("识别把握 {sure}%，请核对原图", "recognised with {sure}% confidence: compare the picture"),
    "why_found": ("为何找到", "Why found"),
    "nearest_dense": ("意思最接近", "nearest in meaning"),
    "nearest_sentence": ("有一句最接近", "holds the nearest sentence"),
    "nearest_lexical": ("用词最接近", "nearest in words"),
    "near_dense": ("意思第 {rank} 接近", "#{rank} in meaning"),
    "near_sentence": ("有一句第 {rank} 接近", "holds sentence #{rank}"),
    "near_lexical": ("用词第 {rank} 接近", "#{rank} in words"),
    "rank_dense": ("语义第 {rank}", "meaning #{rank}"),
    "rank_sentence": ("句子第 {rank}", "sentence #{rank}"),
    "rank_lexical": ("词面第 {rank}", "words #{rank}"),
    "terms": ("命中词", "matched"),
    "reader": ("原文", "Document text"),
    "earlier_text": ("前面还有 {count} 字", "{count} more characters before"),
    "later_text": ("后面还有 {count} 字", "{count} more characters after"),
    # A document that is open: the way through its sources, its file, words in it
    "sources_all": ("全部来源", "All sources"),
    "source_of": ("第 {number} 处，共 {count} 处", "Source {number} of {count}"),
    "source_steps": ("在引用之间移动", "Move between sources"),
    "source_before": ("上一处引用", "Previous source"),
    "source_after": ("下一处引用", "Next source"),
    "back_label": ("回答", "Answer"),
    "back_to_answer": ("回到回答", "Back to the answer"),
    "copy_quote": ("复制引文", "Copy quote"),
    "copy_quote_hint": ("复制这段原文和出处", "Copy the passage with its reference"),
    "copy_failed": ("浏览器不允许复制", "The browser does not allow copying"),
    "download": ("下载原件", "Download"),
    "download_hint": ("下载 {name}", "Download {name}"),
    "download_failed": ("现在无法下载，请稍后再试", "It cannot be downloaded now. Please try again"),
    "download_changed": ("文件在索引后有改动", "The file has changed since it was indexed"),
    "find_in": ("在文中查找", "Find in this document"),
    "find_before": ("上一个", "Previous match"),
    "find_after": ("下一个", "Next match"),
    "find_none": ("没有找到", "No match"),
    "show_page": ("看第 {page} 页的图像", "Show the picture of page {page}"),
    "page_picture": (
        "《{title}》第 {page} 页的图像，文字见下方",
        "Picture of page {page} of {title}, its text below",
    ),
    "page_undrawn": (
        "这一页显示不了图像：文件有改动，或者这一页已损坏。文字见下方。",
        "This page has no picture: the file has changed, or the page is damaged. Its text is below.",
    ),
    "page_marked": ("引用的地方已标出", "the place in question is marked"),
    "page_unsure": ("识别不确定的行已用虚线框出", "lines of doubtful recognition are framed"),
    "reader_failed": ("没能取到，请再试一次", "It could not be fetched. Please try again"),
    "reader_changed": (
        "这篇文档刚刚更新过，请重新打开。",
        "This document has just changed. Please open it again.",
    ),
    "unread": ("这个文件没能读取", "This file could not be read"),
    "unread_next": (
        "改好后它会自动重新读取；也可以在“文档”里点“重试”。",
        "Once it is mended, it is read again by itself; or press “Retry” under Documents.",
    ),
    "gone": (
        "这篇文档已不在索引里，可能已被删除或改名。",
        "This document is no longer in the index; it may have been removed or renamed.",
    ),
    "source_changed": ("原文已更新", "The source has changed"),
    "source_deleted": ("原文已删除", "The source was deleted"),
    "source_unreadable": ("原文现在读不了", "The source cannot be read now"),
    "source_renamed": ("文件已改名，回答时叫 {name}", "Renamed since the answer, when it was {name}"),
    "quoted": ("回答时的原文", "As it was when answered"),
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
    "upload_label": ("上传文件", "Upload files"),
    "upload_folder": ("上传文件夹", "Upload a folder"),
    "upload_hint": (
        "也可以拖进来或粘贴。PDF、Word、PPT、Excel、网页、电子书、邮件、ZIP、文本等都行，每个不超过 {megabytes} MB。",
        "Drop or paste them as well. PDF, Word, PowerPoint, Excel, web pages, e-books, mail, ZIP, Markdown, text; "
        "up to {megabytes} MB each.",
    ),
    "reindex": ("检查更新", "Check for changes"),
    "find": ("按名称或标题查找", "Find by name or title"),
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
        "移除选中的 {count} 个文件？它们会移出文档文件夹，之后可以撤销。",
        "Remove the {count} files that are picked? They leave the documents folder; it can be undone.",
    ),
    "remove_yes": ("移除", "Remove"),
    "remove_no": ("取消", "Cancel"),
    "remove_done": ("已移除 {name}。", "{name} was removed."),
    "remove_done_many": ("已移除 {count} 个文件。", "{count} files were removed."),
    "remove_place": ("保存在数据文件夹的 {place}", "Kept at {place} in the data folder"),
    "remove_gone": ("{name} 已不在文件夹里。", "{name} is no longer in the folder."),
    "remove_failed": ("没能移除 {name}：{error}", "Could not remove {name}: {error}"),
    "put_back": ("已放回 {name}。", "{name} is back."),
    "put_back_many": ("已放回 {count} 个文件。", "{count} files are back."),
    "put_back_as": (
        "{name} 的位置已有别的文件，放回后叫 {new}。",
        "Another file has taken the place of {name}; it is back as {new}.",
    ),
    "put_back_there": ("{name} 已经在那里，内容相同。", "{name} is there already, with the same content."),
    "put_back_failed": ("没能放回 {name}：{error}", "Could not put {name} back: {error}"),
    "more_failed": ("还有 {count} 个没有成功。", "{count} more did not succeed."),
    "documents_known": ("{documents} 篇文档 · {passages} 段", "{documents} documents · {passages} passages"),
    "documents_none": ("放进第一批文档", "Add your first documents"),
    "empty_text": (
        "上传文件或整个文件夹，也可以拖进来，或粘贴一段文字。几秒后就能提问。",
        "Upload files or a whole folder, drop them here, or paste some text. You can ask within seconds.",
    ),
    "empty_folder": ("或者直接放进文件夹", "Or put them into the folder"),
    "documents_unlike": ("没有名称或标题里含“{words}”的文档。", "No document is called anything like “{words}”."),
    "documents_none_such": ("现在没有这样的文档。", "There is no such document now."),
    "documents_more": ("还有 {count} 行", "{count} more"),
    "show_more": ("再显示 {count} 行", "Show {count} more"),
    "filters": ("筛选文档", "Choose what to look at"),
    "flat": ("不分文件夹", "Without folders"),
    "by_folder": ("按文件夹", "By folder"),
    "state_indexed": ("已索引", "Indexed"),
    "state_waiting": ("正在索引", "Indexing"),
    "state_failed": ("未能读取", "Not read"),
    "retry_failed": ("全部重试", "Retry all"),
    "passages_unit": (" 段", " passages"),
    "folder_count": ("{count} 篇", "{count}"),
    "folder_failed": ("{count} 篇未能读取", "{count} not read"),
    "tick": ("选择 {name}", "Pick {name}"),
    "picked": ("已选 {count} 篇，提问只查这些", "{count} picked: questions are asked in these only"),
    "picked_ask": ("去提问", "Ask"),
    "picked_clear": ("清除", "Clear"),
    "picked_too_many": (
        "这样要逐篇选 {count} 项，最多 {most} 项。请改选小一点的文件夹。",
        "That would be {count} single picks; at most {most} are kept. Pick smaller folders instead.",
    ),
    "kind_slides": ("演示", "Slides"),
    "kind_sheet": ("表格", "Sheet"),
    "kind_web": ("网页", "Web"),
    "kind_book": ("电子书", "E-book"),
    "kind_mail": ("邮件", "Mail"),
    "kind_picture": ("图片", "Picture"),
    "kind_archive": ("压缩包", "Archive"),
    "kind_text": ("文本", "Text"),
    "kind_other": ("其他", "Other"),
    "column_name": ("文档", "Document"),
    "column_kind": ("类型", "Kind"),
    "column_passages": ("段落", "Passages"),
    "column_size": ("大小", "Size"),
    "column_date": ("时间", "Date"),
    "skipped": ("已跳过（{count}）", "Skipped ({count})"),
    "upload_saved": ("已保存：{names}。", "Saved: {names}."),
    "upload_known": ("已经有了，内容相同：{names}。", "Already there with the same content: {names}."),
    "upload_failed": ("没能保存 {name}：{error}", "Could not save {name}: {error}"),
    "upload_refused": (
        "没有保存 {name}：这种文件还读不了，目前可读 {suffixes}。",
        "Not saved: {name}. Files of this kind are not read; accepted are {suffixes}.",
    ),
    "upload_skipped": (
        "跳过 {count} 个还读不了的文件：{kinds}。",
        "Skipped {count} files of kinds that are not read: {kinds}.",
    ),
    "no_suffix": ("无扩展名", "no suffix"),
    "upload_large": (
        "没有保存 {names}：超过 {megabytes} MB，这是单个文件的上限。请拆成几个文件。",
        "Not saved: {names}. Larger than {megabytes} MB, the most for one file. Split it into smaller ones.",
    ),
    "upload_left": (
        "有 {count} 个文件没有上传：一次最多 {most} 个。请分几次上传，或直接放进文档文件夹。",
        "Left out {count} files: at most {most} are taken at a time. Upload the rest in parts.",
    ),
    "upload_nothing": ("没有可以上传的文件。", "There was nothing to upload."),
    "upload_broken": ("连接中断，请重试。", "the connection broke. Please try again."),
    "upload_cancelled": ("已停止，{count} 个文件没有上传。", "Stopped; {count} files not uploaded."),
    "upload_many": ("{names} 等 {count} 个文件", "{names} and more, {count} files in all"),
    "uploading": ("正在上传", "Uploading"),
    "keep_text": ("把粘贴的文字存为文档？", "Keep the pasted text as a document?"),
    "keep_text_name": ("名称", "Name"),
    "keep_text_yes": ("存为文档", "Keep it"),
    "keep_text_no": ("不用", "No"),
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


COUNTED = "(?:citation|document|file|passage)"  # what the English texts count


def say(language: Language, key: str, **values: object) -> str:
    """Return a text of the interface in one language, with its `{names}` filled in; one of a thing in the singular."""
    text = TEXTS[key][0 if language == "zh" else 1]
    for name, value in values.items():
        if str(value) == "1":
            text = re.sub(rf"(\{{{name}\}} {COUNTED})s\b", r"\1", text)
    return text.format(**values) if values else text


def language_of(request: gr.Request | Request | None) -> Language:
    """Return the language that a reader has chosen; else that which the browser asks for first, Chinese or English."""
    chosen = preferences_of(request).language
    if chosen != "auto":
        return chosen
    headers = getattr(request, "headers", None) or {}
    first = str(headers.get("accept-language", "")).split(",")[0].strip().lower()
    return "zh" if first.startswith("zh") else "en"


def script_read(request: gr.Request | Request | None) -> Script | None:
    """Return the characters that a reader of Chinese reads by the browser's first language; None for other readers."""
    if language_of(request) != "zh":
        return None
    headers = getattr(request, "headers", None) or {}
    first = str(headers.get("accept-language", "")).split(",")[0].strip().lower()
    return "traditional" if first.startswith(TRADITIONAL) else "simplified"


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
