"""The progress page of a rank (struct link_page in lib/wire/link.h), read from outside."""
import mmap
import os
import struct

_FIELDS = ("version phase generation begun committed total epoch samples loss accuracy sequence restored stepped "
           "saved validated").split()
_LAYOUT = struct.Struct("<IIQqqqqQddQqqqq")


class Page:
    """A page stays readable when the keeper that made it has died."""

    def __init__(self, path):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._memory = mmap.mmap(descriptor, mmap.PAGESIZE, mmap.MAP_SHARED, mmap.PROT_READ)
        finally:
            os.close(descriptor)

    def __getattr__(self, name):
        return _LAYOUT.unpack_from(self._memory)[_FIELDS.index(name)]


def pages_of(keeper):
    """The pages of the ranks of a keeper, which holds them by name."""
    found = []
    directory = f"/proc/{keeper}/fd"
    try:
        for name in sorted(os.listdir(directory), key=int):
            path = f"{directory}/{name}"
            if "memfd:muster-page" in os.readlink(path):
                found.append(Page(path))
    except (OSError, ValueError):  # it is just being made, or gone
        return []
    return found
