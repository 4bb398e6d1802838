"""The design tokens keep AA contrast in both schemes, and the styles are made of nothing else."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")
STYLES = re.sub(r"/\*.*?\*/", "", (CSS / "app.css").read_text(encoding="utf-8"), flags=re.DOTALL)
LIGHT, _, DARK = TOKENS.partition("prefers-color-scheme: dark")

TEXT_ON = {
    "paper": ("ink", "ink-soft", "ink-faint", "primary", "accent", "danger", "success", "warning"),
    "surface": (
        "ink",
        "ink-soft",
        "ink-faint",
        "primary",
        "accent",
        "danger",
        "success",
        "warning",
    ),
    "sunken": ("ink", "ink-soft", "primary"),
    "primary": ("on-primary",),
    "primary-strong": ("on-primary",),
    "primary-soft": ("ink", "primary"),
    "band": ("on-band", "on-band-soft", "band-focus"),
    "accent": ("on-accent",),
    "accent-strong": ("on-accent",),
    "accent-soft": ("ink", "ink-soft", "accent"),
    "danger": ("on-danger",),
    "danger-strong": ("on-danger",),
    "success-soft": ("ink", "success"),
    "warning-soft": ("ink", "warning"),
    "danger-soft": ("ink", "danger"),
    "info-soft": ("ink", "info"),
}
EDGE_ON = {"paper": ("focus", "line-strong"), "surface": ("focus", "line-strong")}


def colours(scheme):
    found = dict(re.findall(r"--color-([a-z-]+): (#[0-9a-f]{6})", LIGHT))
    if scheme == "dark":
        found |= dict(re.findall(r"--color-([a-z-]+): (#[0-9a-f]{6})", DARK))
    return found


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ground", "ink"), [(g, i) for g, inks in TEXT_ON.items() for i in inks])
def test_text_can_be_read_on_its_ground(scheme, ground, ink):
    palette = colours(scheme)
    assert contrast(palette[ground], palette[ink]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ground", "edge"), [(g, e) for g, edges in EDGE_ON.items() for e in edges]
)
def test_edges_of_controls_and_focus_can_be_seen(scheme, ground, edge):
    palette = colours(scheme)
    assert contrast(palette[ground], palette[edge]) >= 3


def test_styles_use_tokens_and_no_raw_values():
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|\d(?:px|cm|ms)\b", STYLES) == []
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", STYLES))
    defined = set(re.findall(r"(--[a-z0-9-]+):", TOKENS))
    assert used <= defined
    assert defined <= used


def test_a_target_is_large_enough_for_a_thumb():
    rem = float(re.search(r"--touch: ([\d.]+)rem", TOKENS).group(1))
    assert rem * 16 >= 44
