"""Rounding: how every figure, ratio and amount of money of this package is rounded.

Ratios, scores and figures are rounded to six places half-even, money to cents half-up, each once
where it is stated, so that everybody can follow the computation with the figures they see.
"""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

PLACES = 6
EXACT = Context(prec=50, rounding=ROUND_HALF_EVEN)  # for what is computed before it is rounded
_PLACES, _CENTS = Decimal(1).scaleb(-PLACES), Decimal("0.01")


def rounded(value: Decimal) -> Decimal:
    """Round a ratio, a score or a figure: six places, half-even."""
    return value.quantize(_PLACES, ROUND_HALF_EVEN)


def to_cents(amount: Decimal) -> Decimal:
    """Round money half-up, as all that is paid or taken off."""
    return amount.quantize(_CENTS, ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """A number as text without zeros at the end, never with an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def trimmed(value: Decimal) -> Decimal:
    """The same number without zeros at the end, never with an exponent."""
    return Decimal(plain(value)) if "." in f"{value:f}" else value
