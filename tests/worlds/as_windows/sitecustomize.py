"""What Python has on POSIX systems alone is not there: this folder is put first on a child's path.

Windows itself is not played: its paths, its encodings and its processes are its own.
"""

import os
import signal
import subprocess
import sys
from typing import Any

MODULES = ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty")
OF_OS = (
    *("chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getgroups"),
    *(
        "getloadavg",
        "getpgid",
        "getpgrp",
        "getpriority",
        "getsid",
        "getuid",
        "initgroups",
        "killpg",
    ),
    *("lchown", "mkfifo", "nice", "pread", "pwrite", "sched_getaffinity", "setgid", "setgroups"),
    *("setpgid", "setsid", "setuid", "statvfs", "sysconf", "wait3", "wait4", "waitid"),
    *("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC"),
)
OF_SIGNAL = ("SIGALRM", "SIGCHLD", "SIGHUP", "SIGUSR1", "SIGUSR2", "alarm", "setitimer")

for name in MODULES:
    sys.modules[name] = None  # type: ignore[assignment]
for module, names in ((os, OF_OS), (signal, OF_SIGNAL)):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)


class Popen(subprocess.Popen):  # type: ignore[type-arg]
    def __init__(self, *given: Any, **told: Any) -> None:
        if told.get("preexec_fn") is not None or told.get("pass_fds"):
            raise ValueError("not supported on Windows platforms")
        super().__init__(*given, **told)


subprocess.Popen = Popen  # type: ignore[misc]
