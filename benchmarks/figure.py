"""What a benchmark ends with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """The product's value and its reference's, in `unit`."""

    product: float
    reference: float
    unit: str

    def line(self, name: str) -> str:
        """Return the one line that a benchmark ends with."""
        return (
            f"{name} ratio={self.product / self.reference:.3f} product={self.product:.1f} "
            f"reference={self.reference:.1f} unit={self.unit}"
        )
