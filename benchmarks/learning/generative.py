"""Pictures of clothing that are given back, cleaned or made up.

Fashion-MNIST, as in `fashion.py`. What makes pictures is judged by the run of `fashion/cnn`, which has to be
trained before: by the kinds of clothing that it sees in them, and by the Fréchet distance of what it makes of
them to what it makes of the test pictures. Beside that stand the distance of as many training pictures, which
is as near as one comes, and those of as many draws from a normal distribution of each kind's pixels, which is
told the kinds, and of nothing but the mean of each kind. What is made has to come nearer than the draws; an
autoencoder's, which are blurred, nearer than the means.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from learning.entry import Entry, Rows, Trained

if TYPE_CHECKING:
    from yamlnet.runner.run import Run

MADE = 2000
"""How many pictures are judged."""
SHARE = 0.02
"""How many of these a kind of clothing holds at least to be one that is made."""
SHOWN, PAIRS = 36, 16
JUDGE = "fashion/cnn"
NOISE = 0.3
"""Standard deviation of the noise that `fashion_autoencoder:denoising` takes off, of pixels from 0 to 1."""
CODE = 16
"""The numbers that a picture becomes in `anomaly`."""
NORMAL = 0
"""The kind of clothing that it learns from."""


def auc(trained: Trained) -> Mapping[str, float]:
    """How well the errors of what is given back tell the normal kind from the others."""
    import yamlnet

    run = yamlnet.open_run(trained.run)
    found = yamlnet.reconstruct(run, label="target", normal=NORMAL).roc_auc
    assert found is not None, "a label was named"
    return {"roc_auc": found}


def planes(rows: Rows) -> Mapping[str, float]:
    """PCA of the same training rows: its errors as those of the autoencoder."""
    import numpy as np
    from sklearn.decomposition import PCA
    from sklearn.metrics import roc_auc_score

    plane = PCA(CODE, random_state=0).fit(_pixels(rows, "train"))
    test = _pixels(rows, "test")
    errors = np.square(test - plane.inverse_transform(plane.transform(test))).mean(axis=1)
    score = float(roc_auc_score(rows["test"]["target"] != NORMAL, errors))
    return {f"PCA with {CODE} dimensions": score}


def cleaned(trained: Trained) -> Mapping[str, float]:
    """Decibels of what the run makes of noisy test pictures."""
    import yamlnet

    run = yamlnet.open_run(trained.run)  # before the rows, which Keras brings, so on the backend of the run
    clean = _pixels(trained.rows(), "test")
    return {"psnr": _decibels(clean, _given_back(run, _noisy(clean)))}


def linearly_cleaned(rows: Rows) -> Mapping[str, float]:
    """The same pictures as they are, blurred, and on a plane; validation pictures choose how much."""
    from scipy.ndimage import gaussian_filter
    from sklearn.decomposition import PCA

    plane = PCA(200, random_state=0, svd_solver="randomized").fit(_pixels(rows, "train"))

    def blurred(noisy: Any, width: float) -> Any:
        return gaussian_filter(noisy.reshape(-1, 28, 28), (0, width, width)).reshape(noisy.shape)

    def flattened(noisy: Any, size: int) -> Any:
        axes = plane.components_[:size]
        return (noisy - plane.mean_) @ axes.T @ axes + plane.mean_

    def best(clean_up: Any, choices: tuple[Any, ...]) -> float:
        validation, test = _pixels(rows, "validation"), _pixels(rows, "test")
        noisy = _noisy(validation)
        choice = max(choices, key=lambda choice: _decibels(validation, clean_up(noisy, choice)))
        return _decibels(test, clean_up(_noisy(test), choice))

    test = _pixels(rows, "test")
    return {
        "the noisy pictures": _decibels(test, _noisy(test)),
        "a Gaussian filter": best(blurred, (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2)),
        "PCA": best(flattened, (20, 30, 40, 50, 60, 80, 100, 150, 200)),
    }


def judged(trained: Trained) -> Mapping[str, float]:
    """What the classifier sees in pictures that the run makes."""
    import yamlnet

    run = yamlnet.open_run(trained.run)
    return _seen(trained, run, yamlnet.generate(run, MADE))


def anchors(trained: Trained) -> Mapping[str, float]:
    """The same distance of pictures that the run did not make."""
    import numpy as np

    import yamlnet

    run, rows = yamlnet.open_run(trained.run), trained.rows()
    pixels, kinds, draw = _read(run), rows["train"]["target"], np.random.default_rng(0)
    real = pixels[draw.choice(len(pixels), MADE, replace=False)]
    each = [pixels[kinds == kind] for kind in range(10)]
    means = [one.mean(axis=0) for one in each]
    drawn = [
        draw.multivariate_normal(mean, np.cov(one, rowvar=False), MADE // 10, method="eigh")
        for mean, one in zip(means, each, strict=True)
    ]
    shown = {
        "training pictures": real,
        "a normal distribution of each kind": np.clip(np.concatenate(drawn), pixels.min(), pixels.max()),
        "the mean of each kind": np.repeat(means, MADE // 10, axis=0),
    }
    return {
        name: _seen(trained, run, made.reshape(-1, 28, 28, 1).astype(np.float32))["frechet"]
        for name, made in shown.items()
    }


def samples(trained: Trained) -> bytes:
    """Pictures that the run makes, as `yamlnet generate -o` shows them."""
    import yamlnet
    from yamlnet.generating import generated_picture

    run = yamlnet.open_run(trained.run)
    picture = generated_picture(run, yamlnet.generate(run, SHOWN))
    assert picture is not None, "clothing is pictures"
    return picture


def pairs(trained: Trained, noise: bool = False) -> bytes:
    """Test pictures above what the run makes of them, as `yamlnet reconstruct -o` shows them."""
    import numpy as np

    import yamlnet
    from yamlnet.runner.reconstruct import pairs_grid

    run, clean = yamlnet.open_run(trained.run), _pixels(trained.rows(), "test")[:PAIRS]
    given = _noisy(clean) if noise else clean
    made = _given_back(run, given)
    shape = (-1, 28, 28, 1)
    return pairs_grid(np.clip(given, 0, 1).reshape(shape), made.reshape(shape))


def _seen(trained: Trained, run: Run, made: Any) -> Mapping[str, float]:
    import yamlnet

    found = yamlnet.judge(run, made, yamlnet.open_run(trained.other(JUDGE)))
    shares = [count / len(made) for count in found.classes.values()]  # of kinds that it made at all
    return {"frechet": found.frechet, "classes": sum(share >= SHARE for share in shares)}


def _pixels(rows: Rows, part: str) -> Any:
    """Pictures of a part as numbers from 0 to 1: (rows, 784), float32."""
    images = rows[part]["image"]
    return images.reshape(len(images), -1).astype("float32") / 255


def _read(run: Run) -> Any:
    """Training pictures in the numbers that a run reads: (rows, 784), float32."""
    from yamlnet.run_rows import run_data

    images = run_data(run)[1].train.first().inputs["image"]
    return images.reshape(len(images), -1)


def _noisy(clean: Any) -> Any:
    """The same noise for all who take it off, as the training puts it on."""
    import numpy as np

    return clean + np.random.default_rng(0).normal(0, NOISE, clean.shape).astype(np.float32)


def _given_back(run: Run, pictures: Any) -> Any:
    return run.model.predict(pictures.reshape(-1, 28, 28, 1), verbose=0).reshape(pictures.shape)


def _decibels(clean: Any, found: Any) -> float:
    """Peak signal-to-noise ratio, a mean over pictures; what lies beyond black and white is clipped."""
    import numpy as np

    errors = np.square(np.clip(found, 0, 1) - clean).mean(axis=1)
    return float(-10 * np.log10(errors).mean())


clothing = partial(Entry, data="Fashion-MNIST, 60,000 pictures", backend="torch")
maker = partial(
    clothing,
    task="clothing that nobody made, Fréchet distance",
    metric="frechet",
    lower=True,
    bar=100,
    also={"classes": 10},
    figures=judged,
    run_beside=anchors,
    picture=samples,
)

ENTRIES = (
    clothing(
        "generative/anomaly",
        data="Fashion-MNIST, its 6,000 T-shirts",
        task="what is no T-shirt, ROC AUC",
        metric="roc_auc",
        bar=0.9,
        figures=auc,
        beside=planes,
        picture=pairs,
    ),
    clothing(
        "generative/fashion_autoencoder:denoising",
        task="noise taken off clothing, PSNR",
        metric="psnr",
        unit=" dB",
        bar=19,
        figures=cleaned,
        beside=linearly_cleaned,
        picture=partial(pairs, noise=True),
    ),
    maker("generative/fashion_autoencoder:variational", bar=300),
    maker("generative/fashion_vae", bar=300),
    maker("generative/fashion_dcgan"),
    maker("generative/fashion_dcgan:wgan_gp"),
    maker("generative/fashion_diffusion"),
)
