"""The files for CI: the commands in the examples, the hooks and docs/ci.md are run in a repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / "examples" / "ci" / "github-actions.yml"
GITLAB = ROOT / "examples" / "ci" / "gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
DOCUMENT = ROOT / "docs" / "ci.md"
NOT_RUN = ("pip install", "sudo apt-get", "apt-get", "gh pr comment")
"""What needs the network or the service itself."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with a configuration, which is the current folder, and `eggcup` in PATH.

    `eggcup build` and `eggcup run` check their arguments and do nothing else.
    """
    tools = tmp_path / "bin"
    tools.mkdir()
    checked = (
        "from configurator.cli.main import load_verb, verb_parser\nimport sys\n"
        "verb = sys.argv[1]\nverb_parser(verb, load_verb(verb)).parse_args(sys.argv[2:])\n"
    )
    (tools / "checked.py").write_text(checked, encoding="utf-8")
    program = tools / "eggcup"
    program.write_text(
        f"#!/bin/sh\nexport PYTHONPATH={ROOT}\n"
        f'case $1 in build | run) exec {sys.executable} {tools}/checked.py "$@" ;; esac\n'
        f'exec {sys.executable} -m configurator.cli.main "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    (tools / "python3").symlink_to(sys.executable)
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    _sh("eggcup defconfig tiny && git init -q -b main && git add -f .config")
    _sh("git -c user.name=Test -c user.email=test@example.org commit -q -m first")
    _sh("git update-ref refs/remotes/origin/main HEAD")
    _sh("eggcup set VGA=y && printf 'CONFIG_UART_BAUD=9600\\n' > board.config")
    return folder


def _sh(command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command as CI services do: the first failure ends it."""
    ended = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", command], env={**os.environ, **env}, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"
    return ended


def _github_commands() -> list[str]:
    """Return what stands behind `run:`, blocks as they are, with the service's variables filled in."""
    text = GITHUB.read_text(encoding="utf-8")
    found = re.finditer(r"^( *)(?:- )?run: (\|\n((?:\1 .*\n|\n)+)|.*\n)", text, re.MULTILINE)
    return [re.sub(r"\$\{\{ .*? \}\}", "value", (match[3] or match[2]).strip()) for match in found]


def _gitlab_commands() -> list[str]:
    text = GITLAB.read_text(encoding="utf-8")
    return re.findall(r"^ {4}- ((?!PRESET).+)$", text, re.MULTILINE)


@pytest.mark.parametrize("commands", [_github_commands(), _gitlab_commands()], ids=["github", "gitlab"])
def test_the_examples_run(project: Path, commands: list[str]) -> None:
    """Every command of the example works, in its order, on a configuration that differs from the base's."""
    run = [command for command in commands if not command.startswith(NOT_RUN)]
    assert len([command for command in run if "eggcup" in command]) >= 4
    for command in run:
        _sh(command, BASE="origin/main", PRESET="tiny")
    assert "| `VGA` |" in (project / "difference.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("commands", [_github_commands(), _gitlab_commands()], ids=["github", "gitlab"])
def test_the_examples_say_no(project: Path, commands: list[str]) -> None:
    """A configuration that asks for what cannot be makes the first check fail."""
    with (project / ".config").open("a", encoding="utf-8") as stream:
        stream.write("CONFIG_NOPE=y\n")
    check = next(command for command in commands if "--check" in command)
    ended = subprocess.run(["bash", "-e", "-c", check], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert "there is no symbol 'NOPE'" in ended.stderr


@pytest.mark.usefixtures("project")
def test_the_recipes_run() -> None:
    """Every block of commands in docs/ci.md works as it stands there."""
    blocks = _blocks()
    assert len(blocks) >= 7
    for block in blocks:
        _sh(block)


def _blocks() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.boot
def test_every_preset_is_built_and_booted(project: Path) -> None:
    """The recipe's loop does what it says: each preset's kernel is built, and the program ends with 0 in it."""
    program = project.parent / "bin" / "eggcup"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m configurator "$@"\n', encoding="utf-8")
    shutil.copytree(ROOT / "examples" / "hello", project, dirs_exist_ok=True)
    (block,) = (one for one in _blocks() if "eggcup run" in one)
    ended = _sh(block)
    presets = sorted(path.name for path in (ROOT / "configs").iterdir())
    assert sorted(path.stem for path in project.glob("*.elf")) == presets
    assert ended.stdout.count("hello from eggcup") == len(presets)


def _hooks() -> dict[str, dict[str, str]]:
    """Return the hooks by id; the file keeps to one `key: value` a line."""
    hooks: dict[str, dict[str, str]] = {}
    for entry in re.split(r"^- ", HOOKS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        fields = dict(line.strip().split(": ", 1) for line in entry.splitlines())
        hooks[fields["id"]] = fields
    return hooks


@pytest.mark.parametrize(
    ("hook", "good", "bad"),
    [
        ("eggcup-presets", "configs/board", "CONFIG_UART_BAUD=115200\n"),
        ("eggcup-config", ".config", "CONFIG_NOPE=y\n"),
        ("eggcup-lint", "Kconfig", ""),
    ],
)
def test_the_hooks(project: Path, hook: str, good: str, bad: str) -> None:
    """A hook's entry passes on a good file, with the file's name where it takes names, and fails on a bad one."""
    fields = _hooks()[hook]
    assert re.search(fields["files"], good)
    assert not re.search(fields["files"], "README.md")
    file = "" if fields.get("pass_filenames") == "false" else good
    (project / "configs").mkdir()
    (project / "configs" / "board").write_text("CONFIG_UART_BAUD=9600\n", encoding="utf-8")
    _sh(f"{fields['entry']} {file}")
    if not bad:
        return
    (project / good).write_text(bad, encoding="utf-8")
    ended = subprocess.run(
        ["bash", "-c", f"{fields['entry']} {file}"], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 1, ended.stderr


def test_the_hooks_in_the_document_exist() -> None:
    """docs/ci.md names hooks that there are, and all of them."""
    named = re.findall(r"- id: (\S+)", DOCUMENT.read_text(encoding="utf-8"))
    assert named == list(_hooks())


@pytest.mark.parametrize("path", [GITHUB, GITLAB, HOOKS], ids=lambda path: path.name)
def test_the_files_are_yaml(path: Path) -> None:
    """The files can be read as YAML, where a reader for it is installed."""
    python = shutil.which("python3", path="/usr/bin")
    if python is None or subprocess.run([python, "-c", "import yaml"], capture_output=True, check=False).returncode:
        pytest.skip("no python3-yaml")
    code = "import sys, yaml; assert yaml.safe_load(open(sys.argv[1]))"
    subprocess.run([python, "-c", code, str(path)], check=True, timeout=60)


def test_all_presets_are_built() -> None:
    """The examples name each preset that there is."""
    presets = sorted(path.name for path in (ROOT / "configs").iterdir())
    for path in (GITHUB, GITLAB):
        named = re.search(r"(?:preset|PRESET): \[(.*)\]", path.read_text(encoding="utf-8"))
        assert named
        assert sorted(named[1].split(", ")) == presets
