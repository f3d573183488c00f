"""What a browser says of itself, as a name by which its owner knows it. Enough to tell their own apart, and no more."""

from __future__ import annotations

import re

# Looked for in this order: what a browser says of itself often names others too.
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "Chromebook",
    "Mac OS": "Mac",
    "Linux": "Linux",
}
BROWSERS = {
    "Edg": "Edge",
    "SamsungBrowser": "Samsung Internet",
    "Firefox|FxiOS": "Firefox",
    "Chrom|CriOS": "Chrome",
    "Safari": "Safari",
}


def device_label(user_agent: str) -> str:
    system = next((name for part, name in SYSTEMS.items() if part in user_agent), "")
    browser = next((name for part, name in BROWSERS.items() if re.search(part, user_agent)), "")
    return " on ".join(part for part in (browser, system) if part) or "A phone or computer"
