"""How far off a model is in whole groups, and what of its error that makes.

How much of the target groups explain says nothing of this. A model may read the staining of a group
as signal, or miss what sets a group apart, and be off by the same amount in all its examples.

With errors e = y − ŷ, n_w test examples in group w, their mean b_w and variance s_w² (ddof 1):

    MSE = Σ n_w b_w² / n  +  Σ (n_w − 1) s_w² / n

The first term is the share of the groups' biases. Chance alone gives a group of n_w examples a b_w²
of s_w² / n_w on average, so Σ (n_w b_w² − s_w²) / n is what group biases make without it: unbiased,
also where groups differ in size and variance, and 0 on average where no group is off. A bias that
all groups share is part of it.
"""

import numpy as np

from nascent.evaluate.held_out import HeldOut
from nascent.statistics.student import student_quantile


def group_shift(held: HeldOut, model: str, *, confidence: float) -> dict[str, float | str]:
    """Return what group biases make of a model's squared error, and the worst group.

    Parameters
    ----------
    held
        Test predictions of all runs; `levels` has the groups.
    model
        Whose; shares and biases are means over its seeds.
    confidence
        Of the interval of the worst group's bias, between 0 and 1.

    Returns
    -------
    dict
        `group_bias_share`, Σ n_w b_w² / n over the MSE; `group_shift_share`, the same less what
        chance alone gives, at least 0, see the head of this module; `worst_group`, the group whose
        bias is largest beyond its interval (where every interval holds 0, the largest bias) and
        `worst_group_bias` with `_low` and `_high`, in raw counts: Student's interval over the
        group's examples, at 1 − (1 − confidence)/k for the choice among k groups (Bonferroni), of
        these very networks. NaN where the MSE is 0, the corrected share where no group has two
        examples, limits of groups of one example.
    """
    errors = held.y[:, None] - held.y_hat[:, held.seeds_of(model)]
    groups, place = np.unique(held.levels["group"].to_numpy(str), return_inverse=True)
    sizes = np.bincount(place).astype(float)
    biases = _means(errors, place, sizes)
    raw, shift = _shares(errors, place, sizes, biases)

    mean = errors.mean(axis=1, keepdims=True)
    bias = biases.mean(axis=1)
    spread = np.sqrt(_variances(mean, place, sizes, bias[:, None])[:, 0])
    t = student_quantile(1 - (1 - confidence) / (2 * len(groups)), np.maximum(sizes - 1, 1))
    half = t * spread / np.sqrt(sizes)
    beyond = np.abs(bias) - np.where(np.isnan(half), np.inf, half)
    worst = int(np.argmax(beyond if beyond.max() > 0 else np.abs(bias)))
    return {
        "group_bias_share": raw,
        "group_shift_share": shift,
        "worst_group": str(groups[worst]),
        "worst_group_bias": float(bias[worst]),
        "worst_group_bias_low": float(bias[worst] - half[worst]),
        "worst_group_bias_high": float(bias[worst] + half[worst]),
    }


def _shares(
    errors: np.ndarray, place: np.ndarray, sizes: np.ndarray, biases: np.ndarray
) -> tuple[float, float]:
    """Return the share of group biases in the MSE, as it is and less chance; means over runs."""
    n, mse = len(errors), float(np.mean(errors**2))
    if mse == 0:
        return float("nan"), float("nan")
    raw = float((sizes @ biases**2).mean()) / n
    variances = _variances(errors, place, sizes, biases)
    if np.isnan(variances).all():
        return raw / mse, float("nan")
    # A group of one example has no variance of its own: it gets that of the others together.
    free = np.maximum(sizes - 1, 0)
    pooled = (free @ np.nan_to_num(variances)) / free.sum()
    chance = float(np.where(np.isnan(variances), pooled, variances).sum(axis=0).mean()) / n
    return raw / mse, max(raw - chance, 0.0) / mse


def _means(values: np.ndarray, place: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the mean of each group: (n, R) → (groups, R)."""
    totals = np.zeros((len(sizes), values.shape[1]))
    np.add.at(totals, place, values)
    return totals / sizes[:, None]


def _variances(
    values: np.ndarray, place: np.ndarray, sizes: np.ndarray, means: np.ndarray
) -> np.ndarray:
    """Return the variance (ddof 1) within each group, (groups, R); NaN for groups of one."""
    squares = _means((values - means[place]) ** 2, place, sizes) * sizes[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sizes[:, None] > 1, squares / (sizes[:, None] - 1), np.nan)
