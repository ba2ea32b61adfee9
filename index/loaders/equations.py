"""Equations of Office documents (OMML) as one line of text: (a+b)/c, x^2, √(y)."""

from __future__ import annotations

from unicodedata import normalize

from lxml import etree

from index.loaders.ooxml import M

EQUATIONS = frozenset((f"{M}oMath", f"{M}oMathPara"))


def equation_text(element: etree._Element) -> str:
    """Return an equation as text; what is not known here keeps its letters in order."""
    name = str(element.tag).removeprefix(M)
    if name == "t":
        # Letters in italics are characters of their own (𝑥), which nobody types.
        return normalize("NFKC", element.text or "")
    if name == "f":
        return f"{_operand(element, 'num')}/{_operand(element, 'den')}"
    if name in ("sSup", "sSubSup"):
        return f"{_inner(element, 'e')}{_inner(element, 'sub')}^{_operand(element, 'sup')}"
    if name == "rad":
        return f"{_inner(element, 'deg')}√{_operand(element, 'e')}"
    if name == "nary":
        sign = _property(element, "nary", "chr", "∫")
        bounds = f"{_inner(element, 'sub')}^{_operand(element, 'sup')}" if _inner(element, "sup") else ""
        return f"{sign}{bounds or _inner(element, 'sub')} {_inner(element, 'e')}"
    if name == "d":
        inner = _property(element, "d", "sepChr", "|").join(map(equation_text, element.findall(f"{M}e")))
        return f"{_property(element, 'd', 'begChr', '(')}{inner}{_property(element, 'd', 'endChr', ')')}"
    return "".join(equation_text(child) for child in element if isinstance(child.tag, str))


def _inner(element: etree._Element, name: str) -> str:
    child = element.find(f"{M}{name}")
    return "" if child is None else equation_text(child)


def _operand(element: etree._Element, name: str) -> str:
    """Set an operand of several letters in brackets: (a+b)/c is not a+b/c."""
    text = _inner(element, name)
    return text if text.isalnum() or (text.startswith("(") and text.endswith(")")) else f"({text})"


def _property(element: etree._Element, owner: str, name: str, default: str) -> str:
    found = element.find(f"{M}{owner}Pr/{M}{name}")
    return default if found is None else found.get(f"{M}val", "")
