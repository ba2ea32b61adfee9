"""What of a web page is its content: navigation, footers, cookie notices and lists of links are taken out.

Only what is plainly none of the text goes: a page that has nothing of the kind comes back whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from index.loaders.web_blocks import PARAGRAPHS, is_hidden

ASIDE_TAGS = frozenset(("nav", "aside", "footer"))
ASIDE_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog", "menu", "menubar")
)
ASIDE_NAME = re.compile(
    r"(?:^|[\s_-])(?:nav|navs|navbar|navi|navigation|topnav|menu|menus|submenu|breadcrumbs?|crumbs?|footer|foot|"
    r"bottom-bar|copyright|sidebar|side-bar|aside|cookies?|consent|gdpr|privacy-banner|share|sharing|social|"
    r"related|recommend(?:ed|ation)?s?|pager|pagination|prev-?next|login|signin|subscribe|newsletter|ads?|adsense|"
    r"advert(?:isement)?|banner|toolbar|topbar|top-bar|skip\w*|jump-link|toc|table-?of-?contents\w*|searchbox|search-form|friendlinks?|mw-editsection|"
    r"printfooter|catlinks|noprint|site-header|page-header-nav)(?:$|[\s_-])",
    re.IGNORECASE,
)
CONTENT_NAME = re.compile(r"(?:^|[\s_-])(?:content|article|post|entry|main|正文)(?:$|[\s_-])", re.IGNORECASE)
# More of the page than this is never an aside, whatever it is called.
LARGEST_ASIDE = 0.4
LEAST_LINKS, LINK_SHARE, LONGEST_LINK = 4, 0.75, 16
LEAST_LEFT, LEAST_TEXT = 0.1, 60
LONGEST_NOTICE = 400
NOTICE = re.compile(r"cookie|版权所有|copyright|©|ICP备|京公网安备|公网安备", re.IGNORECASE)


def drop_asides(body: etree._Element) -> None:
    """Take out of a page what is no content, unless next to nothing would be left."""
    sizes = _measure(body)
    whole = sizes[body][0]
    doomed = [*_asides(body, sizes, whole)]
    dropped = sum(sizes[one][0] for one in doomed)
    left = whole - dropped
    if left < LEAST_TEXT and left < LEAST_LEFT * whole:
        return
    for element in doomed:
        drop(element)


# Characters that a broken page may hold and that lxml reads, but does not write.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def drop(element: etree._Element) -> None:
    """Take an element out, but not the text behind it."""
    parent, tail = element.getparent(), element.tail
    if parent is None:
        return
    before = element.getprevious()
    parent.remove(element)
    if tail and before is not None:
        before.tail = UNWRITABLE.sub("", (before.tail or "") + tail)
    elif tail:
        parent.text = UNWRITABLE.sub("", (parent.text or "") + tail)


def _measure(body: etree._Element) -> dict[etree._Element, tuple[int, int, int]]:
    """Return of each element how many characters, characters in links and links it has."""
    sizes: dict[etree._Element, tuple[int, int, int]] = {}
    for _, element in etree.iterwalk(body, events=("end",)):
        size = _length(element.text)
        linked = links = 0
        for child in element.iterchildren():
            of_child = sizes.get(child, (0, 0, 0)) if isinstance(child.tag, str) and not is_hidden(child) else (0, 0, 0)
            size, linked, links = size + of_child[0] + _length(child.tail), linked + of_child[1], links + of_child[2]
        sizes[element] = (size, size, 1) if element.tag == "a" and element.get("href") else (size, linked, links)
    return sizes


def _length(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


def _asides(
    body: etree._Element, sizes: dict[etree._Element, tuple[int, int, int]], whole: int
) -> Iterator[etree._Element]:
    """Yield the outermost elements that are no content."""
    events = etree.iterwalk(body, events=("start",))
    for _, element in events:
        if element is body or not isinstance(element.tag, str):
            continue
        if is_hidden(element):
            events.skip_subtree()
        elif _is_aside(element, sizes[element], whole):
            yield element
            events.skip_subtree()


def _is_aside(element: etree._Element, size: tuple[int, int, int], whole: int) -> bool:
    characters, linked, links = size
    if element.tag == "a":
        return (element.get("href") or "").startswith("#") and _has_name(element)
    if element.tag in ("h1", "main", "article", "tr", "td", "th", "tbody", "thead", "p", "em", "b", "span", "li"):
        return element.tag in ("p", "span", "li") and _has_name(element) and not characters
    if characters > LARGEST_ASIDE * whole or _holds_content(element):
        return False
    if element.tag in ASIDE_TAGS or element.get("role") in ASIDE_ROLES:
        return True
    if element.tag == "header" and _is_outside(element):
        return True
    share = linked / max(1, characters)
    if _has_name(element) and (share > LINK_SHARE / 2 or characters < LONGEST_NOTICE):
        return True
    if element.tag in PARAGRAPHS and characters < LONGEST_NOTICE and element.tag in ("div", "section", "table"):
        text = "".join(map(str, element.itertext()))
        if (
            NOTICE.search(text)
            and not element.xpath(".//p[string-length(.) > 200]")
            and characters < LONGEST_NOTICE / 2
        ):
            return _is_last(element) or "cookie" in text.lower()
    # A list of short links leads elsewhere; one of long links may be what the page is about.
    is_list = element.tag in ("ul", "ol", "div", "table", "dl", "section", "form")
    if not is_list or links < LEAST_LINKS or share <= LINK_SHARE or _is_value(element):
        return False
    return characters <= LONGEST_LINK * links or all(
        (one.get("href") or "").startswith("#") for one in element.iter("a") if one.get("href")
    )


def _is_value(element: etree._Element) -> bool:
    """Whether an element stands beside its name in a table: what such a list links to, the page is about."""
    row = next(element.iterancestors("tr"), None)
    return row is not None and row.find("th") is not None


def _has_name(element: etree._Element) -> bool:
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    return ASIDE_NAME.search(name) is not None and not CONTENT_NAME.search(name)


def _holds_content(element: etree._Element) -> bool:
    return any(element.find(f".//{tag}") is not None for tag in ("h1", "main", "article"))


def _is_outside(element: etree._Element) -> bool:
    """Whether an element stands beside the content and not in it."""
    return not any(one.tag in ("article", "main", "section") for one in element.iterancestors())


def _is_last(element: etree._Element) -> bool:
    following = element.getnext()
    return following is None or (following.getnext() is None and not _length("".join(map(str, following.itertext()))))
