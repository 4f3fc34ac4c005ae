"""A seccomp filter for Linux: the kernel refuses what no reader of documents needs.

A refused call fails with EPERM. What Linux has learned since 5.1 (2019) fails with ENOSYS, as on a kernel of
that time, for which every library has another way: so `clone3` and `openat2`, whose flags lie in memory out
of a filter's sight, io_uring, `fchmodat2`, and what is added after this was written. Everything else stays
allowed: a list of what is needed would differ for each version of each library. The program is that of
seccomp(2) and bpf(4): an instruction is (code, jump if true, jump if false, value).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from dataclasses import dataclass

_SET_NO_NEW_PRIVILEGES, _GET_SECCOMP, _SET_SECCOMP, _MODE_FILTER = 38, 21, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
# struct seccomp_data: int nr; u32 arch; u64 instruction pointer; u64 args[6]; both machines little endian.
_NUMBER, _ARCHITECTURE = 0, 4
_CLONE_THREAD = 0x00010000
_OPENS_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# From here on both machines number alike, and x86-64's x32 calls lie above.
_FIRST_NEW_CALL = 424
# F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: by them the kernel sends signals to others.
_SIGNALLING = (8, 10, 15, 1024, 1026)

_Instruction = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Machine:
    """The numbers of the system calls, by what they do (asm/unistd.h)."""

    audit: int
    refused: tuple[int, ...]
    open_: int | None
    openat: int
    clone: int
    tgkill: int
    prlimit: int
    fcntl: int


_MACHINES = {
    "x86_64": _Machine(
        audit=0xC000003E,
        refused=(
            # socket, connect, accept, sendto, sendmsg, bind, listen, socketpair, accept4, sendmmsg
            *(41, 42, 43, 44, 46, 49, 50, 53, 288, 307),
            # fork, vfork, execve, execveat, kill, tkill, rt_sigqueueinfo, rt_tgsigqueueinfo, ptrace
            *(57, 58, 59, 322, 62, 200, 129, 297, 101),
            # process_vm_readv, process_vm_writev, unshare, setns, mount, umount2, pivot_root, chroot
            *(310, 311, 272, 308, 165, 166, 155, 161),
            # creat, truncate, rename, renameat, renameat2, mkdir, mkdirat, rmdir, unlink, unlinkat
            *(85, 76, 82, 264, 316, 83, 258, 84, 87, 263),
            # link, linkat, symlink, symlinkat, mknod, mknodat, chmod, fchmodat, chown, lchown, fchownat
            *(86, 265, 88, 266, 133, 259, 90, 268, 92, 94, 260),
            # setxattr, removexattr, utimensat, bpf, perf_event_open, userfaultfd, add_key, request_key,
            # keyctl
            *(188, 197, 280, 321, 298, 323, 248, 249, 250),
            # shmget, msgget, mq_open, init_module, finit_module, kexec_load, reboot, swapon, personality
            *(29, 68, 240, 175, 313, 246, 169, 167, 135),
            # fchmod, fchown, lsetxattr, fsetxattr, lremovexattr, fremovexattr, utime, utimes, futimesat
            *(91, 93, 189, 190, 198, 199, 132, 235, 261),
            # inotify_init, inotify_init1, inotify_add_watch, fanotify_init, open_by_handle_at, semget
            *(253, 294, 254, 300, 304, 64),
            # setpriority, sched_setaffinity, sched_setscheduler, sched_setparam, sched_setattr, ioprio_set
            *(141, 203, 144, 142, 314, 251),
            # splice, vmsplice, tee, delete_module, kexec_file_load, acct, swapoff, quotactl, syslog
            *(275, 278, 276, 176, 320, 163, 168, 179, 103),
            # sethostname, setdomainname, settimeofday, clock_settime, adjtimex, clock_adjtime
            *(170, 171, 164, 227, 159, 305),
            # iopl, ioperm, modify_ldt
            *(172, 173, 154),
        ),
        open_=2,
        openat=257,
        clone=56,
        tgkill=234,
        prlimit=302,
        fcntl=72,
    ),
    "aarch64": _Machine(
        audit=0xC00000B7,
        refused=(
            *(198, 203, 202, 206, 211, 200, 201, 199, 242, 269),
            *(221, 281, 129, 130, 138, 240, 117),
            *(270, 271, 97, 268, 40, 39, 41, 51),
            *(45, 38, 276, 34, 35, 37, 36, 33, 53, 54),
            *(5, 14, 88, 280, 241, 282, 217, 218, 219),
            *(194, 186, 180, 105, 273, 104, 142, 224, 92),
            *(52, 55, 6, 7, 15, 16),
            *(26, 27, 262, 265, 190),
            *(140, 122, 119, 118, 274, 30),
            *(76, 75, 77, 106, 294, 89, 225, 60, 116),
            *(161, 162, 170, 112, 171, 266),
        ),
        open_=None,
        openat=56,
        clone=220,
        tgkill=131,
        prlimit=261,
        fcntl=25,
    ),
}  # fmt: skip


def is_supported() -> bool:
    """Whether the kernel filters calls, and we know this machine's numbers of them."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return False
    return int(ctypes.CDLL(None).prctl(_GET_SECCOMP, 0, 0, 0, 0)) >= 0  # else it was built without


def install() -> bool:
    """Filter this process and all its later threads. False where there is no such filter.

    Raises:
        OSError: the kernel refused it.
    """
    if not is_supported():
        return False
    machine = _MACHINES[platform.machine()]
    program = _program(machine)
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_ = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(buffer)))
    library = ctypes.CDLL(None, use_errno=True)
    for arguments in ((_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SET_SECCOMP, _MODE_FILTER, filter_, 0, 0)):
        if library.prctl(*arguments) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    return True


def _program(machine: _Machine) -> list[_Instruction]:
    refuse = (_RETURN, 0, 0, _ERROR | errno.EPERM)
    allow = (_RETURN, 0, 0, _ALLOW)
    program: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),  # 32-bit calls have other numbers
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _FIRST_NEW_CALL),
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
    ]
    for number in machine.refused:
        program += [(_EQUAL, 0, 1, number), refuse]
    # Files are opened for reading, clone makes threads, signals go to this process, limits are its own.
    opening = [(machine.openat, 2), *([(machine.open_, 1)] if machine.open_ is not None else [])]
    for number, argument in opening:
        program += [
            (_EQUAL, 0, 4, number),
            _argument(argument),
            (_ANY_BIT, 0, 1, _OPENS_FOR_WRITING),
            refuse,
            allow,
        ]
    program += [(_EQUAL, 0, 4, machine.clone), _argument(0), (_ANY_BIT, 1, 0, _CLONE_THREAD), refuse, allow]
    program += [(_EQUAL, 0, 4, machine.tgkill), _argument(0), (_EQUAL, 1, 0, os.getpid()), refuse, allow]
    program += [(_EQUAL, 0, 4, machine.prlimit), _argument(0), (_EQUAL, 1, 0, 0), refuse, allow]
    commands = [step for command in _SIGNALLING for step in ((_EQUAL, 0, 1, command), refuse)]
    return [*program, (_EQUAL, 0, len(commands) + 1, machine.fcntl), _argument(1), *commands, allow]


def _argument(number: int) -> _Instruction:
    """Load the lower half of a system call's argument."""
    return (_LOAD, 0, 0, 16 + 8 * number)
