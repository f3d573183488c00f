"""Into Chromium's service worker by its debugging port, to give it the faults a real phone has.

Knows nothing of the app.
"""

import json
from typing import Any

import httpx
from websocket import create_connection

from tests.browser.engines import Browser, wait


def in_worker(browser: Browser, code: str) -> Any:
    """The value of an expression in the running service worker; a promise is waited for."""
    address = wait(lambda: _worker_address(browser))
    connection = create_connection(address, suppress_origin=True, timeout=20)
    try:
        question = {"expression": code, "awaitPromise": True, "returnByValue": True}
        connection.send(json.dumps({"id": 1, "method": "Runtime.evaluate", "params": question}))
        while "id" not in (answer := json.loads(connection.recv())):
            pass
    finally:
        connection.close()
    assert "exceptionDetails" not in answer["result"], answer["result"]
    return answer["result"]["result"].get("value")


def _worker_address(browser: Browser) -> str:
    browser.js("navigator.serviceWorker.controller?.postMessage({})")  # one that sleeps is in no list
    port = browser.driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
    targets = httpx.get(f"http://{port}/json/list", trust_env=False).json()
    return next((target["webSocketDebuggerUrl"] for target in targets if target["type"] == "service_worker"), "")
