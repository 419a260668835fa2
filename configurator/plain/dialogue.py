"""The dialogue: a line in, lines out, on a terminal or through pipes, until it is told to quit.

Unsaved changes are in the recovery file after every command, so that whatever ends the process loses nothing.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.errors import EggcupError, ExitCode, UsageError
from configurator.plain import speech
from configurator.plain.commands import explain, understand
from configurator.plain.editor import Editor
from configurator.session import SAVED
from configurator.session.recovery import Recovery
from configurator.session.watch import OnDisk, Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    from configurator.session import Session

PROMPT = "> "


class _Stop(Enum):
    """Why the dialogue ends."""

    QUIT = "quit"
    INPUT_ENDED = "the input ended"


class _SignalError(Exception):
    """The process is told to end."""

    def __init__(self, number: int) -> None:
        self.number = number


class Dialogue:
    """An editor with the two streams."""

    def __init__(self, session: Session, given: TextIO, said: TextIO) -> None:
        self._session = session
        self._editor = Editor(session)
        self._given = given
        self._said = said
        self._recovery = Recovery(session)
        self._watch = Watch(session.path)

    def run(self) -> int:
        """Talk until the end; return the exit code.

        0: what was changed is saved, or was given up by the user. 1: the input ended before unsaved changes were saved.
        """
        try:
            with _signals():
                self._greet()
                while True:
                    line = self._ask(PROMPT)
                    stop = _Stop.INPUT_ENDED if line is None else self._obey(line)
                    if stop:
                        return self._end(stop)
        except _SignalError as caught:
            self._recovery.keep()
            return 128 + caught.number
        except KeyboardInterrupt:
            self._recovery.keep()
            self._say(["", *self._kept()])
            return ExitCode.INTERRUPTED

    def _greet(self) -> None:
        session = self._session
        self._say([f"{session.configuration.title}. The file is {session.path}. For the commands: help"])
        self._say([*session.tree_complaints, *session.complaints])
        if session.unknown:
            self._say(
                [f"The file has {speech.count(len(session.unknown), 'line')} that this tree does not know: unknown"]
            )
        found = self._recovery.find()
        if found:
            self._say([f"{found.note[:1].upper()}{found.note[1:]}, in {found.path}."])
            if self._confirmed("Take them?"):
                self._say(list(self._editor.load(str(found.path))))
            else:
                self._say([f"They stay in {found.path} until something is changed."])
        self._say(self._editor.read())

    def _obey(self, line: str) -> _Stop | None:
        try:
            command, arguments = understand(line)
            if command.word == "quit":
                return self._quit()
            if command.word == "save":
                self._save(*arguments)
            elif command.run is None:
                self._say(explain(*arguments))
            else:
                self._say(list(command.run(self._editor, *arguments)))  # at once: a mistake says only what is wrong
        except (EggcupError, OSError) as problem:
            self._complain(problem)
        self._keep()
        return None

    def _keep(self) -> None:
        """Keep the unsaved changes; the dialogue goes on if that fails, since saving may still work."""
        try:
            self._recovery.keep()
        except (EggcupError, OSError) as problem:
            self._complain(problem)

    def _save(self, file: str = "") -> bool:
        path = Path(file) if file else self._session.path
        if path == self._session.path and self._watch.look() in (OnDisk.CHANGED, OnDisk.APPEARED):
            self._say([f"Another program has changed {path} meanwhile.", f"To hear how it differs: changes {path}"])
            if not self._confirmed("Write over it? The former one is kept with .old behind its name."):
                self._say(["Not saved."])
                return False
        former = self._recovery
        saved = self._session.save(path)
        former.drop()
        self._recovery, self._watch = Recovery(self._session), Watch(self._session.path)
        self._say([f"{str(saved)[:1].upper()}{str(saved)[1:]}."])
        return True

    def _quit(self) -> _Stop | None:
        if self._session.modified:
            number = len(self._session.changes(SAVED))
            what = speech.count(number, "change") if number else "the file, which does not exist yet"
            answer = self._choice(f"Save {what}? yes, no, or back:", ("yes", "no", "back"))
            if answer == "back" or (answer == "yes" and not self._save()):
                return None
            if answer == "":
                return _Stop.INPUT_ENDED
        self._recovery.drop()
        return _Stop.QUIT

    def _end(self, stop: _Stop) -> int:
        if stop is _Stop.INPUT_ENDED and self._session.modified and self._session.changes(SAVED):
            self._keep()
            self._say(self._kept())
            return ExitCode.FINDINGS
        return ExitCode.OK

    def _kept(self) -> list[str]:
        if not self._recovery.path.exists():
            return []
        return [f"Not saved. The changes are in {self._recovery.path}; the next start offers them."]

    def _confirmed(self, question: str) -> bool:
        return self._choice(f"{question} yes or no:", ("yes", "no")) == "yes"

    def _choice(self, question: str, words: tuple[str, ...]) -> str:
        """Ask until the answer is one of `words`, or its beginning; "" at the end of the input."""
        while (line := self._ask(f"{question} ")) is not None:
            found = [word for word in words if line.strip() and word.startswith(line.strip().lower())]
            if found:
                return found[0]
        return ""

    def _ask(self, prompt: str) -> str | None:
        """Return the next line, None at the end of the input; one that no terminal has shown is repeated."""
        self._write(prompt)
        try:
            line = self._given.readline()
        except UnicodeDecodeError:
            raise UsageError("the input is no text in the terminal's encoding") from None
        if not self._given.isatty():
            self._write(line.rstrip("\n") + "\n")
        elif not line:
            self._write("\n")
        return line or None

    def _complain(self, problem: EggcupError | OSError) -> None:
        text = str(problem)
        self._say([f"That does not work: {text}."])
        hints = problem.hints if isinstance(problem, EggcupError) else ()
        self._say([f"Try: {hint}" for hint in hints])

    def _say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._write(f"{_printable(line)}\n")

    def _write(self, text: str) -> None:
        encoding = self._said.encoding or "utf-8"
        self._said.write(text.encode(encoding, "backslashreplace").decode(encoding))
        self._said.flush()


def _printable(text: str) -> str:
    """Return a line without what a terminal might obey; texts come from the user's files."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text)


@contextmanager
def _signals() -> Iterator[None]:
    """Turn the signals that end a process into an exception, so that the dialogue ends in order."""

    def stop(number: int, _: object) -> None:
        raise _SignalError(number)

    former = {}
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(signal, name, None)
        if number is not None:
            former[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
