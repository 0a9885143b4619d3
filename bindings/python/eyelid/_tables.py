# SPDX-License-Identifier: MIT
"""Columns as NumPy arrays, and as DataFrames where pandas is installed."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]
Columns = Mapping[str, Union[Array, Sequence[str]]]


def data_frame(columns: Columns) -> pd.DataFrame:
    """A DataFrame of the columns; without pandas the columns themselves, words as arrays of str."""
    arrays = {name: values if isinstance(values, np.ndarray) else np.asarray(values, dtype=str) for name, values in columns.items()}
    try:
        import pandas as pd
    except ImportError:
        return arrays  # type: ignore[return-value]
    # Words as objects: alike in every version of pandas.
    return pd.DataFrame(
        {name: values if values.dtype.kind != "U" else values.astype(object) for name, values in arrays.items()}, copy=False
    )


def columns_of(table: Any) -> dict[str, Array]:
    """The columns of a DataFrame (pandas, polars), a mapping of arrays, or a structured array."""
    names = getattr(getattr(table, "dtype", None), "names", None)
    if names is None:
        names = table.keys() if hasattr(table, "keys") else table.columns
    return {str(name): np.asarray(table[name]) for name in names}


def read_csv(path: Path) -> dict[str, Array]:
    """A table as columns: of integers, of numbers (empty cell: NaN), or else of str."""
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    result: dict[str, Array] = {}
    for index, name in enumerate(header):
        cells = [row[index] for row in rows]
        if cells and all(cell.isdecimal() for cell in cells):
            result[name] = np.asarray(list(map(int, cells)))
            continue
        try:
            result[name] = np.asarray([float(cell) if cell else np.nan for cell in cells])
        except ValueError:
            result[name] = np.asarray(cells, dtype=str)
    return result


def _cell(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        return np.format_float_positional(value, trim="-") if np.isfinite(value) else ""
    text = "" if value is None else str(value)
    return "" if text in ("<NA>", "NaT") else text  # of pandas


def write_csv(path: Path, columns: Mapping[str, Array]) -> None:
    """The columns as a table; what is not available becomes an empty cell."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(map(_cell, row) for row in zip(*columns.values()))
