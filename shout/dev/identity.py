"""The only place for who runs the embedded PostgreSQL, which refuses to be run by root.

An ordinary user runs it as herself. Root runs it inside a user namespace in which root is called nobody, so that all
files stay root's; where namespaces are forbidden, as in most containers, the real user nobody runs it, and what that
user cannot reach is kept under /var/tmp with a link to it.
"""

import ctypes
import os
import pwd
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shout.dev.process import StartError, stay

CLONE_NEWUSER = 0x10000000
NOBODY = 65534


@dataclass(frozen=True)
class Identity:
    """How a child becomes the user that runs PostgreSQL, and who that is when it is somebody else."""

    become: Callable[[], None] = stay
    stranger: pwd.struct_passwd | None = None

    def directory(self, path: Path) -> Path:
        """Make the private directory `path` and return where it really is."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            if self.can_reach(path.parent):
                path.mkdir(mode=0o700)
            else:
                path.unlink(missing_ok=True)  # A link whose target somebody has cleared away.
                path.symlink_to(tempfile.mkdtemp(prefix="shout-", dir="/var/tmp"))
            self.hand_over(path)
        if path.stat().st_uid not in ({os.geteuid()} if os.geteuid() else {0, NOBODY}):
            raise StartError(f"{path} belongs to somebody else. Remove it or choose another SHOUT_HOME.")
        return path.resolve()

    def can_reach(self, directory: Path) -> bool:
        """Whether neither `directory` nor one above it shuts this user out."""
        return not self.stranger or all(step.stat().st_mode & 0o001 for step in (directory, *directory.parents))

    def hand_over(self, directory: Path) -> None:
        """Give `directory` and what is in it to this user."""
        if self.stranger:
            for path in (directory, *directory.rglob("*")):
                os.chown(path, self.stranger.pw_uid, self.stranger.pw_gid, follow_symlinks=path == directory)


def choose() -> Identity:
    """The identity that works for this user on this machine."""
    if os.geteuid() != 0:
        return Identity()
    try:
        subprocess.run(["true"], preexec_fn=enter_user_namespace, check=True)
    except (OSError, subprocess.SubprocessError):
        return Identity(become_nobody, pwd.getpwnam("nobody"))
    return Identity(enter_user_namespace)


def enter_user_namespace() -> None:
    """Turn root into nobody in a new user namespace; outside of it nothing changes."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "This machine forbids user namespaces.")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")


def become_nobody() -> None:
    """Turn root into the real user nobody, for good."""
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
