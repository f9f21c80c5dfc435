"""The colours of the style sheet: texts, borders and states can be told apart by everybody."""

import itertools
import re

import pytest

from served import ROOT

CSS = (ROOT / "Sources/PGSyncServe/Page/app.css").read_text()
TEXTS = ("text", "muted", "good", "work", "wait", "warn", "bad", "undo")
STATES = ("good", "work", "wait", "warn", "bad", "undo")
GROUNDS = ("surface", "page", "chosen")
# How eyes without one kind of cone see linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
SIGHTS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def tokens(theme):
    """Each token's colour in a theme."""
    both = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", CSS)
    return {name: light if theme == "light" else dark for name, light, dark in both}


def linear(colour):
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]


def luminance(colour):
    return sum(part * share for part, share in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(colour, sight):
    """CIE L*a*b* of a colour as a kind of sight sees it."""
    seen = [min(1, max(0, sum(p * s for p, s in zip(row, linear(colour), strict=True)))) for row in SIGHTS[sight]]
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    xyz = [sum(p * s for p, s in zip(row, seen, strict=True)) / w for row, w in zip(to_xyz, white, strict=True)]
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one, other, sight):
    return sum((a - b) ** 2 for a, b in zip(lab(one, sight), lab(other, sight), strict=True)) ** 0.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_are_read_on_every_ground(theme):
    colours = tokens(theme)
    low = {
        f"{text} on {ground}": round(contrast(colours[text], colours[ground]), 2)
        for text, ground in itertools.product(TEXTS, GROUNDS)
        if contrast(colours[text], colours[ground]) < 4.5
    }
    assert low == {}
    assert contrast(colours["on-work"], colours["work"]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_borders_of_controls_are_seen(theme):
    colours = tokens(theme)
    for ground in GROUNDS:
        assert contrast(colours["border"], colours[ground]) >= 3


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_states_are_told_apart(theme, sight):
    colours = tokens(theme)
    near = {
        f"{one} and {other}": round(distance(colours[one], colours[other], sight))
        for one, other in itertools.combinations(STATES, 2)
        if distance(colours[one], colours[other], sight) < 20
    }
    assert near == {}


def test_rules_use_tokens_only():
    """A colour outside the tokens would not follow the theme; shadows may be black."""
    rules = CSS[CSS.index("*, ::before") :]
    shadows = ("0006", "0008", "0004")
    found = [c for c in re.findall(r"#([0-9a-f]{3,8})\b", rules) if c not in (*shadows, "fff")]
    assert found == []
    assert not re.search(r"rgba?\(|hsla?\(", rules)
