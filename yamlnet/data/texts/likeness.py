"""How near texts come to those that they should be: BLEU, chrF, and how many are the same.

BLEU (Papineni et al. 2002, https://aclanthology.org/P02-1040) and chrF (Popović 2015,
https://aclanthology.org/W15-3049) are sacrebleu's, with its defaults (Post 2018,
https://arxiv.org/abs/1804.08771): of all texts together, from 0 to 100.
"""

from __future__ import annotations

from collections.abc import Sequence

from yamlnet.diagnostics.diagnostic import DataError


def likeness(told: Sequence[str], wanted: Sequence[str]) -> dict[str, float]:
    """`bleu`, `chrf`, `exact`, the share of texts that are the same, and `rows`, how many were compared.

    Args:
        told: what a model says, a text or more.
        wanted: what it should say, as many; blanks at their ends do not count.

    Raises:
        DataError: the package `sacrebleu` is missing.
    """
    require_sacrebleu()
    from sacrebleu import corpus_bleu, corpus_chrf

    told, wanted = [text.strip() for text in told], [text.strip() for text in wanted]
    same = sum(one == other for one, other in zip(told, wanted, strict=True))
    return {
        "bleu": corpus_bleu(told, [wanted], force=True).score,
        "chrf": corpus_chrf(told, [wanted]).score,
        "exact": same / len(told),
        "rows": float(len(told)),
    }


def require_sacrebleu() -> None:
    """Refuse to go on without the package, before anything slow is done.

    Raises:
        DataError: it is not installed.
    """
    try:
        import sacrebleu  # noqa: F401  (whether it can be imported)
    except ImportError as error:
        hint = 'pip install "yamlnet[text]"'
        raise DataError("BLEU and chrF need the package sacrebleu", hint, (), "missing-package") from error
