"""What the demo claims: each claim is checked, and printed with its proof on one line.

A claim that does not hold ends the demo, so what is printed is what is so.
"""

from __future__ import annotations

from collections.abc import Iterable


class WrongResult(Exception):
    """A claim does not hold. The text is one sentence."""


class Claims:
    """Prints sections and claims, and counts them."""

    def __init__(self) -> None:
        self.count = 0
        self._sections = 0

    def section(self, title: str) -> None:
        """Begin a numbered section."""
        self._sections += 1
        print(f"\n{self._sections}. {title}", flush=True)

    def show(self, text: str) -> None:
        """Print a line that claims nothing."""
        print(f"   {text}".rstrip(), flush=True)

    def claim(self, holds: bool, claim: str, proof: str) -> None:
        """Print a claim with its proof.

        Raises WrongResult if it does not hold.
        """
        if not holds:
            raise WrongResult(f"This is not so: {claim} ({proof}).")
        self.count += 1
        print(f"   ok  {claim}: {proof}", flush=True)

    def same_address(self, addresses: Iterable[int | None], claim: str, proof: str) -> None:
        """Claim that everything lies at one address, so that no byte was copied.

        Raises WrongResult if two addresses differ.
        """
        found = list(addresses)
        equal = " = ".join("unknown" if address is None else f"{address:#x}" for address in found)
        self.claim(len(set(found)) == 1 and None not in found, claim, f"{equal}, 0 bytes copied, {proof}")
