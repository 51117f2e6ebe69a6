"""Rounding: how every figure, ratio and amount of money of this package is rounded.

Ratios, scores and figures are rounded to six places half-even, money to cents half-up. Each value
is rounded once, where it is stated, so that readers can follow the computation with the values
shown.
"""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

PLACES = 6
EXACT = Context(prec=50, rounding=ROUND_HALF_EVEN)  # for computing before rounding
_PLACES, _CENTS = Decimal(1).scaleb(-PLACES), Decimal("0.01")


def rounded(value: Decimal) -> Decimal:
    """Round a ratio, a score or a figure: six places, half-even."""
    return value.quantize(_PLACES, ROUND_HALF_EVEN)


def to_cents(amount: Decimal) -> Decimal:
    """Round money to cents, half-up."""
    return amount.quantize(_CENTS, ROUND_HALF_UP)


def trimmed(value: Decimal) -> Decimal:
    """The same number without trailing zeros or an exponent."""
    text = f"{value:f}"
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else value
