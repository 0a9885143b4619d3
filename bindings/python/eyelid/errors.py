# SPDX-License-Identifier: MIT
"""What eyelid raises. The message is one sentence: what was found, and what was expected."""


class EyelidError(Exception):
    """Root of everything that eyelid raises itself."""


class InputError(EyelidError, ValueError):
    """A file, an array, or an option is missing or not what it should be. The sentence names it."""


class DeviceError(EyelidError, RuntimeError):
    """A device or precision is absent, out of memory, or not part of this build."""
