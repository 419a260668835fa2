"""`eggcup menuconfig --web`: who is let in, and the editor in a real browser."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Eggcup, MakeTree

TIMEOUT = 60.0
TREE = 'mainmenu "Web test"\n\nconfig FIRST\n\tbool "First"\n\nconfig SECOND\n\tbool "Second"\n'
_BODY = (By.TAG_NAME, "body")
_WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@dataclass(frozen=True)
class Served:
    """An editor that is served: its process, the address it printed, and the file it is about."""

    process: subprocess.Popen[str]
    url: str
    config: Path

    @property
    def host(self) -> str:
        """Return the address without path."""
        return self.url.split("/")[2]

    @property
    def path(self) -> str:
        """Return the path with the token."""
        return "/" + self.url.split("/", 3)[3]

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """Ask for a path, as any program on this machine can."""
        with closing(http.client.HTTPConnection(self.host, timeout=TIMEOUT)) as connection:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.close()
            return response


@pytest.fixture
def served(make_tree: MakeTree, workdir: Path, root: Path) -> Iterator[Served]:
    """Serve the editor of a small tree."""
    command = [sys.executable, "-m", "configurator", "menuconfig", "--web"]
    command += ["--kconfig", str(make_tree({"Kconfig": TREE}))]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stderr
        said = process.stderr.readline()
        match = re.fullmatch(r"eggcup: open (http://127\.0\.0\.1:[0-9]+/\?token=[\w-]{40,})\n", said)
        assert match, said + process.stderr.read()
        process.stderr.readline()
        yield Served(process, match[1], workdir / ".config")
    finally:
        process.kill()
        process.communicate()


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Start a Chromium without a window."""
    if os.environ.get("EGGCUP_SKIP_BROWSER"):
        pytest.skip("EGGCUP_SKIP_BROWSER is set")
    found = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    if None in found.values():
        pytest.fail("chromium is missing: scripts/apt-install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = str(found["chromium"])
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1200,800"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(found["chromedriver"])))
    try:
        yield driver
    finally:
        driver.quit()


def wait(condition: Callable[[], object], what: str) -> None:
    """Wait until something holds."""
    end = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"this did not come: {what}")
        time.sleep(0.05)


def open_page(driver: webdriver.Chrome, url: str) -> None:
    """Open the page and wait for the editor's first screen."""
    driver.get(url)
    body = (By.CSS_SELECTOR, "body.-first-byte")
    WebDriverWait(driver, TIMEOUT).until(lambda page: page.find_elements(*body))  # it may be typed without a click
    terminal = "return document.activeElement.className"
    WebDriverWait(driver, TIMEOUT).until(lambda page: page.execute_script(terminal) == "xterm-helper-textarea")


def test_change_and_save_in_a_browser(served: Served) -> None:
    """A symbol is changed and saved in Chromium, the file has it; the address is good for no second browser."""
    with browser() as driver:
        open_page(driver, served.url)
        assert "token" not in driver.current_url
        ActionChains(driver).send_keys(Keys.ARROW_DOWN, "y", "S").perform()
        wait(lambda: served.config.exists() and "CONFIG_SECOND=y" in served.config.read_text(), "the saved file")
        assert "# CONFIG_FIRST is not set" in served.config.read_text()
        assert served.get(served.path).status == 403
        loaded = [one["name"] for one in driver.execute_script("return performance.getEntriesByType('resource')")]
        assert [name for name in loaded if not name.startswith(f"http://{served.host}/")] == []
        log = driver.get_log("browser")  # type: ignore[no-untyped-call]
        assert [entry["message"] for entry in log if entry["level"] == "SEVERE"] == []
        ActionChains(driver).send_keys("q").perform()
        WebDriverWait(driver, TIMEOUT).until(lambda page: "The editor has ended" in page.find_element(*_BODY).text)
        said = served.process.communicate(timeout=TIMEOUT)[1]  # it ends when the editor has
    assert (served.process.returncode, said) == (0, "eggcup: wrote .config\n")


def test_second_browser_and_reload(served: Served) -> None:
    """Loading the page anew goes on; another browser that knows the used address sees nothing of it."""
    with browser() as driver:
        open_page(driver, served.url)
        open_page(driver, driver.current_url)
        with browser() as other:
            other.get(served.url)
            assert "This address was used already" in other.find_element(*_BODY).text
        ActionChains(driver).send_keys("y", "S").perform()
        wait(lambda: served.config.exists() and "CONFIG_FIRST=y" in served.config.read_text(), "the saved file")


@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js", "/?token=", "/?token=wrong", "/ws?token=wrong"])
def test_nothing_without_the_token(served: Served, path: str) -> None:
    """Page, websocket and files are refused without the token, and a wrong one does not use up the right one."""
    assert served.get(path, **_WEBSOCKET).status == 403
    assert served.get(path, Cookie="eggcup=1").status == 403
    assert served.get(served.path).status == 303


def test_token_is_good_once(served: Served) -> None:
    """The token is exchanged for a cookie that scripts and other sites do not get; then it is worth nothing."""
    answer = served.get(served.path)
    cookie = answer.getheader("Set-Cookie") or ""
    assert (answer.status, answer.getheader("Location")) == (303, "/")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert served.get(served.path).status == 403
    assert served.get(served.path, Cookie=cookie.partition(";")[0]).status == 403
    page = served.get("/", Cookie=cookie.partition(";")[0])
    assert page.status == 200
    assert "default-src 'none'" in (page.getheader("Content-Security-Policy") or "")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "evil.example"},
        {"Host": "localhost:1"},
    ],
)
def test_other_pages_are_refused(served: Served, headers: dict[str, str]) -> None:
    """Even with the cookie, a request under another name or from another page is refused, the websocket's too."""
    assert served.get(served.path, **headers).status == 403  # and has not used it up
    cookie = (served.get(served.path).getheader("Set-Cookie") or "").partition(";")[0]
    for path in ("/", "/ws"):
        assert (
            served.get(path, **{**_WEBSOCKET, "Origin": f"http://{served.host}", "Cookie": cookie, **headers}).status
            == 403
        )


def test_websocket_needs_its_origin(served: Served) -> None:
    """The websocket opens for the page's own origin, and not for a program that says none."""
    cookie = (served.get(served.path).getheader("Set-Cookie") or "").partition(";")[0]
    assert served.get("/ws", **_WEBSOCKET, Cookie=cookie).status == 403
    assert served.get("/ws", **_WEBSOCKET, Cookie=cookie, Origin=f"http://{served.host}").status == 101


def test_only_this_machine(served: Served) -> None:
    """The server listens on 127.0.0.1 alone."""
    port = int(served.host.rpartition(":")[2])
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert [line[1] for line in lines if line[3] == "0A" and int(line[1].partition(":")[2], 16) == port] == [
        f"0100007F:{port:04X}"
    ]
    assert not any(f":{port:04X} " in line for line in Path("/proc/net/tcp6").read_text().splitlines())


def test_ctrl_c_ends(served: Served) -> None:
    """Ctrl+C ends the server in order."""
    served.process.send_signal(signal.SIGINT)
    said = served.process.communicate(timeout=TIMEOUT)[1]
    assert (served.process.returncode, said) == (0, "eggcup: .config is as it was\n")


def test_without_the_extra(eggcup: Eggcup, tmp_path: Path, root: Path) -> None:
    """Without textual-serve the error says what to install."""
    (tmp_path / "textual_serve.py").write_text("raise ImportError('No module named textual_serve')\n")
    ended = eggcup("menuconfig", "--web", env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{root}"})
    assert ended.code == 2
    assert "--web needs the package textual-serve" in ended.err
    assert "  try: pip install 'eggcup[web]'\n  try: eggcup menuconfig --plain\n" in ended.err


def test_mistakes_come_before_the_address(eggcup: Eggcup, workdir: Path) -> None:
    """A wrong file, and a port that cannot be had, end with 2 and a word on the terminal."""
    (workdir / ".config").write_text("nonsense\n")
    assert "not a line of a configuration" in eggcup("menuconfig", "--web").err
    (workdir / ".config").unlink()
    ended = eggcup("menuconfig", "--web", "--port", "99999")
    assert (ended.code, "cannot serve on port 99999" in ended.err) == (2, True)
