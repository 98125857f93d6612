"""Predictions in the units of the data, against scikit-learn: its inverse transforms and its metrics."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, RobustScaler, StandardScaler

from yamlnet.data.fitting import require_fitted
from yamlnet.data.measured import Measured, truths
from yamlnet.data.table import Array, Table
from yamlnet.data.tensors import fit_tensor, make_tensor, make_tensors
from yamlnet.data.transforms import TRANSFORMS
from yamlnet.data.units import OF_NUMBERS, Units, in_units, output_units
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.pipeline import inspect
from yamlnet.resolver.plan import Plan, TensorPlan, WindowPlan
from yamlnet.schema.data_words import TRANSFORMS as WORDS
from yamlnet.syntax.parse import parse

LOG = FunctionTransformer(np.log1p, np.expm1)
SCALERS = {"standard": StandardScaler, "min-max": MinMaxScaler, "robust": RobustScaler}
CHAINS: dict[str, tuple[list[tuple[str, object]], Any]] = {
    "standard": ([("normalize", "standard")], StandardScaler),
    "min-max": ([("normalize", "min-max")], MinMaxScaler),
    "robust": ([("normalize", "robust")], RobustScaler),
    "log": ([("log", True)], lambda: LOG),
    "no log": ([("log", False)], FunctionTransformer),
    "scale": ([("scale", 1e-3)], lambda: FunctionTransformer(lambda x: x * 1e-3, lambda x: x / 1e-3)),
    "log, standard": (
        [("log", True), ("normalize", "standard")],
        lambda: make_pipeline(LOG, StandardScaler()),
    ),
    "min-max, log": ([("normalize", "min-max"), ("log", True)], lambda: make_pipeline(MinMaxScaler(), LOG)),
    "bounds": (
        [("missing", "mean"), ("clip", [0, None]), ("normalize", "robust"), ("dtype", "float64")],
        RobustScaler,
    ),
}  # fmt: skip
WIDE = arrays.arrays(np.float64, st.integers(2, 30), elements=st.integers(0, 10**6).map(float))


def tensor(words: list[tuple[str, object]], *columns: str, window: WindowPlan | None = None) -> TensorPlan:
    return TensorPlan("price", columns or ("a",), tuple(words), ("data", "targets", "price"), window)


FEW = settings(max_examples=20)


def units_of(plan: TensorPlan, **columns: Any) -> tuple[Units, Array]:
    """What a target learnt of rows, and the tensor that it makes of them."""
    table = Table({name: np.asarray(values) for name, values in columns.items()}, "rows.csv")
    states = json.loads(json.dumps(fit_tensor(plan, table).states))  # as a run keeps them
    return Units(plan, states), make_tensors({}, {"price": plan}, table, {"price": states}, {})[0]["price"]


@pytest.mark.parametrize("name", CHAINS)
@FEW
@given(values=WIDE)
def test_a_chain_is_undone(name: str, values: Array) -> None:
    words, _ = CHAINS[name]
    units, made = units_of(tensor(words), a=values)
    np.testing.assert_allclose(in_units(made, units), values, rtol=1e-4, atol=np.ptp(values) * 1e-5 + 1e-3)


@pytest.mark.parametrize("name", CHAINS)
@FEW
@given(values=WIDE, predicted=arrays.arrays(np.float64, 5, elements=st.floats(-3, 3)))
def test_what_is_predicted_is_undone_as_scikit_learn_does(name: str, values: Array, predicted: Array) -> None:
    words, reference = CHAINS[name]
    units, _ = units_of(tensor(words), a=values)
    scaler = reference().fit(values[:, None])
    expected = scaler.inverse_transform(predicted[:, None])[:, 0]
    np.testing.assert_allclose(in_units(predicted, units), expected, rtol=1e-6, atol=1e-6)


def test_a_regression_tells_what_scikit_learns_transformed_target_tells() -> None:
    chance = np.random.default_rng(0)
    rows = chance.normal(size=(80, 3))
    price = np.exp(5 + rows @ [1, 0.5, -0.2] + chance.normal(scale=0.1, size=80))
    reference = TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1)
    units, made = units_of(tensor([("log", True)]), a=price)
    found = in_units(LinearRegression().fit(rows, made).predict(rows), units)
    np.testing.assert_allclose(found, reference.fit(rows, price).predict(rows), rtol=1e-3)


@given(
    values=arrays.arrays(np.float64, st.tuples(st.integers(2, 20), st.just(2)), elements=st.integers(0, 9)),
    word=st.sampled_from(sorted(SCALERS)),
)
def test_columns_side_by_side_have_units_of_their_own(values: Array, word: str) -> None:
    units, made = units_of(tensor([("normalize", word)], "a", "b"), a=values[:, 0], b=values[:, 1] * 1000)
    np.testing.assert_allclose(in_units(made, units), values * [1, 1000], rtol=1e-4, atol=1e-2)
    scaler = SCALERS[word]().fit(values * [1, 1000])
    some = np.array([[0.5, -1.0]])
    np.testing.assert_allclose(in_units(some, units), scaler.inverse_transform(some), rtol=1e-9, atol=1e-9)


def test_windows_and_other_shapes_are_undone_number_by_number() -> None:
    steps = np.arange(20.0) * 7
    both = tensor([("normalize", "standard")], "a", "b", window=WindowPlan(3, 3))
    units, made = units_of(both, a=steps, b=steps * 100)
    assert made.shape == (17, 3, 2)
    expected = np.stack([steps[1:4], steps[1:4] * 100], axis=-1)
    np.testing.assert_allclose(in_units(made, units)[0], expected, rtol=1e-5)
    np.testing.assert_allclose(in_units(made.reshape(17, 6), units)[0], expected.reshape(-1), rtol=1e-5)
    vectors = np.arange(12.0).reshape(2, 6) ** 2
    reshaped = tensor([("normalize", "min-max"), ("reshape", [2, 3])])
    units, made = units_of(reshaped, a=vectors)
    np.testing.assert_allclose(in_units(made, units), vectors.reshape(2, 2, 3), atol=1e-4)
    with pytest.raises(DataError, match="4 numbers a row are predicted, and 6 features were normalized"):
        in_units(np.zeros((1, 4)), units)


def test_what_became_numbers_on_the_way_is_undone_to_there() -> None:
    words: list[tuple[str, object]] = [("date", "days"), ("normalize", "standard")]
    units, made = units_of(tensor(words), a=np.array(["1970-01-02", "1970-01-05"], dtype=object))
    np.testing.assert_allclose(in_units(made, units), [1, 4], rtol=1e-6)


def test_a_scale_of_0_leaves_no_units() -> None:
    units, made = units_of(tensor([("scale", 0)]), a=[1.0, 2.0])
    with pytest.raises(DataError, match="scale: 0 makes 0 of every number"):
        in_units(made, units)


def test_every_word_says_whether_it_is_undone() -> None:
    assert WORDS.keys() == TRANSFORMS.keys()
    none = {word for word, transform in TRANSFORMS.items() if transform.inverse is None}
    assert none == {"date", "encode", "tokenize"}, "of these, what is predicted is another kind of number"


BLUEPRINT = """\
yamlnet: 1
model:
  inputs: {{x: [1]}}
  layers: [Dense: {{units: 1, as: price}}, Dense: {{units: 1, from: x, as: other}}]
  outputs: [price, other]
data:
  train: {{Csv: rows.csv}}
  inputs: {{x: {{column: x}}}}
  targets: {{price: {{column: price, {words}}}, other: {{column: other}}}}
train: {{loss: {loss}}}
"""


def plan_of(words: str, loss: str) -> Plan:
    return inspect(parse(BLUEPRINT.format(words=words, loss=loss), "b.yaml"))[1]


@pytest.mark.parametrize(
    ("words", "loss", "found"),
    [
        ("scale: 2", "mse", ["price"]),
        ("scale: 2, reshape: [1]", "{price: Poisson, other: mse}", ["price"]),
        ("log: true", "{price: Huber, other: mse}", ["price"]),
        ("scale: 2", "{price: {BinaryCrossentropy: {from_logits: true}}, other: mse}", []),
        ("scale: 2, encode: index", "mse", []),
        ("clip: [0, 1]", "mse", []),
        ("dtype: float32, missing: 0", "mse", []),
    ],
)
def test_outputs_that_a_loss_of_numbers_learns_have_units(words: str, loss: str, found: list[str]) -> None:
    fitted: Any = {"price": [{}], "other": [{}]}
    assert list(output_units(plan_of(words, loss), fitted)) == found


def test_losses_of_numbers_are_keras_s() -> None:
    from yamlnet.catalog.load import catalog

    assert set(OF_NUMBERS) <= set(catalog().names("loss"))


SCALED = Units(tensor([("scale", 0.5)]), [{"scale": {}}])
ERRORS = arrays.arrays(np.float64, st.integers(2, 40), elements=st.floats(-100, 100))


@given(true=ERRORS, wrong=st.floats(-5, 5), at_once=st.integers(1, 40), axis=st.booleans())
def test_measures_are_scikit_learns_whatever_the_portions(
    true: Array, wrong: float, at_once: int, axis: bool
) -> None:
    assume(np.ptp(true) > 1e-2)
    predicted = true * 0.5 + wrong
    measured = Measured({"price": SCALED})
    for first in range(0, len(true), at_once):
        some = slice(first, first + at_once)
        outputs = predicted[some, None] if axis else predicted[some]
        measured.add({"price": outputs, "other": outputs}, {"price": true[some] * 0.5})
    told = measured.told()
    assert list(told) == ["data.price.mae", "data.price.rmse", "data.price.r2"]
    reference = [
        measure(true, predicted) for measure in (mean_absolute_error, root_mean_squared_error, r2_score)
    ]
    np.testing.assert_allclose(list(told.values()), reference, rtol=1e-6, atol=1e-6)


def test_columns_of_a_target_are_measured_each() -> None:
    two = Units(tensor([("scale", 0.5)], "a", "b"), [{"scale": {}}] * 2)
    measured = Measured({"price": two})
    measured.add({"price": np.array([[2.0, 20], [4, 60]])}, {"price": np.array([[1.0, 20], [2, 30]])})
    told = measured.told()
    assert told["data.price.a.mae"] == 0
    assert told["data.price.b.mae"] == 10
    assert told["data.price.a.r2"] == 1


def test_predictions_that_are_no_numbers_are_not_left_out() -> None:
    measured = Measured({"price": SCALED})
    measured.add({"price": np.array([2.0, np.nan])}, {"price": np.array([1.0, 2.0])})
    assert np.isnan(measured.told()["data.price.mae"])


def test_what_does_not_vary_has_no_r2() -> None:
    measured = Measured({"price": SCALED})
    measured.add({"price": np.array([1.0, 2.0])}, {"price": np.array([1.5, 1.5])})
    assert measured.told() == {"data.price.mae": 1.5, "data.price.rmse": pytest.approx(2.5**0.5)}


def test_rows_are_asked_for_what_is_true() -> None:
    units = {"price": SCALED}
    assert truths(Table({"x": np.zeros(2)}, "rows.csv"), units, []) == {}
    there = Table({"x": np.zeros(2), "a": np.array([1.0, 2.0])}, "rows.csv")
    assert truths(there, units, [])["price"].tolist() == [0.5, 1]
    window = TensorPlan("x", ("x",), (), (), WindowPlan(2, 0))
    assert truths(there, units, [window]) == {}, "a window's rows are not those of the file"
    with pytest.raises(DataError, match="holds no number"):
        truths(Table({"a": np.array([1.0, np.nan])}, "rows.csv"), units, [])


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (None, 'nothing was fitted for "price"'),
        ([], 'nothing was fitted for "price"'),
        ([3], 'keeps for "normalize" is nothing that it learns'),
        ([{}], 'keeps for "normalize" is nothing that it learns'),
        ([{"normalize": {"shift": "os", "spread": 1}}], 'keeps for "normalize" is nothing that it learns'),
        ([{"normalize": {"shift": [1, 2], "spread": [1]}}], "each shift takes a spread"),
        ([{"normalize": {"shift": 1, "spread": 0}}], "which is not 0"),
    ],
)
def test_states_that_nothing_learns_are_refused(states: object, told: str) -> None:
    with pytest.raises(DataError, match=told):
        require_fitted(tensor([("normalize", "standard")]), states)


def test_states_of_every_kind_that_are_learnt_are_taken() -> None:
    table = Table(
        {
            "n": np.array([1.0, np.nan, 3.0]),
            "v": np.array([[1.0, np.nan], [2, 5], [3, 4]]),
            "c": np.array(["a", "b", "a"], dtype=object),
            "t": np.array(["a b", "b", "c c"], dtype=object),
            "b": np.array([True, False, True]),
        },
        "rows.csv",
    )
    for column, words in {
        "n": [("missing", "mean"), ("clip", [0, 1]), ("normalize", "robust")],
        "v": [("missing", "median"), ("normalize", "standard")],
        "c": [("missing", "most-frequent"), ("encode", "index")],
        "b": [("missing", "most-frequent"), ("encode", {"as": "hash", "size": 4})],
        "t": [("tokenize", {"as": "words", "length": 2, "start": True})],
    }.items():
        one = TensorPlan("x", (column,), tuple(words), ("data", "inputs", "x"))
        states = json.loads(json.dumps(fit_tensor(one, table).states))
        require_fitted(one, states)
        make_tensor(one, table, states, None)
