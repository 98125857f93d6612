"""Learning curves as a picture: the loss and each metric over epochs, training beside validation."""

from __future__ import annotations

import io

from yamlnet.runner.run import History

TRAIN, VALIDATION, GRID = "#1f6feb", "#d9480f", "#d0d7de"
WIDTH, HEIGHT, DPI = 4.2, 3.2, 110


def draw_curves(history: History, title: str) -> bytes:
    """A PNG with one panel a metric; the epoch with the lowest validation loss is marked.

    Matplotlib's object interface needs no display and leaves no state
    (https://matplotlib.org/stable/gallery/user_interfaces/canvasagg.html).
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    names = [name for name in history if not name.startswith("val_")]
    figure = Figure(figsize=(WIDTH * max(len(names), 1), HEIGHT), dpi=DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=11)
    best = _best_epoch(history)
    for index, name in enumerate(names):
        axes = figure.add_subplot(1, len(names), index + 1)
        for key, label, color in ((name, "train", TRAIN), (f"val_{name}", "validation", VALIDATION)):
            if key in history:
                values = history[key]
                axes.plot(
                    range(1, len(values) + 1), values, color=color, label=label, marker="o", markersize=3
                )
        if best is not None:
            axes.axvline(best, color=VALIDATION, linewidth=0.8, linestyle=":")
        axes.set_title(name, fontsize=10)
        axes.set_xlabel("epoch", fontsize=9)
        axes.grid(color=GRID, linewidth=0.6)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.tick_params(labelsize=8)
        axes.legend(fontsize=8, frameon=False)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    picture = io.BytesIO()
    canvas.print_png(picture)
    return picture.getvalue()


def _best_epoch(history: History) -> int | None:
    losses = history.get("val_loss")
    return losses.index(min(losses)) + 1 if losses else None
