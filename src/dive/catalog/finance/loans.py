"""Money over time by the textbook formulas: annuity loans, compound interest, bond prices.

Interest is nominal per year. Does not know taxes, fees or day counts; payments fall at the end of each period.
"""

from typing import Annotated, TypedDict

from dive.errors import ToolError
from dive.registry import Choices, Package, Range, tool

FORMULA = Package("dive", "Apache-2.0", "no data: published formulas")
SUMS = Choices((10000, 15000, 25000, 40000, 60000, 120000, 180000, 250000, 320000))
RATES = Choices((1.5, 2.0, 2.4, 2.5, 3.0, 3.2, 3.5, 3.6, 4.0, 4.2, 4.5, 4.8, 5.0, 5.4, 6.0, 6.5, 7.2))
TERMS = Range(3, 30)


class Loan(TypedDict):
    """An annuity loan."""

    payment: Annotated[float, "money"]
    interest: Annotated[float, "money"]


class Grown(TypedDict):
    """A sum after some years."""

    value: Annotated[float, "money"]
    interest: Annotated[float, "money"]


class Deposit(TypedDict):
    """A sum today."""

    value: Annotated[float, "money"]


class Bond(TypedDict):
    """A bond's price and how it moves with the yield."""

    price: Annotated[float, "bond_price:percent"]
    duration: Annotated[float, "duration:year"]


def _check(amount: float, rate: float, years: int) -> None:
    if not 0 < amount < 1e15 or not 0 < rate <= 50 or not 1 <= years <= 100:
        raise ToolError("arguments", "the amount must be positive, the rate in (0, 50] per cent, the years 1 to 100")


@tool("P", FORMULA)
def loan_payment(
    principal: Annotated[float, "money", SUMS],
    annual_rate: Annotated[float, "interest_rate:percent", RATES],
    years: Annotated[int, "term:year", TERMS],
) -> Loan:
    """Works out the level monthly payment that repays a loan (nominal annual rate in per cent, a twelfth each month).

    Also the total interest paid over the whole term.
    """
    _check(principal, annual_rate, years)
    monthly, months = annual_rate / 1200, years * 12
    payment = principal * monthly / (1 - (1 + monthly) ** -months)
    return {"payment": payment, "interest": payment * months - principal}


@tool("P", FORMULA)
def savings_value(
    amount: Annotated[float, "money", SUMS],
    annual_rate: Annotated[float, "interest_rate:percent", RATES],
    years: Annotated[int, "term:year", TERMS],
) -> Grown:
    """Works out what a sum grows to after some years when interest (annual rate in per cent) is added once a year."""
    _check(amount, annual_rate, years)
    value = amount * (1 + annual_rate / 100) ** years
    return {"value": value, "interest": value - amount}


@tool("P", FORMULA)
def present_value(
    amount: Annotated[float, "money", SUMS],
    annual_rate: Annotated[float, "interest_rate:percent", RATES],
    years: Annotated[int, "term:year", TERMS],
) -> Deposit:
    """Works out the sum that must be put aside today to have `amount` after some years, interest added once a year."""
    _check(amount, annual_rate, years)
    return {"value": amount / (1 + annual_rate / 100) ** years}


@tool("P", FORMULA)
def bond_price(
    coupon_rate: Annotated[float, "interest_rate:percent", RATES],
    yield_rate: Annotated[float, "interest_rate:percent", RATES],
    years: Annotated[int, "term:year", TERMS],
) -> Bond:
    """Prices a bond with yearly coupons just after a coupon; coupon and yield to maturity in per cent a year.

    Price in per cent of face value; duration is Macaulay's, in years.
    """
    _check(100, coupon_rate, years)
    _check(100, yield_rate, years)
    growth = 1 + yield_rate / 100
    flows = [(year, coupon_rate + (100 if year == years else 0)) for year in range(1, years + 1)]
    present = [(year, flow / growth**year) for year, flow in flows]
    price = sum(value for _, value in present)
    return {"price": price, "duration": sum(year * value for year, value in present) / price}
