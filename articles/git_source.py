"""Publishing what was pushed to a git repository: as one of its hooks, or by hand (ADR 19).

What is pushed is laid out in a folder that belongs to the repository, and published from there. As `pre-receive` a mistake
refuses the push; as `post-receive` it is too late for that, and the site stays as it was. An author can push whatever git
can hold, so links, submodules, repositories and huge files are refused before anything is written.
"""

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from carrel.locks import file_lock

WAIT_SECONDS = 600
MOST_FILE_BYTES, MOST_BYTES = 50_000_000, 2_000_000_000
MOST_LIST_BYTES = (
    50_000_000  # of all paths: a folder that holds the same folder ten times, ten deep, has no end
)
KINDS = {"120000": "a symbolic link", "160000": "a submodule"}
# What a hook gets to see of a push that is not accepted yet. Whatever else git has set is for another folder.
QUARANTINE = {"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"}
# Neither the repository's own hooks nor links, and bytes as they were committed.
OPTIONS = ("core.hooksPath=/dev/null", "core.symlinks=false", "core.autocrlf=false", "core.bare=false")


class GitSourceError(Exception):
    """What was pushed cannot be published. The message is one sentence for its author."""


@dataclass(frozen=True)
class GitSource:
    """A repository, the branch that is published, and the folder that it is laid out in. All paths are absolute."""

    repository: Path
    branch: str
    folder: Path

    @classmethod
    def of_process(cls, repository: Path | None, branch: str, folder: Path) -> "GitSource":
        """The repository that is given, or whose hook this process is. Raises `GitSourceError`."""
        path = repository or Path(os.environ.get("GIT_DIR", ""))
        if not path.is_absolute() or not (path / "objects").is_dir():
            raise GitSourceError("Name the bare repository: --repository /var/lib/carrel/site.git.")
        return cls(path, branch, folder.absolute())

    def lock(self, say: Callable[[str], None]) -> AbstractContextManager[None]:
        """One push at a time. Raises `GitSourceError`."""
        busy = GitSourceError("Another push has been in progress for ten minutes. Check whether it is stuck.")
        path = self.repository / "carrel-publish.lock"
        wait = "Another push is in progress; waiting for it to finish …"
        return file_lock(path, busy, wait_seconds=WAIT_SECONDS, on_wait=lambda: say(wait))

    def wanted(self, pushed: Iterable[str] | None) -> str | None:
        """The commit to publish, given the lines that a hook reads, or None by hand. None when the push is not about it.

        Raises `GitSourceError`.
        """
        head = self._head()
        if pushed is None:
            return head or self._refuse(f"The repository has no branch {self.branch} yet.")
        for before, commit, name in (line.split() for line in pushed):
            if name == f"refs/heads/{self.branch}":
                return self._accepted(head, before.strip("0") and before, commit.strip("0") and commit)
        return None

    def _accepted(self, head: str, before: str, commit: str) -> str:
        """What to publish when the branch goes from `before` to `commit`, each empty where there is none."""
        if head == before:  # git asks us first
            return commit or self._refuse(
                f"The branch {self.branch} is what the site shows: it cannot be deleted."
            )
        if head != commit and QUARANTINE & os.environ.keys():
            self._refuse("Someone else has pushed in the meantime. Pull, then push again.")
        # Accepted by now, and perhaps followed by another push; or about to be refused by git, as that one came first.
        return head or self._refuse("The branch was deleted. The site is unchanged.")

    @contextmanager
    def laid_out(self, commit: str, *, keep: bool = True) -> Iterator[None]:
        """Lay a commit out in the folder; unless all goes well (and `keep`), what was published last lies there again.

        Raises `GitSourceError`.
        """
        self._check_folder()
        self._check_tree(commit)
        try:
            self._lay_out(commit)
            yield
        except BaseException:
            self._lay_back()
            raise
        if keep:
            self._published.write_text(commit)
        else:
            self._lay_back()

    @property
    def _published(self) -> Path:
        return self.repository / "carrel-published"

    @property
    def _index(self) -> Path:
        return self.repository / "carrel-index"

    def _check_folder(self) -> None:
        """A folder with files that did not come from here is not ours to change."""
        is_ours = self._index.exists()
        if not is_ours and self.folder.exists() and any(self.folder.iterdir()):
            self._refuse(
                f"{self.folder} is not empty and did not come from this repository: empty it, or name another with --into."
            )
        self.folder.mkdir(parents=True, exist_ok=True)

    def _check_tree(self, commit: str) -> None:
        total = 0
        for entry in self._list(commit).split("\0"):
            about, _, path = entry.partition("\t")
            mode, _type, _id, size = about.split() or ("", "", "", "0")
            if mode in KINDS:
                self._refuse(f"{path} is {KINDS[mode]}: commit the files themselves.")
            if path.rpartition("/")[2].casefold() == "head":
                # Whoever pushed to a repository among the files next would have git run its hooks and its settings.
                self._refuse(f"{path} makes its folder a git repository: commit the files themselves.")
            length = int(size) if size.isdigit() else 0
            total += length
            if length > MOST_FILE_BYTES:
                self._refuse(f"{path} has {length:,} bytes; a file may have {MOST_FILE_BYTES:,} at most.")
        if total > MOST_BYTES:
            self._refuse(f"The files have {total:,} bytes together; a site may have {MOST_BYTES:,} at most.")

    def _lay_out(self, commit: str) -> None:
        self._index.with_suffix(".lock").unlink(missing_ok=True)  # of a process that was killed
        self._git("read-tree", "--reset", "-u", commit)
        self._git("clean", "-ffdxq")

    def _lay_back(self) -> None:
        commit = self._published.read_text() if self._published.exists() else ""
        try:
            if commit:
                self._lay_out(commit)
            else:
                self._git("read-tree", "--empty")
                self._git("clean", "-ffdxq")
        except GitSourceError:  # the next push lays out everything anew
            self._published.unlink(missing_ok=True)

    def _head(self) -> str:
        return self._git("for-each-ref", "--format=%(objectname)", f"refs/heads/{self.branch}").strip()

    def _list(self, commit: str) -> str:
        """Every file and folder of a commit, no longer than it may be."""
        command, place, environment = self._command(
            "ls-tree", "-r", "-t", "-z", "--long", "--full-tree", commit
        )
        with subprocess.Popen(
            command, cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        ) as git:
            assert git.stdout is not None, "it is a pipe"  # noqa: S101
            listed = git.stdout.read(MOST_LIST_BYTES + 1)
            if len(listed) > MOST_LIST_BYTES:
                git.kill()
                self._refuse("It has more files and folders than a site may have.")
        if git.returncode:
            self._refuse("git cannot list what was pushed: check the repository with git fsck.")
        return listed.decode(errors="backslashreplace")

    def _command(self, *arguments: str) -> tuple[list[str], Path, dict[str, str]]:
        """The command, its folder and its environment."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIT_") or name in QUARANTINE
        } | {
            "GIT_DIR": str(self.repository),
            "GIT_WORK_TREE": str(self.folder),
            "GIT_INDEX_FILE": str(self._index),
        }
        options = [word for option in OPTIONS for word in ("-c", option)]
        place = self.folder if self.folder.is_dir() else self.repository
        return ["git", *options, *arguments], place, environment

    def _git(self, *arguments: str) -> str:
        command, place, environment = self._command(*arguments)
        done = subprocess.run(
            command, cwd=place, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if done.returncode:
            self._refuse(f"git cannot check this out: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode(errors="backslashreplace")

    @staticmethod
    def _refuse(sentence: str) -> NoReturn:
        raise GitSourceError(sentence)
