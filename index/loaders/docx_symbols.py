"""Characters of symbol fonts (Wingdings, Symbol), which Word keeps by their place in the font."""

from __future__ import annotations

WINGDINGS = {
    **{0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x71: "□", 0x72: "□", 0xA1: "○", 0xA8: "□", 0x75: "◆", 0xA7: "▪"},
    **{0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xFD: "☒", 0x52: "☼", 0xAB: "★", 0xE0: "→", 0xDF: "←", 0xE8: "➔", 0xF0: "⇨"},
    **{0x81 + place: chr(0x2460 + place) for place in range(10)},
    **{0x8C + place: chr(0x2776 + place) for place in range(10)},
}
WINGDINGS_2 = {0x50: "✓", 0x4F: "✗", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□", 0x2A: "□", 0x97: "●", 0xA2: "■"}
SYMBOL = {
    **dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)),
    **dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)),
    **{0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xA3: "≤", 0xB3: "≥", 0xB9: "≠", 0xBB: "≈", 0xA5: "∞", 0xB0: "°", 0xB7: "•"},
    **{0xB2: "″", 0xA2: "′", 0xAE: "→", 0xAC: "←", 0xDE: "⇒", 0xE5: "∑", 0xF2: "∫", 0xD6: "√", 0xB6: "∂", 0xCE: "∈"},
}
FONTS = {"wingdings": WINGDINGS, "wingdings 2": WINGDINGS_2, "symbol": SYMBOL}


def symbol(font: str, code: str) -> str:
    """Return the character that stands at a place, given in hexadecimal, of a symbol font; "" where none is alike."""
    try:
        place = int(code, 16)
    except ValueError:
        return ""
    if 0xF000 <= place <= 0xF0FF:
        return FONTS.get(font.lower(), {}).get(place - 0xF000, "")
    known = FONTS.get(font.lower(), {}).get(place)
    return known or (chr(place) if 0x20 <= place < 0xD800 else "")
