"""SM3 (国密, GB/T 32905) of the bytes that SHA-256 names: what an office may have to show."""

from __future__ import annotations


def sm3_of(data: bytes) -> str:
    """Empty where the system's OpenSSL has no SM3."""
    # A question asks for no hash, and need not wait for what makes one.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.hashes import SM3, Hash

    try:
        made = Hash(SM3())
    except UnsupportedAlgorithm:
        return ""
    made.update(data)
    return made.finalize().hex()


def has_sm3() -> bool:
    return bool(sm3_of(b""))
