"""The colours and fonts of the page, as a Gradio theme: system fonts only, nothing is fetched."""

from __future__ import annotations

import gradio as gr

# Latin letters first, so that they do not come out of a Chinese font's narrow set; then each system's Chinese font.
SANS = (
    "Inter",
    "Segoe UI",
    "Helvetica Neue",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "sans-serif",
)
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

INK = gr.themes.Color(
    c50="#eef6f6",
    c100="#d6eaea",
    c200="#aed5d6",
    c300="#7fbabd",
    c400="#4f9a9f",
    c500="#2f7d84",
    c600="#22666d",
    c700="#1d535a",
    c800="#19444a",
    c900="#15383d",
    c950="#0c2327",
)


def build_theme() -> gr.themes.Base:
    """Return the theme; what is particular to a panel stands in style.css."""
    theme = gr.themes.Base(
        primary_hue=INK, secondary_hue=INK, neutral_hue="stone", radius_size="md", font=SANS, font_mono=MONO
    )
    return theme.set(
        body_background_fill="#f6f5f2",
        body_background_fill_dark="#16181a",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#1e2123",
        background_fill_secondary="#faf9f7",
        background_fill_secondary_dark="#191b1d",
        border_color_primary="#e4e1da",
        border_color_primary_dark="#33383b",
        body_text_color="#23282b",
        body_text_color_dark="#e6e4df",
        body_text_color_subdued="#666c70",
        body_text_color_subdued_dark="#a3a8ab",
        input_background_fill="#ffffff",
        input_background_fill_dark="#191b1d",
        input_placeholder_color="*body_text_color_subdued",
        input_placeholder_color_dark="*body_text_color_subdued",
        block_shadow="none",
        button_primary_background_fill="#22666d",
        button_primary_background_fill_hover="#1d535a",
        button_primary_background_fill_dark="#2f7d84",
        button_primary_background_fill_hover_dark="#22666d",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_dark="#26292c",
    )
